"""What a run did, in figures: the same for the quality report and for the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
from pydantic import TypeAdapter

from expectations.covered import Covered, Decision, Names, payloads_of
from expectations.findings import count, select
from warehouse.home import Home
from warehouse.record.events import (
    CRAWL_NOT_STARTED,
    ArticleJudged,
    CrawlFinished,
    CrawlStarted,
    DocumentLinked,
    DocumentRead,
    FailedExpectation,
    FetchFinished,
    FetchOutcome,
    LoadLanded,
    LoadValidated,
    MonitorRaised,
    PageKind,
    RecordedEvent,
)

EXAMPLE_QUERY: Final = (
    "select agency_name, fiscal_year, phase, three_public_yuan,"
    " round(100 * three_public_yuan / expenditure_total_yuan, 2) as three_public_percent"
    " from marts.agency_year order by three_public_percent desc nulls last"
)
"""A query that works on every publication: the first question of analysts."""

_SEEN: Final = frozenset({FetchOutcome.STORED, FetchOutcome.UNCHANGED})


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """One site's crawl. `ended` is the crawler's reason, None when it never came to its end."""

    site_id: str
    site_name: str
    region_code: str
    ended: str | None
    requests: int
    outcomes: Mapping[str, int]
    listing_entries: int
    documents_linked: int
    documents_stored: int

    @property
    def not_started(self) -> bool:
        """Whether the site's hours were closed, so that nothing was asked: no failure."""
        return self.ended is not None and self.ended.startswith(CRAWL_NOT_STARTED)


@dataclass(frozen=True, slots=True)
class FailedFetch:
    """A request that gave nothing to keep."""

    site_id: str
    url: str
    kind: str
    outcome: str
    http_status: int | None
    detail: str
    evidence_sha256: str | None
    """The archived answer that shows why, where there is one."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """What a monitor of a crawl asks a person to look at."""

    site_id: str
    monitor: str
    detail: str


@dataclass(frozen=True, slots=True)
class UndecidedArticle:
    """A listed article that a person must look at: its documents were not fetched."""

    site_id: str
    url: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class FailedReading:
    """A file that could not be read; `name` is the one that people know it by."""

    site_id: str
    document_sha256: str
    name: str
    url: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """One load of the run. `accepted` is None while the gate has not judged it."""

    load_id: str
    site_id: str
    documents: int
    amounts: int
    accepted: bool | None
    expectations_evaluated: int
    failures: tuple[FailedExpectation, ...]


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """One identity over all documents of the warehouse."""

    check_id: str
    statement: str
    held: int
    failed: int
    not_evaluated: int

    @property
    def held_share(self) -> float | None:
        """Of those that could be evaluated; None when none could."""
        evaluated = self.held + self.failed
        return self.held / evaluated if evaluated else None


@dataclass(frozen=True, slots=True)
class WarehouseSummary:
    """What the built warehouse holds, all runs together."""

    documents: int
    amounts: int
    disclosures: int
    checks: tuple[CheckSummary, ...]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run did, or all runs that a publication is made of, and the warehouse that it led to."""

    run_id: str
    started_at: datetime | None
    ended_at: datetime | None
    sites: tuple[SiteSummary, ...]
    documents_read: int
    failed_fetches: tuple[FailedFetch, ...]
    failed_readings: tuple[FailedReading, ...]
    monitors: tuple[Monitor, ...]
    undecided: tuple[UndecidedArticle, ...]
    decisions: tuple[Decision, ...]
    """Since the publication before: people decide between crawls, for the next run to publish."""
    loads: tuple[LoadSummary, ...]
    warehouse: WarehouseSummary | None
    """None when the run built nothing."""
    publication_id: int | None

    @property
    def quarantined(self) -> tuple[LoadSummary, ...]:
        """The loads that are kept but not published."""
        return tuple(load for load in self.loads if load.accepted is False)

    @property
    def not_started(self) -> tuple[SiteSummary, ...]:
        """The sites whose hours were closed."""
        return tuple(site for site in self.sites if site.not_started)

    @property
    def sites_crawled(self) -> int:
        """Sites whose hours were open."""
        return len(self.sites) - len(self.not_started)

    @property
    def documents_stored(self) -> int:
        """Files that were new to the record."""
        return sum(site.documents_stored for site in self.sites)

    @property
    def amounts(self) -> int:
        """Published amounts that this run read."""
        return sum(load.amounts for load in self.loads)

    @property
    def checks(self) -> CheckSummary:
        """All identities together."""
        checks = self.warehouse.checks if self.warehouse else ()
        return CheckSummary(
            check_id="",
            statement="",
            held=sum(check.held for check in checks),
            failed=sum(check.failed for check in checks),
            not_evaluated=sum(check.not_evaluated for check in checks),
        )


