"""Taps by MQTT 5: the same messages as over HTTP, with the token in them, from the topic of each device.

    broker = subscribed(collector); ...; broker.stop()

The broker keeps what comes while the server is away (QoS 1, a session that outlives it), and is told that a message was
received only once its taps are on disk. A message that cannot be taken now, as while a survey's file is being mended,
is left with the broker, which hands it out again.
"""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import msgspec

from mittari.collect.collector import Collector
from mittari.collect.taking import Refused, finish, known_device, prepare
from mittari.errors import MittariError, UserError

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

log = logging.getLogger("mittari.mqtt")

TOPIC = "mittari/taps/"
MOST_BYTES = 400_000
SESSION_S = 30 * 86_400
"""So long the broker keeps messages for a server that is away."""
LONGEST_EXPIRY_S = 2**32 - 1
AGAIN_S = 60.0
"""After this time the broker is asked for what was left with it."""
PORTS = {"mqtt": 1883, "mqtts": 8883}
PERMANENT = (400, 401, 403)


@dataclass(frozen=True)
class Address:
    """Where a broker answers, and as whom we come."""

    host: str
    port: int
    user: str | None
    password: str | None
    encrypted: bool


def address_of(setting: str) -> Address:
    parts = urlsplit(setting)
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return Address(
        parts.hostname or "localhost", parts.port or PORTS[parts.scheme], user, password, parts.scheme == "mqtts"
    )


def subscribed(collector: Collector) -> "Subscription":
    """A subscription that runs until it is stopped. Raises UserError where the package for MQTT is missing."""
    try:
        import paho.mqtt.client  # noqa: F401  # only to see whether it is there
    except ImportError as error:
        raise UserError(
            "the setting mqtt names a broker, but the package for MQTT is not installed",
            where="setting mqtt",
            hint='Install it: pip install "mittari[mqtt]"',
        ) from error
    subscription = Subscription(collector, address_of(collector.settings.mqtt))
    subscription.start()
    return subscription


class Subscription(threading.Thread):
    """Keeps the connection to the broker; messages are handled one by one on the thread of the client."""

    def __init__(self, collector: Collector, address: Address) -> None:
        super().__init__(name="mqtt", daemon=True)
        self._collector, self._address = collector, address
        self._stopped = threading.Event()
        self._again_at: float | None = None
        self._client: Client | None = None
        self.known = threading.Event()
        """Set once the broker has our subscription: from then on it keeps what comes, also while we are away."""

    def run(self) -> None:
        self._connect()
        while not self._stopped.wait(0.5):
            if self._again_at is not None and time.monotonic() >= self._again_at:
                self._again_at = None
                self._leave()
                self._connect()
        self._leave()

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=15)

    def _made(self) -> "Client":
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"mittari-{self._collector.signer.name('mqtt', 'client')}",
            protocol=MQTTv5,
            manual_ack=True,
        )
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.encrypted:
            client.tls_set()
        client.reconnect_delay_set(1, 60)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._received
        return client

    def _connect(self) -> None:
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        self._client = client = self._made()  # a fresh one: a client that has ended leaves sockets open when used again
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_S
        client.connect_async(
            self._address.host, self._address.port, keepalive=30, clean_start=False, properties=properties
        )
        client.loop_start()

    def _leave(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def _connected(self, client: "Client", _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("the broker of MQTT refuses us: %s", reason)
            return
        client.subscribe(f"{TOPIC}+", qos=1)

    def _subscribed(self, *_: Any) -> None:
        self.known.set()

    def _disconnected(self, _client: Any, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure and not self._stopped.is_set():
            log.warning("the broker of MQTT is away (%s); connecting again by itself", reason)

    def _received(self, client: "Client", _userdata: Any, message: "MQTTMessage") -> None:
        """Take one message; whatever happens, the thread of the client lives on."""
        try:
            answer = self._take(message)
        except Refused as refused:
            log.warning("a message on %s was not taken: %s", _shown(message.topic), refused.what)
            if refused.status not in PERMANENT:
                self._left()
                return
            answer = {"error": refused.what, "status": refused.status}
        except MittariError as error:  # the inbox is full, or the disk
            log.error("a message on %s waits: %s", _shown(message.topic), error)
            self._left()
            return
        except Exception:
            log.exception("a message on %s waits", _shown(message.topic))
            self._left()
            return
        _reply(client, message, answer)
        client.ack(message.mid, message.qos)

    def _left(self) -> None:
        if self._again_at is None:
            self._again_at = time.monotonic() + AGAIN_S

    def _take(self, message: "MQTTMessage") -> dict[str, Any]:
        """What the device is told, once its taps are on disk. Raises Refused."""
        body = _body(bytes(message.payload))
        token = body.get("token")
        device = known_device(self._collector, token if isinstance(token, str) else None)
        if message.topic != f"{TOPIC}{device.id}":
            raise Refused(403, "this token belongs to another device than the topic names")
        taken = prepare(self._collector, device, body, _waited(body, message))
        if taken.arrivals:
            self._collector.inbox.put(taken.arrivals).result(timeout=60)
        finish(self._collector, taken)
        return taken.answer


def _body(payload: bytes) -> dict[str, Any]:
    if len(payload) > MOST_BYTES:
        raise Refused(400, f"expected at most {MOST_BYTES} bytes; send the taps in parts")
    try:
        body = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(400, "expected JSON") from error
    if not isinstance(body, dict):
        raise Refused(400, "expected an object with token, sent_at and taps")
    return body


def _waited(body: dict[str, Any], message: "MQTTMessage") -> timedelta:
    """How long the message lay at the broker, which takes that off the time after which the message expires.

    The device says in `expires_s` what that time was in the beginning; without it nothing is known to have passed.
    """
    first, left = body.get("expires_s"), getattr(message.properties, "MessageExpiryInterval", None)
    if type(first) is not int or type(left) is not int or not left <= first <= LONGEST_EXPIRY_S:
        return timedelta(0)
    return timedelta(seconds=first - left)


def _reply(client: "Client", message: "MQTTMessage", answer: dict[str, Any]) -> None:
    """Answer where the message says, with what it wants to know the answer by."""
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    topic = getattr(message.properties, "ResponseTopic", None)
    if not topic:
        return
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if data := getattr(message.properties, "CorrelationData", None):
        properties.CorrelationData = data
    try:
        client.publish(topic, msgspec.json.encode(answer), qos=1, properties=properties)
    except ValueError:  # nothing can be published on such a topic
        log.warning("a device wants its answer on a topic that is none")


def _shown(topic: str) -> str:
    """A topic as it may stand in a log: whatever somebody put into its name stays on one line."""
    return ascii(topic[:80])
