"""What every test can use: a browser and other engines, where there are any."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["installation", "engines"]

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("mittari", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mittari")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of a Chromium that starts. Without one the test is skipped, except in CI, where it fails."""
    if reason := chromium.missing():
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    path = chromium.find()
    assert path is not None
    return path


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> "Iterator[Browser]":
    """A headless Chromium, started once; each test opens its own page or context and closes it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, timeout=120_000)
        yield browser
        browser.close()
