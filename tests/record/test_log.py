"""The contract of the event log, for every storage."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any, ClassVar, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.record import envelope
from warehouse.record.errors import RecordUnavailableError, UnknownEventError
from warehouse.record.events import PAYLOADS, Event, ListingEntry, ListingObserved, Payload
from warehouse.record.log import EventLog
from warehouse.record.upcasting import Upcaster, current_payload

OpenLog = Callable[[], EventLog]
MakeEvent = Callable[..., Event]


def test_what_is_appended_is_read_back_value_by_value(open_log: OpenLog) -> None:
    listing = ListingObserved(
        listing_url="http://site.example/bmys/",
        column_name="部门预算",
        complete=True,
        page_count=2,
        entries=(
            ListingEntry(
                url="http://site.example/1", title="忻州市商务局“三公”", listed_on=date(2024, 3, 15)
            ),
        ),
    )
    beijing = timezone(timedelta(hours=8))
    occurred_at = datetime(2024, 3, 15, 8, 30, 0, 123456, tzinfo=beijing)
    event = Event(payload=listing, run_id="run-1", site_id="xinzhou", occurred_at=occurred_at)
    with open_log() as log:
        assert list(log.append([event])) == [1]
    with open_log() as log:
        (read,) = log.read()
    assert read.payload == listing
    assert (read.position, read.event_id, read.run_id, read.site_id) == (
        1,
        event.event_id,
        "run-1",
        "xinzhou",
    )
    assert read.occurred_at == datetime(2024, 3, 15, 0, 30, 0, 123456, tzinfo=UTC)
    assert abs(read.recorded_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_empty_log_has_no_events_and_position_zero(open_log: OpenLog) -> None:
    with open_log() as log:
        assert list(log.read()) == []
        assert log.last_position() == 0
        assert list(log.append([])) == []


def test_reading_is_filtered_by_range_type_site_and_run(open_log: OpenLog, make_event: MakeEvent) -> None:
    listing = ListingObserved(listing_url="u", column_name="c", complete=True, page_count=1, entries=())
    with open_log() as log:
        log.append([make_event(1), make_event(2, site_id="qinhuangdao"), make_event(3, run_id="run-2")])
        log.append([Event(payload=listing, run_id="run-2", site_id=None)])

        def positions(**filters: object) -> list[int]:
            return [event.position for event in log.read(**filters)]

        assert positions() == [1, 2, 3, 4]
        assert positions(after=1, until=3) == [2, 3]
        assert positions(types=["listing.observed"]) == [4]
        assert positions(types=[]) == []
        assert positions(site_id="qinhuangdao") == [2]
        assert positions(run_id="run-2") == [3, 4]
        assert positions(run_id="run-2", site_id="xinzhou", types=["fetch.finished"], after=2) == [3]
        assert log.last_position() == 4


def test_a_batch_is_recorded_whole_or_not_at_all(open_log: OpenLog, make_event: MakeEvent) -> None:
    naive = make_event(2).model_copy(update={"occurred_at": datetime(2024, 1, 1)})  # noqa: DTZ001 # the point
    with open_log() as log:
        with pytest.raises(ValueError, match="has no time zone"):
            log.append([make_event(1), naive])
        assert log.last_position() == 0
        log.append([make_event(3)])
        assert [event.position for event in log.read()] == [1]


def test_events_appended_while_reading_are_left_for_the_next_reader(
    open_log: OpenLog, make_event: MakeEvent
) -> None:
    with open_log() as log:
        log.append([make_event(n) for n in range(3)])
        seen = []
        for event in log.read():
            seen.append(event.position)
            log.append([make_event(100 + event.position)])
        assert seen == [1, 2, 3]
        assert log.last_position() == 6


def test_recorded_at_never_goes_back(
    open_log: OpenLog, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        moments: ClassVar = [datetime(2024, 5, 2, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)]

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # noqa: ARG003 # the signature of datetime
            return cls.moments[0]

    monkeypatch.setattr("warehouse.record.log.datetime", Clock)
    with open_log() as log:
        log.append([make_event(1)])
        Clock.moments.pop(0)
        log.append([make_event(2)])
        assert [event.recorded_at.day for event in log.read()] == [2, 2]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.integers(0, 15))))
def test_any_batches_with_any_repetitions_give_the_same_log(
    tmp_path_factory: pytest.TempPathFactory, make_event: MakeEvent, batches: list[list[int]]
) -> None:
    events = [make_event(number) for number in range(16)]
    expected = [events[number].event_id for number in dict.fromkeys(n for batch in batches for n in batch)]
    with EventLog.open(tmp_path_factory.mktemp("log") / "events.sqlite") as log:
        appended = [
            position for batch in batches for position in log.append([events[number] for number in batch])
        ]
        read = list(log.read())
    assert [event.event_id for event in read] == expected
    assert [event.position for event in read] == appended == list(range(1, len(expected) + 1))


def test_events_of_a_type_or_site_are_found_wherever_they_are(
    open_log: OpenLog, make_event: MakeEvent
) -> None:
    rare = ListingObserved(listing_url="u", column_name="c", complete=True, page_count=1, entries=())
    with open_log() as log:
        for start in range(0, 2_500, 500):
            log.append([make_event(start + n, site_id=f"site-{start}") for n in range(500)])
            log.append([Event(payload=rare, run_id="run-1", site_id="site-0")])

        def positions(**filters: object) -> list[int]:
            return [event.position for event in log.read(**filters)]

        assert positions(types=["listing.observed"]) == [501, 1002, 1503, 2004, 2505]
        assert positions(site_id="site-1000") == list(range(1003, 1503))
        assert positions(types=["listing.observed", "fetch.finished"]) == list(range(1, 2506))
        assert positions(types=["listing.observed"], site_id="site-0", after=501, until=2004) == [
            1002,
            1503,
            2004,
        ]
        assert positions(types=["listing.observed"], site_id="site-1000") == []
        assert positions(types=["crawl.started"]) == positions(site_id="nowhere") == []


def change(path: Path, *statements: str) -> list[tuple[Any, ...]]:
    """What the last of these statements gives, done behind the log's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return [connection.execute(statement).fetchall() for statement in statements][-1]


