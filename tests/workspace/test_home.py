"""A new home is its owner's alone."""

import stat
from pathlib import Path

import mittari


def test_a_folder_made_for_an_installation_can_be_read_by_its_owner_only(tmp_path: Path):
    home = mittari.create_home(tmp_path / "new")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_rights(tmp_path: Path):
    (tmp_path / "mine").mkdir(mode=0o750)
    assert stat.S_IMODE(mittari.create_home(tmp_path / "mine").stat().st_mode) == 0o750
