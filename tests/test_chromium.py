"""The browser of the tests is a real one, and one that does not start is not taken for one."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.browser
def test_a_page_is_drawn(browser: "Browser"):
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.set_content("<title>Mittari</title><h1>4 520</h1>")
        assert page.title() == "Mittari"
        assert page.locator("h1").bounding_box() is not None


def program(folder: Path, text: str) -> str:
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_the_chosen_browser_goes_before_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    chosen = program(tmp_path, "echo Chromium 150")
    monkeypatch.setenv("CHROMIUM", chosen)
    assert chromium.find() == chosen


@pytest.mark.parametrize("text", ["echo 'Please install the chromium snap' >&2; exit 1", "exec /nowhere/chromium"])
def test_a_browser_that_does_not_start_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("CHROMIUM", program(tmp_path, text))
    assert chromium.find() is None


@pytest.mark.parametrize(("ci", "outcome"), [("", "1 skipped"), ("true", "1 error")])
def test_without_a_browser_tests_are_skipped_but_fail_in_ci(tmp_path: Path, ci: str, outcome: str):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"{__file__}::test_a_page_is_drawn"]
    environ = {**os.environ, "CHROMIUM": str(tmp_path / "none"), "CI": ci, "PYTEST_ADDOPTS": ""}
    root = Path(__file__).parent.parent
    run = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    assert outcome in run.stdout, run.stdout