@pytest.mark.parametrize("age", ["before the column of the site", "before the table of places"])
def test_a_log_of_an_older_mingzhang_is_opened(tmp_path: Path, make_event: MakeEvent, age: str) -> None:
    path = tmp_path / "events.sqlite"
    with EventLog.open(path) as log:
        log.append([make_event(1), make_event(2, site_id="qinhuangdao")])
    change(path, "DROP TABLE stored_places", "CREATE INDEX stored_events_topic ON stored_events (topic)")
    if age == "before the column of the site":
        change(path, "ALTER TABLE stored_events DROP COLUMN site_id")
    for _ in range(2):
        with EventLog.open(path) as log:
            assert [event.position for event in log.read(site_id="qinhuangdao")] == [2]
    indexes = change(path, "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'stored%'")
    assert indexes == []


def test_what_an_older_mingzhang_appended_meanwhile_is_found(tmp_path: Path, make_event: MakeEvent) -> None:
    path = tmp_path / "events.sqlite"
    with EventLog.open(path) as log:
        log.append([make_event(1), make_event(2, site_id="qinhuangdao")])
    change(
        path,
        "DELETE FROM stored_places WHERE name = 'qinhuangdao'",
        "CREATE INDEX stored_events_site ON stored_events (site_id)",
    )
    with EventLog.open(path) as log:
        assert [event.position for event in log.read(site_id="qinhuangdao")] == [2]


def test_events_that_were_recorded_are_known_whatever_their_ids(
    open_log: OpenLog, make_event: MakeEvent
) -> None:
    old, new = make_event(1), make_event(3)
    foreign = make_event(2).model_copy(update={"event_id": UUID(int=7)})
    with open_log() as log:
        assert list(log.append([new])) == [1]
        assert list(log.append([old, foreign, new])) == [2, 3]
        assert list(log.append([foreign, make_event(4), old])) == [4]


