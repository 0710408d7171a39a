"""What a report says of documents that came, moved and went."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from expectations.findings import changes


def day(number: int) -> datetime:
    return datetime(2024, 3, number, tzinfo=UTC)


def version(file: str, url: str, begin: int, end: int | None = None, **other: str) -> dict[str, Any]:
    return {
        "document_sha256": file,
        "url": url,
        "title": "",
        "agency_name": "",
        "fiscal_year": 2024,
        "recorded_from": day(begin),
        "recorded_to": day(end) if end else None,
        "status": "current",
        "moved_to_url": None,
    } | other


REPLACED_AND_PUT_BACK = [
    version("x", "a", 1, 2, status="replaced"),
    version("y", "a", 2, 3, status="replaced"),
    version("x", "a", 3),
]
WITHDRAWN_AND_RESTORED = [version("x", "a", 1, 2, status="withdrawn"), version("x", "a", 3)]
MOVED = [version("x", "a", 1, 3, status="moved", moved_to_url="b"), version("x", "b", 2)]


@pytest.mark.parametrize(
    ("versions", "since", "seen"),
    [
        (REPLACED_AND_PUT_BACK, 1, [("new", "a"), ("replaced", "a"), ("replaced", "a")]),
        (REPLACED_AND_PUT_BACK, 3, [("replaced", "a")]),
        (WITHDRAWN_AND_RESTORED, 2, [("gone", "a"), ("restored", "a")]),
        (WITHDRAWN_AND_RESTORED, 3, [("restored", "a")]),
        (MOVED, 2, [("moved", "b")]),
        (MOVED, 3, [("moved", "b")]),
        (MOVED[1:], 2, [("new", "b")]),
        (MOVED, 4, []),
    ],
)
def test_changes_of_a_run(versions: list[dict[str, Any]], since: int, seen: list[tuple[str, str]]) -> None:
    assert [(change.kind, change.url) for change in changes(versions, day(since))] == seen
