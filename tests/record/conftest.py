"""Events and logs to test with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.record.events import Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.log import EventLog

BACKENDS: dict[str, Callable[[Path], EventLog]] = {
    "sqlite": lambda folder: EventLog.open(folder / "events.sqlite")
}


@pytest.fixture(params=BACKENDS)
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], EventLog]:
    """Opens the same log again each time; one parameter per storage, all bound by the same tests."""
    backend = BACKENDS[request.param]
    return lambda: backend(tmp_path)


def fetched(
    number: int, *, site_id: str = "xinzhou", run_id: str = "run-1", sha256: str | None = None
) -> Event:
    """A document that was fetched from a site."""
    return Event(
        payload=FetchFinished(
            url=f"http://site.example/附件{number}.pdf",
            kind=PageKind.DOCUMENT,
            outcome=FetchOutcome.STORED,
            sha256=sha256 or f"{number:064x}",
            byte_count=number,
        ),
        run_id=run_id,
        site_id=site_id,
    )


@pytest.fixture
def make_event() -> Callable[..., Event]:
    """`fetched`, for test modules."""
    return fetched