_AS_JSON: Final = TypeAdapter(RunSummary)


def summarise(
    run_id: str, covered: Covered, *, built: Path | None = None, publication_id: int | None = None
) -> RunSummary:
    """Sum up a run, and with a publication all runs since the one before.

    Args:
        run_id: The run.
        covered: What it did and they did.
        built: The DuckDB file that the run built, or the current publication's; None when there is none.
        publication_id: The publication that the run made, if it made one.
    """
    events = covered.events
    times = [event.occurred_at for event in events]
    reads = payloads_of(events, DocumentRead)
    last_crawls = _last_crawls(events)
    return RunSummary(
        run_id=run_id,
        started_at=min(times, default=None),
        ended_at=max(times, default=None),
        sites=_sites(events, last_crawls),
        documents_read=sum(read.outcome == "read" for _, read in reads),
        failed_fetches=_failed_fetches(events),
        failed_readings=_failed_readings(reads, covered.names),
        monitors=tuple(
            Monitor(site_id, raised.monitor, raised.detail)
            for site_id, raised in payloads_of(last_crawls, MonitorRaised)
        ),
        undecided=_undecided(events),
        decisions=tuple(covered.decisions),
        loads=_loads(events),
        warehouse=_warehouse(built) if built else None,
        publication_id=publication_id,
    )


def read_summary(home: Home, run_id: str) -> RunSummary:
    """The summary that was written with a run's report.

    Raises:
        FileNotFoundError: the run has no report.
    """
    return _AS_JSON.validate_json((home.reports / f"{run_id}.json").read_bytes())


def summary_json(summary: RunSummary) -> str:
    """A summary as JSON: what the report says, for programs."""
    return _AS_JSON.dump_json(summary, indent=1).decode()


