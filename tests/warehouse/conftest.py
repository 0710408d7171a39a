"""A fresh home and its log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.home import Home
from warehouse.record.log import EventLog


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "data")


@pytest.fixture
def log(home: Home) -> Iterator[EventLog]:
    with EventLog.open(home.event_log) as log:
        yield log
