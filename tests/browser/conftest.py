"""A browser that tests steer as people do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browsers import CHROMIUM, FLAGS

#: A machine may be busy: what should come is waited for, at most so long (in milliseconds).
IN_TIME = 60_000

expect.set_options(timeout=IN_TIME)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of a module. Its loop runs in this thread until then, so nothing else's can."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with nothing remembered, which waits for what should come."""
    context = browser.new_context(viewport={"width": 1400, "height": 1800})
    context.set_default_timeout(IN_TIME)
    yield context.new_page()
    context.close()