def _last_crawls(events: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """The events of the last crawl of each site."""
    runs = {event.site_id: event.run_id for event in events if isinstance(event.payload, CrawlStarted)}
    return [event for event in events if runs.get(event.site_id) == event.run_id]


def _sites(events: Sequence[RecordedEvent], last_crawls: Sequence[RecordedEvent]) -> tuple[SiteSummary, ...]:
    """Each site by its last crawl, but with all files that are new, whichever crawl stored them."""
    started = dict(payloads_of(last_crawls, CrawlStarted))
    finished = dict(payloads_of(last_crawls, CrawlFinished))
    outcomes: dict[str, Counter[str]] = {site_id: Counter() for site_id in started}
    for site_id, fetch in payloads_of(last_crawls, FetchFinished):
        outcomes[site_id][fetch.outcome] += 1
    # A page whose text is the budget was fetched as an article, and is linked as a document.
    documents = {(site_id, link.url) for site_id, link in payloads_of(events, DocumentLinked)}
    stored = Counter(
        site_id
        for site_id, fetch in payloads_of(events, FetchFinished)
        if fetch.outcome == FetchOutcome.STORED
        and (fetch.kind == PageKind.DOCUMENT or (site_id, fetch.url) in documents)
    )
    linked = Counter(site_id for site_id, _ in payloads_of(last_crawls, DocumentLinked))
    summaries = []
    for site_id, start in started.items():
        end, counted = finished.get(site_id), outcomes[site_id]
        summaries.append(
            SiteSummary(
                site_id=site_id,
                site_name=start.site_name,
                region_code=start.region_code,
                ended=end.reason if end else None,
                requests=end.requests if end else counted.total(),
                outcomes=dict(counted.most_common()),
                listing_entries=end.listing_entries if end else 0,
                documents_linked=end.documents_linked if end else linked[site_id],
                documents_stored=stored[site_id],
            )
        )
    return tuple(summaries)


def _failed_fetches(events: Sequence[RecordedEvent]) -> tuple[FailedFetch, ...]:
    """By the last answer of each address."""
    last = {(site_id, fetch.url): fetch for site_id, fetch in payloads_of(events, FetchFinished)}
    return tuple(
        FailedFetch(
            site_id=site_id,
            url=fetch.url,
            kind=str(fetch.kind),
            outcome=str(fetch.outcome),
            http_status=fetch.http_status,
            detail=fetch.detail or "",
            evidence_sha256=fetch.evidence_sha256,
        )
        for (site_id, _), fetch in last.items()
        if fetch.outcome not in _SEEN
    )


def _undecided(own: Sequence[RecordedEvent]) -> tuple[UndecidedArticle, ...]:
    """By the last verdict on each article: its page may decide what its title left open."""
    last = {(site_id, judged.url): judged for site_id, judged in payloads_of(own, ArticleJudged)}
    return tuple(
        UndecidedArticle(site_id, judged.url, judged.title, judged.reason)
        for (site_id, _), judged in last.items()
        if judged.verdict == "undecided"
    )


def _failed_readings(reads: Sequence[tuple[str, DocumentRead]], names: Names) -> tuple[FailedReading, ...]:
    return tuple(
        FailedReading(
            site_id=site_id,
            document_sha256=read.sha256,
            name=names.get(read.sha256, (read.sha256, ""))[0],
            url=names.get(read.sha256, ("", ""))[1],
            outcome=read.outcome,
            reason=read.reason or "",
        )
        for site_id, read in reads
        if read.outcome != "read"
    )


def _loads(own: Sequence[RecordedEvent]) -> tuple[LoadSummary, ...]:
    verdicts = {verdict.load_id: verdict for _, verdict in payloads_of(own, LoadValidated)}
    landed = {load.load_id: (site_id, load) for site_id, load in payloads_of(own, LoadLanded)}
    summaries = []
    for load_id in dict.fromkeys((*landed, *verdicts)):
        site_id, load = landed.get(load_id, ("", None))
        verdict = verdicts.get(load_id)
        summaries.append(
            LoadSummary(
                load_id=load_id,
                site_id=site_id,
                documents=len(load.documents) if load else 0,
                amounts=load.row_counts.get("amounts", 0) if load else 0,
                accepted=verdict.accepted if verdict else None,
                expectations_evaluated=verdict.expectations_evaluated if verdict else 0,
                failures=verdict.failures if verdict else (),
            )
        )
    return tuple(summaries)


def _warehouse(built: Path) -> WarehouseSummary:
    with duckdb.connect(str(built), read_only=True) as connection:
        versions = select(connection, "core.dim_document_version", ["document_sha256"])
        return WarehouseSummary(
            documents=len({version["document_sha256"] for version in versions}),
            amounts=count(connection, "core.fct_amount"),
            disclosures=count(connection, "marts.agency_year"),
            checks=_checks(connection),
        )


def _checks(connection: duckdb.DuckDBPyConnection) -> tuple[CheckSummary, ...]:
    rows = select(
        connection,
        "core.fct_check_result",
        ["check_id", "statement", "status", "count(*) as n"],
        "group by all",
    )
    counts: dict[str, Counter[str]] = {}
    statements: dict[str, str] = {}
    for row in rows:
        counts.setdefault(row["check_id"], Counter())[row["status"]] += row["n"]
        statements[row["check_id"]] = row["statement"] or ""
    return tuple(
        CheckSummary(
            check_id=check_id,
            statement=statements[check_id],
            held=counted["held"],
            failed=counted["failed"],
            not_evaluated=counted["not_evaluated"],
        )
        for check_id, counted in sorted(counts.items())
    )
