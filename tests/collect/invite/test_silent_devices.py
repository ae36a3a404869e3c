"""The one responsible for a device is told once when it falls silent and once when it is back, through real servers."""

import re
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from collect.invite.asking import Asking, Gateway
from mittari.collect.alarm.owners import read_owner
from mittari.collect.collector import Collector
from mittari.collect.devices import (
    BUTTON,
    KIOSK,
    find_device,
    give_owner,
    make_device,
    note_seen,
    replace_token,
    revoke_device,
    switch_off,
)
from mittari.collect.invite.send import Sender
from mittari.collect.survey.texts import LANGUAGES, texts
from mittari.collect.watch import Watch
from mittari.settings import opening_hours
from mittari.workspace.inviting.facts import Facts
from mittari.workspace.retention import keep_promises

OWNER = "maija@meri.example"
EXIT = 'title = "Exit"\nowner = "Shop"\nreaction_time = "24h"\nlocation = "helsinki"\n[[questions]]\nkind = "csat"\n'


@dataclass
class Shop:
    """Devices of a home that is watched; time passes when a test says so."""

    asking: Asking
    watch: Watch
    tokens: dict[str, str]

    @property
    def collector(self) -> Collector:
        return self.asking.taking.collector

    def device(self, name: str = "front", owner: str | None = OWNER, language: str | None = None, **more: Any) -> None:
        """A device that was heard just now."""
        clock, collector = self.asking.clock, self.collector
        self.tokens[name] = make_device(
            collector.ledger, collector.shelf, name, "exit", clock(), touchpoint="till", **more
        )
        if owner is not None:
            give_owner(collector.ledger, name, *read_owner(owner, language))
        self.heard(name)

    def heard(self, name: str = "front") -> None:
        device = find_device(self.collector.ledger, self.tokens[name])
        assert device is not None
        note_seen(self.collector.ledger, device, self.asking.clock(), 0, {"version": "drop table devices"})

    def pass_(self, minutes: int, *beating: str) -> None:
        """Minutes go by, in which the watch looks, the sender sends and some devices beat."""
        for _ in range(minutes):
            self.asking.clock.pass_(minutes=1)
            for name in beating:
                self.heard(name)
            self.watch.turn()
            self.asking.send()

    def told(self) -> list[tuple[str, str]]:
        """(recipient, subject) of every letter so far."""
        return [(str(each["To"]), str(each["Subject"])) for each in self.asking.mailbox.letters]


@pytest.fixture
def shop(asking: Asking) -> Shop:
    asking.settings(hours=opening_hours("always"), device_owner="shop@meri.example")
    asking.taking.survey("exit", EXIT)
    began = asking.clock()
    return Shop(asking, Watch(asking.taking.collector, lambda: began), {})


