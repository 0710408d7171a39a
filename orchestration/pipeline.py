"""The steps of a run, in order. Dagster assets and commands call these; no other decides what is next.

Every step asks the record what is left to do, so a step that was killed is simply done again.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from orchestration.interrupts import stop_if_interrupted
from scrapers.crawl import crawling
from scrapers.sites import Site
from warehouse import landing, publication
from warehouse.documents import READER_VERSION
from warehouse.home import PROJECT_ROOT, Home
from warehouse.loads import Load, accepted_loads, known_readings, missing_loads, pending, unvalidated_loads
from warehouse.reading import read_archived
from warehouse.record.archive import Archive
from warehouse.record.events import (
    CRAWL_NOT_STARTED,
    CrawlFinished,
    Event,
    LoadLanded,
    LoadValidated,
    PublicationMade,
)
from warehouse.record.export import copied_until, export_events
from warehouse.record.log import EventLog

if TYPE_CHECKING:
    from warehouse.build import BuildResult

# Great Expectations and dbt take seconds to import: the steps that need them import them.
# ruff: noqa: PLC0415

log = logging.getLogger("mingzhang")


class PublicationRefusedError(Exception):
    """The marts did not pass their audit: the publication before stays as it is."""


def new_run_id() -> str:
    """A run's name: sortable by time, unique."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"


def recover(home: Home) -> None:
    """Finish or undo what a killed run left behind."""
    with EventLog.open(home.event_log) as events:
        publication.recover(home, events)
        landing.sweep(home, events)
    for leftover in home.scratch.glob("*.duckdb*"):
        leftover.unlink()


@contextmanager
def crawl_all(
    home: Home, sites: Mapping[str, Site], run_id: str
) -> Iterator[Iterator[tuple[str, CrawlFinished]]]:
    """Walk sites side by side and record what is seen; gives each as its crawl ends."""
    for site in sites.values():
        log.info("%s: crawling %s", site.site_id, site.base_url)
    with crawling(home, sites, run_id) as ends:
        yield map(_told, ends)


def _told(end: tuple[str, CrawlFinished]) -> tuple[str, CrawlFinished]:
    site_id, finished = end
    log.info(
        "%s: %d requests, %d documents linked, %d of them new or changed%s",
        site_id,
        finished.requests,
        finished.documents_linked,
        finished.documents_stored,
        "" if crawl_succeeded(finished) else f" ({finished.reason})",
    )
    return end


def crawl(home: Home, site: Site, run_id: str) -> CrawlFinished:
    """Walk one site."""
    with crawl_all(home, {site.site_id: site}, run_id) as ends:
        return dict(ends)[site.site_id]


def crawl_succeeded(finished: CrawlFinished) -> bool:
    """Whether a crawl came to its own end and found something, or was not due at this hour."""
    return finished.reason == "finished" or finished.reason.startswith(CRAWL_NOT_STARTED)


def land(home: Home, site_id: str, run_id: str) -> LoadLanded | None:
    """Read what this reader has not read yet of one site, and land it as one load; None if nothing."""
    stop_if_interrupted()
    with EventLog.open(home.event_log) as events:
        unread = pending(events, READER_VERSION, site_id)
        if not unread:
            log.info("%s: nothing new to read", site_id)
            return None
        log.info("%s: reading %d documents", site_id, len(unread))
        landed = landing.land(
            home,
            events,
            load_id=f"{run_id}-{site_id}",
            site_id=site_id,
            run_id=run_id,
            reader_version=READER_VERSION,
            results=read_archived(Archive(home.archive), unread),
        )
    if landed is not None:
        log.info("%s: landed %d amounts", site_id, landed.row_counts["amounts"])
    return landed


def validate(home: Home, site_id: str, run_id: str) -> list[LoadValidated]:
    """Pass every load of a site that was not judged yet through the gate."""
    stop_if_interrupted()
    with EventLog.open(home.event_log) as events:
        return [
            _judge(home, events, load, home.raw / load.load_id, run_id)
            for load in unvalidated_loads(events, site_id)
        ]


def restore_loads(home: Home, run_id: str) -> None:
    """Read raw tables again that are not there: a restored backup has none, a killed rebuild not all.

    Loads that were judged as another reader read them pass the gate anew: what is restored are other rows.
    """
    with EventLog.open(home.event_log) as events:
        for load in missing_loads(home, events):
            log.info("%s: reading %d documents again", load.site_id, len(load.documents))
            results = read_archived(Archive(home.archive), load.documents)
            anew = load.judged_version != READER_VERSION
            judge = partial(_judge, home, events, load, run_id=run_id) if anew else None
            landing.restore(
                home, events, load, results, reader_version=READER_VERSION, run_id=run_id, judge=judge
            )


def _judge(home: Home, events: EventLog, load: Load, folder: Path, run_id: str) -> LoadValidated:
    """Pass the raw tables of a load, as this reader read them, through the gate, and record the verdict."""
    log.info("%s: judging the load", load.site_id)  # before an import of some seconds
    from expectations.gate import validate_load

    verdict = validate_load(home, folder, known_readings(events, load.site_id))
    verdict = verdict.model_copy(update={"reader_version": READER_VERSION})
    events.append([Event(payload=verdict, run_id=run_id, site_id=load.site_id)])
    if verdict.accepted:
        log.info("%s: load accepted", load.site_id)
    else:
        log.warning("%s: load quarantined: %s", load.site_id, load.load_id)
    return verdict


def has_news(home: Home) -> bool:
    """Whether the record holds something that the current publication does not show."""
    with EventLog.open(home.event_log) as events:
        if publication.current(home) is None:
            return any(events.read(types={LoadLanded.type}))
        return bool(publication.news_since_publication(events))


