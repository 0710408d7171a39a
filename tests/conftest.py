"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).resolve().parent
SHARED = TESTS.parent.parent / "shared"

ONE_WORKER = (
    *("tests/dbt/", "tests/expectations/", "tests/orchestration/"),
    *("tests/scrapers/test_crawl.py", "tests/scrapers/test_platforms.py"),
)
"""Places whose tests share something that takes long to make: they run in one worker of pytest-xdist."""


class SomePlacesWhole(LoadScopeScheduling):
    """Gives tests to workers one by one, but those of a place of ONE_WORKER together.

    The marks of pytest-xdist 3.8 for this (`xdist_group`) have no effect with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in ONE_WORKER if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SomePlacesWhole:
    """Asked once, by the process that gives out the tests."""
    return SomePlacesWhole(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents beside the project; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("real documents are absent: no folder ../shared beside the project")
    return SHARED