def body(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


SILENT, BACK = (OWNER, "The kiosk front is silent"), (OWNER, "The kiosk front is heard again")


def test_a_silence_and_its_end_are_told_once_each(shop: Shop) -> None:
    shop.device()
    shop.pass_(14)
    assert shop.told() == []
    shop.pass_(90)
    assert shop.told() == [SILENT]
    shop.heard()
    shop.pass_(14)
    assert shop.told() == [SILENT, BACK]
    shop.pass_(30)
    assert shop.told() == [SILENT, BACK, SILENT], "another silence is another message"


def test_the_letter_says_which_where_since_when_and_what_to_check(shop: Shop) -> None:
    shop.device()
    shop.pass_(15)
    shop.heard()
    shop.pass_(1)
    silent, back = shop.asking.mailbox.letters
    assert body(silent) == (
        "The kiosk front is silent. It was last heard on 2026-10-07 at 12:00 (Europe/Helsinki).\n"
        "Where: helsinki, till\n\n"
        "Please check:\n"
        "- Does the tablet have power, and is its screen on?\n"
        "- Is it connected to the network?\n"
        "- Is the page of the kiosk open? "
        "Three seconds on the upper left corner show when it last reached the server.\n"
        "- Does it show a message instead of the question? Then do what the message says.\n\n"
        "Answers given meanwhile stay on the kiosk and are sent by themselves once it is connected again.\n\n"
        "If it was switched off on purpose, say so on the server: mittari device off front\n\n"
        "You will get one more message, when it is heard again.\n"
    )
    assert "since 2026-10-07 at 12:15" in body(back)
    assert back["In-Reply-To"] == silent["Message-ID"]
    assert (silent["From"], silent["Auto-Submitted"]) == ("Meri Oy <feedback@meri.example>", "auto-generated")
    assert OWNER not in str(shop.collector.ledger.all("SELECT * FROM outbox"))


@pytest.mark.parametrize(
    ("language", "kind", "subject", "moment"),
    [
        ("fi", KIOSK, "Kioski front on vaiennut", "7.10.2026 klo 12.00"),
        ("sv", KIOSK, "Kiosken front har tystnat", "2026-10-07 kl. 12.00"),
        ("nb", BUTTON, "Knappen front melder seg ikke", "7.10.2026 kl. 12.00"),
        ("en", BUTTON, "The button front is silent", "2026-10-07 at 12:00"),
    ],
)
def test_it_is_told_in_the_owners_language(shop: Shop, language: str, kind: str, subject: str, moment: str) -> None:
    shop.device(language=language, source=kind)
    shop.pass_(15)
    shop.heard()
    shop.pass_(1)
    silent, back = shop.asking.mailbox.letters
    assert silent["Subject"] == subject
    assert silent["Content-Language"] == language
    assert moment in body(silent)
    words = texts(language)["alarm"]
    checks = words["check_kiosk" if kind == KIOSK else "check_button"]
    assert all(f"\n- {each}\n" in body(silent) for each in checks)
    assert words["back_text"] in body(back)


def test_every_language_says_the_same_things() -> None:
    shapes = [
        {
            key: len(value) if isinstance(value, list) else sorted(set(re.findall(r"{[^:}.]+", value)))
            for key, value in texts(language)["alarm"].items()
        }
        for language in LANGUAGES
    ]
    assert shapes == [shapes[0]] * len(LANGUAGES)


def test_without_an_owner_the_one_of_the_settings_is_told_in_the_language_of_the_settings(shop: Shop) -> None:
    shop.asking.settings(language="sv")
    shop.device("front", owner=None)
    shop.device("back", owner="none")
    shop.device("side", owner=OWNER, language="en")
    shop.pass_(15)
    assert sorted(shop.told()) == [
        (OWNER, "The kiosk side is silent"),
        ("shop@meri.example", "Kiosken front har tystnat"),
    ]


def test_a_device_that_was_revoked_or_switched_off_is_told_of_to_nobody(shop: Shop) -> None:
    for name in ("gone", "off", "front"):
        shop.device(name)
    shop.pass_(1, "front", "off")
    switch_off(shop.collector.ledger, "off", shop.asking.clock())
    shop.pass_(1, "front", "off")  # it goes on for a moment before it is really off
    revoke_device(shop.collector.ledger, "gone", shop.asking.clock())
    shop.pass_(60, "front")
    assert shop.told() == []
    shop.heard("off")
    shop.pass_(15, "front")
    assert shop.told() == [(OWNER, "The kiosk off is silent")], "it was heard again, so it is missed again"


@pytest.mark.parametrize("deed", [revoke_device, switch_off])
def test_what_waits_is_called_off_when_the_device_goes_out_of_use(shop: Shop, deed: Any) -> None:
    shop.device()
    shop.asking.mailbox.answers = ["451 later"]
    shop.pass_(15)
    deed(shop.collector.ledger, "front", shop.asking.clock())
    shop.pass_(30)
    assert shop.told() == []
    assert [row[1] for row in shop.asking.outbox()] == ["cancelled"]
    replace_token_and_be_heard(shop)
    assert shop.told() == [], "nobody was told of a silence, so nobody of its end"


def replace_token_and_be_heard(shop: Shop) -> None:
    shop.tokens["front"] = replace_token(shop.collector.ledger, "front")
    shop.pass_(30)
    shop.heard()
    shop.pass_(2)


def test_a_new_token_for_a_silent_device_tells_nothing_again_and_its_first_beat_tells_the_end(shop: Shop) -> None:
    shop.device()
    shop.pass_(15)
    replace_token_and_be_heard(shop)
    assert shop.told() == [SILENT, BACK]


def test_a_silence_that_ended_before_the_mail_server_came_back_is_not_told(shop: Shop) -> None:
    shop.device()
    shop.asking.mailbox.answers = ["451 later"] * 3
    shop.pass_(16)
    shop.heard()
    shop.pass_(14)
    assert shop.told() == []
    assert shop.asking.outbox()[0][1:] == ("cancelled", "the device was heard again before this was sent")


def test_a_mail_server_that_is_away_is_tried_again(shop: Shop) -> None:
    shop.device()
    shop.asking.mailbox.answers = ["451 later", "452 full"]
    shop.pass_(15)
    assert shop.told() == []
    shop.pass_(10)
    assert shop.told() == [SILENT]


def test_a_letter_that_went_out_and_could_not_be_noted_goes_out_again_under_the_same_name(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, mailbox = shop.collector.ledger, shop.asking.mailbox
    other = sqlite3.connect(ledger.path, isolation_level=None, check_same_thread=False)
    with ledger.writing() as connection:
        connection.execute("PRAGMA busy_timeout = 100")
    taken = mailbox.handle_DATA

    async def locking(*arguments: Any) -> str:
        other.execute("BEGIN IMMEDIATE")
        return await taken(*arguments)

    monkeypatch.setattr(mailbox, "handle_DATA", locking)
    shop.device()
    for _ in range(15):
        shop.asking.clock.pass_(minutes=1)
        shop.watch.turn()
    Sender(shop.collector, Facts(shop.asking.taking.workspace)).run_due(most=1)
    other.execute("ROLLBACK")
    monkeypatch.undo()
    assert [row[1] for row in shop.asking.outbox()] == ["sending"]
    shop.pass_(16)
    assert shop.told() == [SILENT, SILENT]
    assert len({str(each["Message-ID"]) for each in mailbox.letters}) == 1
    assert [row[1] for row in shop.asking.outbox()] == ["sent"]
    other.close()


def test_an_address_that_does_not_exist_is_told_by_doctor_and_no_customer_is_blamed(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.device()
    shop.asking.mailbox.answers = ["550 5.1.1 no such user"]
    shop.pass_(20)
    assert [row[1] for row in shop.asking.outbox()] == ["failed"]
    assert "nobody could be told about device front: the mail server answered 550: 5.1.1 no such user" in caplog.text
    assert OWNER not in caplog.text
    shop.heard()
    shop.pass_(3)
    assert shop.told() == []
    shop.asking.clock.pass_(days=2)
    found = [each for each in shop.asking.taking.workspace.doctor() if "alarms of devices" in each.what]
    assert [(each.ok, each.what) for each in found] == [
        (False, "alarms of devices were not sent, 1 of them: the mail server answered 550: 5.1.1 no such user")
    ]


def test_a_missing_mail_server_waits_to_be_mended_and_doctor_tells_it(shop: Shop) -> None:
    smtp = shop.collector.settings.smtp
    shop.asking.settings(smtp="")
    shop.device()
    shop.pass_(15)
    assert shop.asking.outbox()[0][2] == "messages by email need the setting smtp. Set it in mittari.toml."
    shop.asking.settings(smtp=smtp, public_address="")
    shop.pass_(10)
    assert shop.told() == [SILENT], "an alarm carries no link, so it needs no public address"


def test_doctor_says_of_which_devices_nobody_is_told_and_what_is_missing(shop: Shop) -> None:
    shop.device("front", owner=None)
    shop.device("back", owner="+358401234567")
    shop.device("side", owner="none")

    def said() -> list[tuple[bool, str]]:
        found = shop.asking.taking.workspace.doctor()
        return [(each.ok, each.what) for each in found if "devices" in each.what]

    workspace = shop.asking.taking.workspace
    workspace.settings = replace(shop.collector.settings, device_owner="none")
    assert said() == [
        (
            True,
            "nobody is told when one of 1 devices falls silent, such as front: set device_owner in mittari.toml, "
            "or `mittari device owner NAME ADDRESS`",
        ),
        (False, "those responsible for devices are told by sms, but the setting sms is empty"),
    ]
    workspace.settings = replace(shop.collector.settings, mail_from="", sms="json://127.0.0.1/{address}")
    assert said() == [(False, "those responsible for devices are told by email, but the setting mail_from is empty")]


def test_a_restart_tells_nothing_again_and_remembers_whom_to_tell_the_end(shop: Shop) -> None:
    shop.device()
    shop.pass_(15)
    home, settings, clock = shop.asking.taking.home, shop.collector.settings, shop.asking.clock
    clock.pass_(days=80)
    with Collector.open(home, settings, clock) as fresh:
        sender, restarted = Sender(fresh, Facts(shop.asking.taking.workspace)), clock()
        watch = Watch(fresh, lambda: restarted)
        for _ in range(40):
            clock.pass_(minutes=1)
            watch.turn()
            sender.run_due()
        keep_promises(shop.asking.taking.workspace, fresh, clock())
        assert shop.told() == [SILENT]
        device = find_device(fresh.ledger, shop.tokens["front"])
        assert device is not None
        note_seen(fresh.ledger, device, clock(), 0, {})
        sender.run_due()
    assert shop.told() == [SILENT, BACK], "that the silence was told is known as long as it lasts"


def test_a_server_that_was_away_or_asleep_or_hears_nobody_waits_a_quarter_of_an_hour_first(shop: Shop) -> None:
    shop.device()
    began: list[datetime | None] = [shop.asking.clock() + timedelta(hours=3)]
    shop.asking.clock.pass_(hours=3)
    shop.watch = Watch(shop.collector, lambda: began[0])
    shop.pass_(14)
    shop.asking.clock.pass_(hours=2)  # the machine slept
    shop.pass_(14)
    began[0] = None  # the listener is down
    shop.pass_(60)
    began[0] = shop.asking.clock()
    shop.pass_(14)
    assert shop.told() == []
    shop.pass_(1)
    assert shop.told() == [SILENT]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise imports it
@pytest.mark.parametrize(
    ("way", "owner", "to"), [("sms", "+358 40 1234567", "+358401234567"), ("chat", "chat:@maija", "@maija")]
)
def test_a_telephone_and_a_chat_are_told_through_apprise(
    shop: Shop, gateway: tuple[type[Gateway], int], way: str, owner: str, to: str
) -> None:
    handler, port = gateway
    shop.asking.settings(**{way: f"json://127.0.0.1:{port}/send/{{address}}"})
    shop.device(owner=owner, language="fi")
    handler.refusals = 1
    shop.pass_(17)
    shop.heard()
    shop.pass_(1)
    assert [
        path.strip("/").partition("/")[2].replace("%40", "@").replace("%2B", "+") for path, _ in handler.posted
    ] == [to, to]
    assert [body["message"] for _, body in handler.posted] == [
        "Kioski front on vaiennut, kuultu viimeksi 7.10.2026 klo 12.00. Tarkista virta ja verkko. (helsinki, till)",
        "Kioski front on taas yhteydessä, 7.10.2026 klo 12.17 alkaen. (helsinki, till)",
    ]
    assert shop.told() == []


def test_an_owner_who_is_given_meanwhile_gets_what_waits(shop: Shop) -> None:
    shop.asking.settings(sms="json://127.0.0.1:9/{address}")
    shop.device(owner="+358401234567")
    for _ in range(15):
        shop.asking.clock.pass_(minutes=1)
        shop.watch.turn()
    give_owner(shop.collector.ledger, "front", OWNER, "en")
    shop.asking.send()
    assert shop.told() == [SILENT]
