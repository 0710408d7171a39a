"""A document's story."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from warehouse.record.events import (
    CorrectionMade,
    CorrectionRevoked,
    DocumentLinked,
    DocumentRead,
    Event,
    FetchFinished,
    FetchOutcome,
    LoadLanded,
    LoadValidated,
    PageKind,
    Payload,
    PublicationMade,
    RecordedEvent,
)
from warehouse.record.history import Moment, history, names_of

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
URL, MIRROR = "http://site.example/1.pdf", "http://site.example/copy.pdf"
START = datetime(2024, 3, 1, tzinfo=UTC)


def recorded(*payloads: Payload) -> list[RecordedEvent]:
    events = []
    for position, payload in enumerate(payloads, start=1):
        at = START + timedelta(days=position - 1)
        event = Event(payload=payload, run_id="r", site_id="s", occurred_at=at)
        events.append(
            RecordedEvent(
                **{name: getattr(event, name) for name in Event.model_fields},
                position=position,
                recorded_at=at,
            )
        )
    return events


def fetched(sha256: str | None, outcome: FetchOutcome = FetchOutcome.STORED, url: str = URL) -> FetchFinished:
    return FetchFinished(url=url, kind=PageKind.DOCUMENT, outcome=outcome, sha256=sha256, byte_count=1500)


def landed(load_id: str, sha256: str, number: int) -> Iterator[Payload]:
    yield DocumentRead(sha256=sha256, reader_version="1", outcome="read", tables=13, amounts=648)
    yield LoadLanded(load_id=load_id, reader_version="1", documents=(sha256,), row_counts={})
    yield LoadValidated(load_id=load_id, accepted=True, expectations_evaluated=1)
    yield PublicationMade(publication_id=number, loads=(load_id,), log_position=1, warehouse_sha256="")


LINK = DocumentLinked(
    url=URL, page_url="http://site.example/1.html", link_text="附件", page_title="2024年预算"
)
CORRECTION = CorrectionMade(sha256=OLD, what="fiscal_year", value="2023", author="李明", reason="封面")
EVENTS = recorded(
    LINK,
    fetched(OLD),
    *landed("load-1", OLD, 1),
    LINK,
    fetched(OLD, FetchOutcome.UNCHANGED),
    fetched(OLD, FetchOutcome.UNCHANGED),
    fetched(OTHER, url="http://site.example/other.pdf"),
    fetched(None, FetchOutcome.TIMEOUT),
    CORRECTION,
    fetched(NEW),
    *landed("load-2", NEW, 2),
    fetched(OLD, url=MIRROR),
)
REVOKED = recorded(
    *(event.payload for event in EVENTS),
    CorrectionRevoked(correction_id=str(EVENTS[11].event_id), author="王", reason="看错"),
)


def story(subject: str, events: list[RecordedEvent] = EVENTS) -> list[Moment]:
    return history(events, names_of(events, [subject]))


def told(subject: str, events: list[RecordedEvent] = EVENTS) -> list[str]:
    return [moment.what for moment in story(subject, events)]


def test_the_story_of_an_address_is_that_of_all_files_that_stood_there() -> None:
    assert told(URL) == [
        "linked",
        "found",
        "read",
        "accepted",
        "published",
        "unchanged",
        "not fetched: timeout",
        "corrected",
        "replaced",
        "read",
        "accepted",
        "published",
    ]


def test_the_story_of_a_file_is_told_at_every_address_where_it_stood() -> None:
    moments = story(OLD)
    assert moments[-1] == Moment(EVENTS[-1].recorded_at, 18, "found", f"{OLD[:12]}, 1,500 bytes, at {MIRROR}")


def test_repeated_answers_are_one_line() -> None:
    (unchanged,) = (moment for moment in story(URL) if moment.what == "unchanged")
    assert (unchanged.times, unchanged.position, unchanged.at) == (2, 8, START + timedelta(days=7))


def test_answers_that_alternate_are_counted_until_something_happens() -> None:
    days = [
        fetched(OLD, FetchOutcome.UNCHANGED),
        fetched(OLD, FetchOutcome.UNCHANGED, MIRROR),
        fetched(None, FetchOutcome.TIMEOUT),
    ]
    events = recorded(fetched(OLD), fetched(OLD, url=MIRROR), *days * 5, fetched(NEW), *days)
    assert [(moment.what, moment.times) for moment in story(OLD, events)] == [
        ("found", 1),
        ("found", 1),
        ("unchanged", 5),
        ("unchanged", 5),
        ("not fetched: timeout", 5),
        ("replaced", 1),
        ("unchanged", 1),
        ("unchanged", 1),
        ("not fetched: timeout", 1),
    ]


def test_a_correction_and_its_end_name_who_and_why() -> None:
    events = [*EVENTS, REVOKED[-1]]
    details = {moment.what: moment.detail for moment in story(URL, events)}
    assert details["corrected"] == f"fiscal_year of {OLD[:12]} is 2023, by 李明: 封面"
    assert details["correction revoked"] == f"fiscal_year of {OLD[:12]} is 2023, by 王: 看错"


def test_what_is_unknown_has_no_story() -> None:
    assert told("http://site.example/unknown") == []