def test_what_is_none_is_not_written_and_read_as_none(tmp_path: Path, make_event: MakeEvent) -> None:
    path = tmp_path / "events.sqlite"
    event = make_event(1)
    with EventLog.open(path) as log:
        log.append([event])
        assert next(log.read()).payload == event.payload
    ((state,),) = change(path, "SELECT CAST(state AS TEXT) FROM stored_events")
    assert json.loads(state)["event"]["payload"] == {
        "url": "http://site.example/附件1.pdf",
        "kind": "document",
        "outcome": "stored",
        "sha256": f"{1:064x}",
        "byte_count": 1,
    }


def test_what_is_not_written_is_none_when_it_is_read() -> None:
    for payload in PAYLOADS.values():
        for name, field in payload.model_fields.items():
            if type(None) in get_args(field.annotation):
                assert field.get_default() is None, f"{payload.type}.{name}"


def test_moments_are_written_alike(make_event: MakeEvent) -> None:
    moments = [
        datetime(2024, 5, 1, 8, tzinfo=timezone(timedelta(hours=8))),
        datetime(2024, 5, 1, 0, 0, 0, 1, UTC),
    ]
    bodies = [envelope.body(make_event(1).model_copy(update={"occurred_at": at}), "") for at in moments]
    assert [json.loads(body)["occurred_at"] for body in bodies] == [
        "2024-05-01T00:00:00.000000+00:00",
        "2024-05-01T00:00:00.000001+00:00",
    ]
    assert (
        json.loads(envelope.payload_of(bodies[0].replace(b'"recorded_at":"', b'"recorded_at":"2024')))
        == (json.loads(bodies[0])["payload"])
    )


def test_a_file_that_is_no_log_is_named_in_the_error(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(RecordUnavailableError, match=r"events\.sqlite: file is not a database"):
        EventLog.open(path)


def test_an_event_of_a_newer_version_is_refused_by_name(tmp_path: Path, make_event: MakeEvent) -> None:
    path = tmp_path / "events.sqlite"
    with EventLog.open(path) as log:
        log.append([make_event(1)])
    change(path, "UPDATE stored_events SET state = replace(state, '\"version\":1', '\"version\":9')")
    with EventLog.open(path) as log, pytest.raises(UnknownEventError, match=r"fetch\.finished version 9"):
        list(log.read())


def test_old_versions_are_brought_up_step_by_step() -> None:
    class Measured(Payload):
        type: ClassVar[str] = "measured"
        version: ClassVar[int] = 3
        amount_yuan: str
        source: str

    upcasters: dict[tuple[str, int], Upcaster] = {
        ("measured", 1): lambda old: {"amount_wan": old["amount"]},
        ("measured", 2): lambda old: {"amount_yuan": old["amount_wan"] + "0000", "source": "unknown"},
    }

    def upcast(
        version: int, payload: dict[str, Any], known: dict[tuple[str, int], Upcaster] = upcasters
    ) -> Payload:
        return current_payload("measured", version, payload, payloads={"measured": Measured}, upcasters=known)

    assert upcast(1, {"amount": "7"}) == Measured(amount_yuan="70000", source="unknown")
    assert upcast(2, {"amount_wan": "7"}) == Measured(amount_yuan="70000", source="unknown")
    assert upcast(3, {"amount_yuan": "7", "source": "x"}) == Measured(amount_yuan="7", source="x")
    with pytest.raises(UnknownEventError, match="no upcaster for measured version 1"):
        upcast(1, {"amount": "7"}, known={})


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**64 - 1)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_canonical_json_keeps_the_value_and_ignores_the_order_of_keys(value: object) -> None:
    text = envelope.canonical_json(value)
    assert json.loads(text) == value
    if isinstance(value, dict):
        assert envelope.canonical_json(dict(reversed(value.items()))) == text


@given(st.text("0123456789abcdef", min_size=64, max_size=64), st.binary())
def test_what_is_sealed_is_unsealed(checksum: str, body: bytes) -> None:
    assert envelope.unseal(envelope.seal(checksum, body)) == (checksum, body)


def test_event_ids_are_unique_by_default(make_event: MakeEvent) -> None:
    assert isinstance(make_event(1).event_id, UUID)
    assert make_event(1).event_id != make_event(1).event_id
