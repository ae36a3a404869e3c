"""Where this machine keeps a Chromium for the browser tests.

Run as a program it prints the path and ends with 0, or ends with 1 when there is none that starts; `scripts/setup` asks
it so. Set CHROMIUM to a path to choose another one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None  # asked before the tools of the tests are installed
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _starts(path: str) -> bool:
    """Whether it is a real browser: Ubuntu's `chromium-browser` only says that one has to install a snap."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


if __name__ == "__main__":
    found = find()
    print(found or "no Chromium found")  # noqa: T201
    sys.exit(found is None)
