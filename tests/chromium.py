"""Where this machine keeps a Chromium for the browser tests.

Run as a program it ends with 0, or says what is missing and ends with 1; `scripts/setup` asks it so. Set CHROMIUM to a
path to choose another one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing() -> str | None:
    """Why there can be no browser tests here, with what to do about it; None when there can be."""
    if not _starts(sys.executable, "-m", "playwright"):
        return "the driver of Playwright does not start here: apt-get install libatomic1"
    if find() is None:
        return "no Chromium starts here: apt-get install chromium, or set CHROMIUM to the path of one"
    return None


def find() -> str | None:
    """The path of the first Chromium that starts, or None."""
    return next((path for path in _candidates() if _starts(path)), None)


def _candidates() -> Iterator[str]:
    if chosen := os.environ.get("CHROMIUM"):
        yield chosen
        return
    yield from filter(None, map(shutil.which, NAMES))
    if own := _brought_by_playwright():
        yield own


def _brought_by_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _starts(*command: str) -> bool:
    """Whether it is a real program: Ubuntu's `chromium-browser` only says that one has to install a snap."""
    try:
        answer = subprocess.run([*command, "--version"], capture_output=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


if __name__ == "__main__":
    sys.exit(missing())