def candidate(home: Home, run_id: str) -> Path:
    """The warehouse file that a run builds, before it is published."""
    return home.scratch / f"{run_id}.duckdb"


def build_models(
    home: Home, run_id: str, as_of: datetime | None = None, *, until: int | None = None
) -> BuildResult:
    """Build core and marts from the copy of the log (up to a position) and the raw tables, aside."""
    from warehouse.build import build

    restore_loads(home, run_id)
    with EventLog.open(home.event_log) as events:
        export_events(events, home.events_parquet, until=until)
    stop_if_interrupted()
    log.info("building the marts")
    return build(home, candidate(home, run_id), as_of=as_of, until=until)


def audit(home: Home, run_id: str) -> LoadValidated:
    """Judge the marts that were built."""
    from expectations.gate import validate_marts

    stop_if_interrupted()
    log.info("judging the marts")
    return validate_marts(home, candidate(home, run_id))


def publish(home: Home, run_id: str, verdict: LoadValidated) -> PublicationMade:
    """Publish what was built, with its quality report.

    Raises:
        PublicationRefusedError: the audit found something critical.
    """
    stop_if_interrupted()
    built = candidate(home, run_id)
    if not verdict.accepted:
        reasons = "; ".join(f"{f.suite}: {f.expectation} ({f.observed})" for f in verdict.failures)
        raise PublicationRefusedError(f"the marts did not pass their audit, nothing was published: {reasons}")
    copied = copied_until(home.events_parquet)
    position = copied.position if copied else 0
    with EventLog.open(home.event_log) as events:
        number = publication.number_of(publication.last_publication(events), position)
        made = publication.publish(
            home,
            events,
            built,
            run_id=run_id,
            loads=[load.load_id for load in accepted_loads(events, until=position)],
            log_position=position,
            extras={
                "report.html": report(home, run_id, warehouse=built, publication_id=number, marts=verdict),
                "data-dictionary.md": PROJECT_ROOT / "docs" / "data-dictionary.md",
            },
        )
        if home.keep_publications:
            removed = publication.prune(home, events, home.keep_publications, monthly=True, run_id=run_id)
            log.info("old publications removed: %s", ", ".join(map(str, removed)) or "none")
    built.unlink()
    log.info("published as number %d", made.publication_id)
    return made


def report(  # noqa: PLR0913 # what a run came to, by name
    home: Home,
    run_id: str,
    *,
    warehouse: Path | None,
    publication_id: int | None = None,
    marts: LoadValidated | None = None,
    after: int | None = None,
) -> Path:
    """Write the quality report of a run, and Data Docs up to it.

    It is on this run only where `after` gives a position before its first event; else on all runs since the
    publication before, which together are what a publication shows that is new.
    """
    from expectations.covered import covered
    from expectations.data_docs import build_data_docs
    from expectations.report import write_report
    from expectations.summary import summarise

    log.info("writing the report")
    build_data_docs(home)
    with EventLog.open(home.event_log) as events:
        last = publication.last_publication(events)
        until = last.log_position if last else 0
        if after is None:
            on = covered(events, published_until=until)
        else:
            on = covered(events, published_until=until, run_id=run_id, after=after)
    summary = summarise(run_id, on, built=warehouse, publication_id=publication_id)
    return write_report(home, summary, on.names, built=warehouse, marts=marts)


def rebuild(home: Home, as_of: datetime | None = None) -> Path:
    """Make everything that is derived again, from the record alone.

    Raw tables are read again from the archived files, and pass the gate again where another reader read them
    before. Without `as_of` the result is published: as the last publication again where nothing is new since,
    else as the next one. With `as_of` it is written to `as_of/` in the home; the current publication stays.

    Returns:
        The DuckDB file.
    """
    run_id = new_run_id()
    if as_of:
        _warn_of_nothing(home, as_of)
    recover(home)
    shutil.rmtree(home.raw, ignore_errors=True)
    shutil.rmtree(home.events_parquet, ignore_errors=True)
    restore_loads(home, run_id)
    with EventLog.open(home.event_log) as events:
        last = publication.last_publication(events)
        again = last is not None and as_of is None and not publication.news_since_publication(events)
    until = last.log_position if last and again else None
    build_models(home, run_id, as_of, until=until)
    if as_of is None:
        publish(home, run_id, audit(home, run_id))
        return home.warehouse
    target = home.path / "as_of" / f"{as_of:%Y%m%dT%H%M%SZ}.duckdb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(candidate(home, run_id), target)
    return target


def _warn_of_nothing(home: Home, moment: datetime) -> None:
    """Say so where a moment is before all that was recorded: what is built will be empty."""
    with EventLog.open(home.event_log) as events:
        first = next(events.read(until=1), None)
    if first is None:
        log.warning("the record is empty")
    elif first.occurred_at > moment:
        log.warning("nothing was recorded by %s: the record begins at %s", moment, first.occurred_at)


def publication_again(home: Home, number: int) -> Path:
    """Build a publication again as it was made: from the events and the loads that it took into account.

    It is written to `as_of/` in the home, beside the current one. Its figures are the same where the raw
    tables are still those of then; those that were made anew by a rebuild are of the reader of today.

    Returns:
        The DuckDB file.

    Raises:
        ValueError: there is no publication of this number.
    """
    run_id = new_run_id()
    recover(home)
    with EventLog.open(home.event_log) as events:
        made = publication.publications(events).get(number)
    if made is None:
        raise ValueError(f"there is no publication {number}")
    build_models(home, run_id, until=made.log_position)
    target = home.path / "as_of" / f"publication-{number:06}.duckdb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(candidate(home, run_id), target)
    return target
