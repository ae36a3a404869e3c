"""Taps by MQTT 5 through a real Mosquitto: each once, whatever is restarted."""

import json
import logging
import queue
import time
from urllib.parse import quote

import pytest

import mittari
from brokers import PASSWORD, USER, Broker
from kiosks import collector_of, device_of, home_with_survey, stored
from mittari.collect import mqtt
from mittari.collect.collector import Collector
from mittari.collect.devices import revoke_device
from mittari.collect.mqtt import Subscription, address_of, subscribed
from mittari.errors import UserError
from mittari.settings import Settings
from mittari.workspace.writer import Writer
from patience import PATIENCE_S, until

paho = pytest.importorskip("paho.mqtt.client", reason="paho-mqtt is not installed")
from paho.mqtt.enums import CallbackAPIVersion  # noqa: E402
from paho.mqtt.packettypes import PacketTypes  # noqa: E402
from paho.mqtt.properties import Properties  # noqa: E402


class Button:
    """A button as its program would be: publishes with QoS 1 and listens for answers."""

    def __init__(self, broker: Broker, name: str = "door") -> None:
        self.answers: queue.Queue[tuple[bytes, dict[str, object]]] = queue.Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=paho.MQTTv5)
        self._client.username_pw_set(USER, PASSWORD)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(f"answers/{name}", qos=1)
        self._client.on_message = lambda _client, _data, message: self.answers.put(
            (getattr(message.properties, "CorrelationData", b""), json.loads(message.payload))
        )
        ready = queue.Queue()
        self._client.on_subscribe = lambda *_: ready.put(True)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        ready.get(timeout=PATIENCE_S)
        self.name = name

    def publish(self, body: object, topic: str = "front", data: bytes = b"1", answer: str | None = None) -> None:
        until(self._client.is_connected, "the button is connected")
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = answer or f"answers/{self.name}"
        properties.CorrelationData = data
        if isinstance(body, dict) and "expires_s" in body:
            properties.MessageExpiryInterval = body["expires_s"]
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = self._client.publish(f"mittari/taps/{topic}", payload, qos=1, properties=properties)
        told.wait_for_publish(PATIENCE_S)

    def answer(self) -> tuple[bytes, dict[str, object]]:
        return self.answers.get(timeout=PATIENCE_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def home(tmp_path, broker):
    return home_with_survey(tmp_path, mqtt=f"mqtt://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{broker.port}")


@pytest.fixture
def button(broker):
    button = Button(broker)
    yield button
    button.close()


def taps(token: str, *keys: str, **more: object) -> dict[str, object]:
    return {"token": token, "sent_at": 9_000, "taps": [{"key": key, "at": 4_000, "score": 4} for key in keys], **more}


def waited(collector: Collector, *keys: str) -> None:
    """Until these taps are in the inbox, some perhaps twice: the broker may not know that we have them."""
    wanted = {f"front:{key}" for key in keys}
    until(lambda: wanted <= {row["response_id"] for row in stored(collector)}, f"{sorted(wanted)} are in the inbox")


def listening(collector: Collector) -> Subscription:
    """Subscribed, and the broker knows: what is published from now on waits for us."""
    subscription = subscribed(collector)
    assert subscription.known.wait(PATIENCE_S)
    return subscription


def test_a_tap_is_stored_and_answered_with_what_the_button_knows_it_by(home, button):
    with collector_of(home) as collector:
        token = device_of(collector, source="device")
        subscription = listening(collector)
        button.publish(taps(token, "a", "b") | {"waiting": 2}, data=b"first")
        data, answer = button.answer()
        subscription.stop()
        assert (data, answer["accepted"], answer["refused"]) == (b"first", ["a", "b"], [])
        assert [(row["response_id"], row["source"], row["age_s"]) for row in stored(collector)] == [
            ("front:a", "device", 5.0),
            ("front:b", "device", 5.0),
        ]


def test_what_comes_while_the_server_or_the_broker_is_away_is_there_once(home, broker, button):
    with collector_of(home) as collector:
        token = device_of(collector)
        listening(collector).stop()
        for number in range(20):
            button.publish(taps(token, f"away{number}"))
        broker.stop()  # which writes its sessions down
        broker.start()
        subscription = listening(collector)
        waited(collector, *(f"away{number}" for number in range(20)))
        broker.stop()
        broker.start()
        button.publish(taps(token, "after"))
        waited(collector, "after")
        subscription.stop()
        with mittari.open(home) as workspace:
            Writer(workspace, collector.inbox).drain()
            assert workspace._rows_of("SELECT count(*), count(DISTINCT response_id) FROM responses") == [(21, 21)]


def test_the_time_that_a_message_lay_at_the_broker_is_part_of_the_age(home, button):
    with collector_of(home) as collector:
        token = device_of(collector)
        listening(collector).stop()
        began = time.monotonic()
        button.publish(taps(token, "a", expires_s=1_000_000))
        time.sleep(2.2)
        subscription = listening(collector)
        waited(collector, "a")
        longest = time.monotonic() - began + 1  # the broker counts whole seconds
        subscription.stop()
        assert 2 <= stored(collector)[0]["age_s"] - 5 <= longest  # five on the device, the rest at the broker


@pytest.mark.parametrize(
    ("body", "topic", "status"),
    [
        (b"not json", "front", 400),
        (b"\xff\xfe", "front", 400),
        ([1], "front", 400),
        ({"token": "mitd_guessed", "taps": []}, "front", 401),
        ({"token": 7}, "front", 401),
        ("another's topic", "back", 403),
        ("revoked", "front", 403),
    ],
)
def test_a_message_that_cannot_be_taken_is_answered_and_stops_nothing(home, button, caplog, body, topic, status):
    with collector_of(home) as collector:
        token = device_of(collector)
        other = device_of(collector, "back")
        if body == "revoked":
            revoke_device(collector.ledger, "front", collector.clock())
        note = "do not log me"
        given = taps(token, "a", note=note) if isinstance(body, str) else body
        subscription = listening(collector)
        with caplog.at_level(logging.WARNING):
            button.publish(given, topic=topic)
            assert button.answer()[1]["status"] == status
        button.publish(taps(other, "fine"), topic="back", data=b"2")
        assert button.answer() == (b"2", {"accepted": ["fine"], "refused": [], "now": "2026-10-05T09:00:00.000000Z"})
        subscription.stop()
        assert note not in caplog.text
        assert token not in caplog.text


def test_an_answer_to_a_topic_that_is_none_stops_nothing(home, button):
    with collector_of(home) as collector:
        token = device_of(collector)
        subscription = listening(collector)
        button.publish(taps(token, "a"))
        button.answer()
        mqtt._reply(subscription._client, _message("#"), {})
        button.publish(taps(token, "b"))
        assert button.answer()[1]["accepted"] == ["b"]
        subscription.stop()


def _message(response_topic: str):
    message = paho.MQTTMessage(1, b"mittari/taps/front")
    message.properties = Properties(PacketTypes.PUBLISH)
    message.properties.ResponseTopic = response_topic
    return message


def test_a_message_that_cannot_be_taken_now_is_handed_out_again(home, button, monkeypatch, caplog):
    monkeypatch.setattr(mqtt, "AGAIN_S", 0.5)
    with collector_of(home) as collector:
        token = device_of(collector)
        file = collector.shelf.folder / "exit.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text("owner = ", encoding="utf-8")
        collector.shelf.forget()
        subscription = listening(collector)
        with caplog.at_level(logging.WARNING):
            button.publish(taps(token, "a"))
            until(lambda: caplog.text.count("was not taken") > 1, "it is handed out again")
        assert stored(collector) == []
        file.write_text(text, encoding="utf-8")
        collector.shelf.forget()
        waited(collector, "a")
        subscription.stop()


def test_an_address_is_read_with_its_password():
    address = address_of("mqtts://me:a%3Ab%40c@broker.example")
    assert (address.host, address.port, address.user, address.password) == ("broker.example", 8883, "me", "a:b@c")
    assert address.encrypted


@pytest.mark.parametrize("wrong", ["http://x", "mqtt://", "mqtt://a b", "broker:1883"])
def test_an_address_that_is_none_stops_the_start(tmp_path, wrong):
    with pytest.raises(UserError, match="mqtt://user:password@host:1883"):
        Settings.load(tmp_path, {"MITTARI_MQTT": wrong})


def test_the_address_is_a_secret_where_settings_are_printed():
    assert "hush" not in repr(Settings(mqtt="mqtt://me:hush@host"))


def test_without_the_package_the_user_is_told_how_to_get_it(home, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with collector_of(home) as collector, pytest.raises(UserError, match="pip install"):
        subscribed(collector)
