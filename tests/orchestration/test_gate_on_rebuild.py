"""What is restored from the record passes the gate again where another reader reads it now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence

import pytest

from expectations.suites import raw_suites
from orchestration import pipeline
from tests.expectations.conftest import recognition
from warehouse import publication
from warehouse.documents.model import ReadOutcome
from warehouse.home import Home
from warehouse.loads import accepted_loads, loads
from warehouse.reading import ReadResult
from warehouse.record.events import DocumentImported, Event, LoadValidated, PublicationMade
from warehouse.record.log import EventLog

SITE = "xinzhou"
GOOD, BAD = (f"{number:064x}" for number in (1, 2))


class Reader:
    """A reader of some version, and the number of amounts that it finds in each document."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def be(self, version: str, amounts: Mapping[str, int]) -> None:
        def read(_archive: object, documents: Sequence[str]) -> Iterator[ReadResult]:
            for sha256 in documents:
                found = recognition(amounts[sha256])
                yield ReadResult(sha256, ReadOutcome.READ, None, found, "pdf", 0.1)

        self._monkeypatch.setattr(pipeline, "READER_VERSION", version)
        self._monkeypatch.setattr(pipeline, "read_archived", read)


@pytest.fixture(autouse=True)
def _one_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate with the suite that compares readings; all of them take seconds for each load."""
    suites = tuple(suite for suite in raw_suites() if suite.subject == "completeness")
    monkeypatch.setattr("expectations.gate.raw_suites", lambda: suites)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(monkeypatch)


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Home:
    """Two loads of one reader: one is published, the other was refused since a document gave nothing."""
    home = Home(tmp_path_factory.mktemp("home"))
    reader.be("1", {GOOD: 20, BAD: 0})
    with EventLog.open(home.event_log) as log:
        for run_id, sha256 in (("first", GOOD), ("second", BAD)):
            log.append([Event(payload=handed_in(sha256), run_id=run_id, site_id=SITE)])
            pipeline.land(home, SITE, run_id)
            pipeline.validate(home, SITE, run_id)
        assert [load.accepted for load in loads(log)] == [True, False]
        made = PublicationMade(
            publication_id=1,
            loads=(f"first-{SITE}",),
            log_position=log.last_position(),
            warehouse_sha256="0" * 64,
        )
        log.append([Event(payload=made, run_id="second")])
    shutil.rmtree(home.raw)
    return home


def handed_in(sha256: str) -> DocumentImported:
    return DocumentImported(
        site_name="忻州市人民政府",
        region_code="140900",
        url=f"import:{sha256}",
        sha256=sha256,
        byte_count=1,
        file_name="a.pdf",
        title="忻州市商务局2024年部门预算",
        imported_by="somebody",
    )


def verdicts(home: Home, run_id: str) -> dict[str, tuple[bool, str | None]]:
    with EventLog.open(home.event_log) as log:
        events = log.read(types={LoadValidated.type}, run_id=run_id)
        payloads = [event.payload for event in events if isinstance(event.payload, LoadValidated)]
    return {verdict.load_id: (verdict.accepted, verdict.reader_version) for verdict in payloads}


def published_next(home: Home) -> tuple[list[str], tuple[str, ...]]:
    """The loads that a publication would show now, and those among them that are news."""
    with EventLog.open(home.event_log) as log:
        accepted = [load.load_id for load in accepted_loads(log)]
        return accepted, publication.news_since_publication(log).loads


def test_the_same_reader_keeps_its_verdicts(home: Home) -> None:
    pipeline.restore_loads(home, "rebuild")
    assert verdicts(home, "rebuild") == {}
    assert published_next(home) == ([f"first-{SITE}"], ())


def test_what_a_newer_reader_makes_worse_is_not_published_again(home: Home, reader: Reader) -> None:
    reader.be("2", {GOOD: 4, BAD: 0})
    pipeline.restore_loads(home, "rebuild")
    assert verdicts(home, "rebuild") == {f"first-{SITE}": (False, "2"), f"second-{SITE}": (False, "2")}
    assert published_next(home) == ([], (f"first-{SITE}",))


def test_a_loss_is_a_loss_also_in_the_next_rebuild(home: Home, reader: Reader) -> None:
    for version in ("2", "3"):
        reader.be(version, {GOOD: 4, BAD: 0})
        pipeline.restore_loads(home, version)
        assert verdicts(home, version)[f"first-{SITE}"] == (False, version)
        shutil.rmtree(home.raw)


def test_what_a_newer_reader_makes_better_is_published_and_judged_once(home: Home, reader: Reader) -> None:
    reader.be("2", {GOOD: 20, BAD: 20})
    pipeline.restore_loads(home, "rebuild")
    assert verdicts(home, "rebuild") == {f"first-{SITE}": (True, "2"), f"second-{SITE}": (True, "2")}
    both = [f"first-{SITE}", f"second-{SITE}"]
    assert published_next(home) == (both, tuple(both))
    shutil.rmtree(home.raw)
    pipeline.restore_loads(home, "again")
    assert verdicts(home, "again") == {}


def test_a_kill_before_the_verdict_leaves_nothing_to_build(
    home: Home, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.be("2", {GOOD: 4, BAD: 0})

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("expectations.gate.validate_load", killed)
        with pytest.raises(KeyboardInterrupt):
            pipeline.restore_loads(home, "killed")
    assert not list(home.raw.glob("*"))
    pipeline.restore_loads(home, "rebuild")
    assert verdicts(home, "rebuild")[f"first-{SITE}"] == (False, "2")
