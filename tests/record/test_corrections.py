"""Decisions of people: recorded with author and reason, checked, revocable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from warehouse.record.corrections import CorrectionError, correct, revoke
from warehouse.record.events import CorrectionMade, CorrectionRevoked, Event
from warehouse.record.log import EventLog

SHA256 = "ab" * 32
GIVEN = {"document": SHA256, "what": "fiscal_year", "value": "2023", "reason": "页面", "run_id": "r"}


@pytest.fixture
def log(tmp_path: Path, make_event: Callable[..., Event]) -> Iterator[EventLog]:
    with EventLog.open(tmp_path / "events.sqlite") as log:
        log.append([make_event(1, sha256=SHA256), make_event(2, sha256="ac" * 32)])
        yield log


def test_a_decision_is_recorded_with_author_and_reason_at_the_site_of_its_document(log: EventLog) -> None:
    made = correct(log, **{**GIVEN, "document": "ABAB"}, author="李明")
    *_, event = log.read()
    assert (str(event.event_id), event.site_id) == (made, "xinzhou")
    assert event.payload == CorrectionMade(
        sha256=SHA256, what="fiscal_year", value="2023", author="李明", reason="页面"
    )


def test_a_decision_is_taken_back_once(log: EventLog) -> None:
    made = correct(log, **GIVEN)
    assert revoke(log, made[:8], reason="mistaken", run_id="r", author="李明") == made
    *_, event = log.read()
    assert event.payload == CorrectionRevoked(correction_id=made, author="李明", reason="mistaken")
    with pytest.raises(CorrectionError, match="0 corrections that stand have this id"):
        revoke(log, made, reason="again", run_id="r")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"what": "amount_yuan"}, "amount_yuan: can be corrected are fiscal_year, phase"),
        ({"what": "phase", "value": "决算"}, "phase 决算: not one of budget, final_account"),
        ({"value": "２０２３"}, "not a year"),
        ({"what": "table_type", "value": "three_public"}, "a table is named"),
        ({"table_ordinal": 3}, "a table is named"),
        ({"what": "agency_name", "value": " "}, "needs a value and a reason"),
        ({"reason": ""}, "needs a value and a reason"),
        ({"document": "ff"}, "ff: 0 documents"),
        ({"document": "a"}, "a: 2 documents"),
    ],
)
def test_what_cannot_be_is_refused_and_not_recorded(
    log: EventLog, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(CorrectionError, match=message):
        correct(log, **{**GIVEN, **changes})
    assert log.last_position() == 2
