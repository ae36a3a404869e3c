"""Devices are set up, listed, given a new token and revoked by commands."""

import re

import pytest

from kiosks import collector_of, device_of, home_with_survey
from mittari.cli import main
from mittari.collect.devices import find_device


@pytest.fixture
def run(tmp_path, capsys):
    home = home_with_survey(tmp_path, public_address="https://feedback.example")

    def asked(*arguments: str) -> tuple[int, str, str]:
        return main(["--home", str(home), "device", *arguments]), *capsys.readouterr()

    asked.home = home  # type: ignore[attr-defined]
    return asked


def test_a_new_kiosk_is_shown_its_address_once_and_kept_as_a_digest(run):
    code, out, _ = run("new", "front", "--survey", "exit", "--touchpoint", "till", "--language", "fi")
    assert code == 0
    token = re.search(r"https://feedback\.example/kiosk#(mitd_[\w-]+)\n", out)[1]
    with collector_of(run.home) as collector:
        device = find_device(collector.ledger, token)
        assert (device.id, device.touchpoint, device.languages, device.source) == ("front", "till", ("fi",), "kiosk")
        assert token not in run.home.joinpath("ledger.sqlite").read_bytes().decode("latin-1")
    assert token not in run("list")[1]


def test_a_button_is_shown_its_token(run):
    assert re.match(r"mitd_[\w-]+\n", run("new", "bell", "--survey", "exit", "--button")[1])


def test_the_list_says_who_was_never_heard_and_who_is_revoked(run):
    assert "There is no device yet" in run("list")[1]
    run("new", "front", "--survey", "exit")
    assert run("list")[1] == "front  kiosk  exit  never heard  in use\n"
    assert run("revoke", "front")[0] == 0
    assert "revoked 20" in run("list")[1]


def test_a_new_token_puts_the_earlier_one_out_of_use(run):
    first = re.search(r"mitd_[\w-]+", run("new", "front", "--survey", "exit")[1])[0]
    second = re.search(r"mitd_[\w-]+", run("replace", "front")[1])[0]
    with collector_of(run.home) as collector:
        assert find_device(collector.ledger, first) is None
        assert find_device(collector.ledger, second).id == "front"


def test_who_is_told_is_given_with_a_new_device_and_changed_later(run):
    run("new", "front", "--survey", "exit", "--owner", "+358 40 123 4567", "--owner-language", "sv")
    assert run("list")[1] == "front  kiosk  exit  never heard  in use  owner +358401234567\n"
    assert run("owner", "front", "maija@meri.example", "--language", "fi")[1] == (
        "maija@meri.example is told by email, in fi, when front falls silent.\n"
    )
    assert "Nobody is told when front falls silent" in run("owner", "front", "none")[1]
    assert "Nobody is told" in run("owner", "front", "default")[1], "the settings name nobody"
    (run.home / "mittari.toml").write_text('device_owner = "chat:@shop"\nlanguage = "nb"\n', encoding="utf-8")
    assert run("owner", "front", "default")[1] == "@shop is told by chat, in nb, when front falls silent.\n"
    assert run("list")[1] == "front  kiosk  exit  never heard  in use\n"


def test_a_device_that_is_switched_off_is_listed_so(run):
    run("new", "front", "--survey", "exit")
    assert run("off", "front")[1] == "front is not missed until it has been switched on and heard again.\n"
    assert "  switched off 20" in run("list")[1]
    assert run("on", "front")[1] == "front is missed again when nothing is heard of it.\n"
    assert run("list")[1] == "front  kiosk  exit  never heard  in use\n"


def test_a_ledger_of_an_earlier_version_takes_owners(run):
    run("new", "front", "--survey", "exit")
    with collector_of(run.home) as collector, collector.ledger.writing() as connection:
        connection.execute("DROP TABLE device_care")
    assert run("list")[1] == "front  kiosk  exit  never heard  in use\n"
    assert run("owner", "front", "maija@meri.example")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "Front Door", "--survey", "exit"), "expected a name of a to z"),
        (("new", "front", "--survey", "exti"), 'Did you mean "exit"?'),
        (("new", "front", "--survey", "exit", "--language", "et"), "no texts in et"),
        (("new", "taken", "--survey", "exit"), "mittari device replace taken"),
        (("new", "front", "--survey", "closed"), "it is closed"),
        (("new", "front", "--survey", "words"), "has no scale"),
        (("replace", "nobody"), "`mittari device list`"),
        (("revoke", "nobody"), "`mittari device list`"),
        (("off", "nobody"), "`mittari device list`"),
        (("on", "nobody"), "`mittari device list`"),
        (("owner", "nobody", "maija@meri.example"), "`mittari device list`"),
        (("owner", "taken", "Maija"), "expected an e-mail address, a telephone number"),
        (("owner", "taken", "maija@meri.example", "--language", "de"), "expected a language of en, fi, nb, sv"),
        (("new", "front", "--survey", "exit", "--owner", "0401234567"), "such as +358401234567"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(run, arguments, said):
    surveys = run.home / "surveys"
    text = (surveys / "exit.toml").read_text(encoding="utf-8")
    (surveys / "closed.toml").write_text("closed = true\n" + text, encoding="utf-8")
    words = 'owner = "a"\nreaction_time = "1d"\n[[questions]]\nkind = "brand_words"\n'
    (surveys / "words.toml").write_text(words, encoding="utf-8")
    with collector_of(run.home) as collector:
        device_of(collector, "taken")
    code, _, error = run(*arguments)
    assert (code, said in error) == (2, True), error
