"""Surveys on the command line: made, listed, checked, and their addresses as text and as QR codes."""

from pathlib import Path

import pytest

import mittari as library
from commands.running import mittari


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return library.create_home(tmp_path / "home", public_address="https://feedback.example")


def test_a_survey_is_made_listed_and_checked(home: Path) -> None:
    made = mittari(home, "survey", "new", "after-service", "--kind", "nps", "--owner", "Anna", "--reaction-time", "4h")
    assert (made.returncode, made.stderr) == (0, "")
    unowned = mittari(home, "survey", "new", "kiosk")
    assert "not open yet: nobody owns it" in unowned.stdout
    listed = mittari(home, "survey", "list").stdout.splitlines()
    assert listed[0] == "after-service  0 answers in 30 days  open"
    assert listed[1].startswith("kiosk  0 answers in 30 days  not open: nobody owns it")
    assert mittari(home, "survey", "check").returncode == 0
    again = mittari(home, "survey", "new", "kiosk")
    assert (again.returncode, "already" in again.stderr) == (2, True)


def test_every_fault_is_told_with_its_file_and_key(home: Path) -> None:
    path = home / "surveys" / "wrong.toml"
    path.parent.mkdir()
    path.write_text('owner = 3\nreaction_time = "soon"\n[[questions]]\nkind = "csat"\nscale = [1, 50]\n')
    checked = mittari(home, "survey", "check")
    assert checked.returncode == 2
    told = checked.stdout.splitlines()
    assert len(told) == 3
    assert {line.split(": ")[0].removeprefix(f"{path}, ") for line in told} == {
        "key owner",
        "key reaction_time",
        "question 1, key scale",
    }
    path.write_text("owner = \n")
    assert "expected TOML" in mittari(home, "survey", "check", "wrong").stdout
    missing = mittari(home, "survey", "check", "none")
    assert (missing.returncode, "there is no such survey" in missing.stdout) == (2, True)


def test_an_address_is_printed_and_its_code_written(home: Path, tmp_path: Path) -> None:
    mittari(home, "survey", "new", "kiosk", "--owner", "Anna")
    printed = mittari(home, "survey", "link", "kiosk").stdout.splitlines()
    assert printed[0] == "https://feedback.example/s/kiosk"
    assert all(set(line) <= set("█▀▄ ") for line in printed[1:])
    placed = mittari(home, "survey", "link", "kiosk", "--location", "helsinki-1", "--qr", str(tmp_path / "q.svg"))
    assert placed.stdout.startswith("https://feedback.example/s/kiosk?p=")
    assert (tmp_path / "q.svg").read_text().startswith("<?xml")
    mittari(home, "survey", "link", "kiosk", "--qr", str(tmp_path / "q.png"))
    assert (tmp_path / "q.png").read_bytes().startswith(b"\x89PNG")
    refused = mittari(home, "survey", "link", "kiosk", "--qr", str(tmp_path / "q.gif"))
    assert (refused.returncode, ".svg or .png" in refused.stderr) == (2, True)


def test_without_an_address_or_for_the_invited_alone_the_link_says_what_to_do(tmp_path: Path) -> None:
    home = library.create_home(tmp_path / "home")
    mittari(home, "survey", "new", "kiosk", "--owner", "Anna")
    assert "public_address" in mittari(home, "survey", "link", "kiosk").stderr
    path = home / "surveys" / "kiosk.toml"
    path.write_text(path.read_text().replace('links = "open"', 'links = "invited"'))
    refused = mittari(home, "survey", "link", "kiosk")
    assert (refused.returncode, "links for one use" in refused.stderr) == (2, True)
