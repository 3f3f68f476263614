"""A real browser for the pages that people see, and axe to look for barriers in them."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from form_kit import AXE


@pytest.fixture(scope="module")  # its event loop would be in the way of other modules
def chromium() -> Iterator[Any]:
    """Yield a browser that is installed; nothing is downloaded."""
    found = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found is None:
        pytest.skip("no Chromium is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed under tests/node")
    return AXE.read_text("utf-8")
