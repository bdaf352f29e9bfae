"""One browser, and one made-up market, for all tests."""

from collections.abc import Iterator

import pytest

from tests.browser.chromium import browser, program
from tests.browser.stage import Dashboard, Floor, shown


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if program() is None:
                reason = "no Chromium here: apt-get install chromium"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a browser that runs."""
    with browser(tmp_path_factory.mktemp("profile")) as address:
        yield address


@pytest.fixture(scope="session")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    """A market of two venues that is traded as long as tests run."""
    made = Floor(tmp_path_factory.mktemp("floor"))
    yield made
    made.child.end()


@pytest.fixture(scope="session")
def dashboard(floor: Floor) -> Iterator[Dashboard]:
    """The page of that market."""
    with shown(floor) as made:
        yield made
