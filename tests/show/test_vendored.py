"""Files made elsewhere: listed, licensed, unchanged."""

import hashlib
import re
import tomllib

import pytest

from mittari.show.web.site import STATIC

VENDOR = STATIC / "vendor"
LISTED = tomllib.loads((VENDOR / "VENDORED.toml").read_text(encoding="utf-8"))["file"]


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["name"])
def test_a_vendored_file_is_what_its_entry_says(entry):
    assert hashlib.sha256((VENDOR / entry["name"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["version"] in entry["name"]
    assert (VENDOR / entry["license_file"]).stat().st_size > 200


def test_every_vendored_file_is_listed():
    told = {entry["name"] for entry in LISTED} | {entry["license_file"] for entry in LISTED} | {"VENDORED.toml"}
    assert {path.name for path in VENDOR.iterdir()} == told


def test_htmx_stays_at_the_second_version():
    [htmx] = [entry for entry in LISTED if entry["package"] == "htmx.org"]
    assert htmx["version"].startswith("2.0.")


def test_the_style_sheet_names_only_files_that_exist():
    text = (STATIC / "look.css").read_text(encoding="utf-8")
    names = [name for name in re.findall(r'url\("([^"]+)"\)', text) if not name.startswith("data:")]
    assert names
    assert all((STATIC / name).is_file() for name in names)
