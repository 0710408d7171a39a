"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
SHARED = TESTS.parent.parent / "shared"

ONE_WORKER = ("dbt", "expectations", "orchestration")
"""Folders whose tests share something that takes long to make: they run in one worker of pytest-xdist."""


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests together that share something expensive."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in ONE_WORKER:
            item.add_marker(pytest.mark.xdist_group(folder))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents beside the project; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("real documents are absent: no folder ../shared beside the project")
    return SHARED
