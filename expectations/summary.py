"""What a run did, in figures: the same for the quality report and for the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import duckdb

from expectations.findings import count, select
from warehouse.record.events import (
    CRAWL_NOT_STARTED,
    ArticleJudged,
    CorrectionMade,
    CorrectionRevoked,
    CrawlFinished,
    CrawlStarted,
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    FailedExpectation,
    FetchFinished,
    FetchOutcome,
    LoadLanded,
    LoadValidated,
    MonitorRaised,
    PageKind,
    Payload,
    PublicationMade,
    RecordedEvent,
)

EXAMPLE_QUERY: Final = (
    "select agency_name, fiscal_year, phase, three_public_yuan,"
    " round(100 * three_public_yuan / expenditure_total_yuan, 2) as three_public_percent"
    " from marts.agency_year order by three_public_percent desc nulls last"
)
"""A query that works on every publication: the first question of analysts."""

_SEEN: Final = frozenset({FetchOutcome.STORED, FetchOutcome.UNCHANGED})

P = TypeVar("P", bound=Payload)


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
class Decision:
    """What a person handed in or decided, or took back."""

    kind: str
    """`handed in`, `corrected` or `revoked`."""
    decided_at: datetime
    document_sha256: str | None
    """None where a correction is revoked that is not among the known events."""
    name: str
    url: str
    what: str
    author: str
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
    """One run: what was crawled, read and landed, and the warehouse that it led to."""

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
    """Since the publication before this run: people decide between crawls, for the next run to publish."""
    loads: tuple[LoadSummary, ...]
    warehouse: WarehouseSummary | None
    """None when the run built nothing."""
    publication_id: int | None

    @property
    def quarantined(self) -> tuple[LoadSummary, ...]:
        """The loads that are kept but not published."""
        return tuple(load for load in self.loads if load.accepted is False)

    @property
    def sites_crawled(self) -> int:
        """Sites whose hours were open."""
        return sum(not site.not_started for site in self.sites)

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


def summarise(
    run_id: str,
    *,
    events: Iterable[RecordedEvent],
    built: Path | None = None,
    publication_id: int | None = None,
) -> RunSummary:
    """Sum up one run.

    Args:
        run_id: The run.
        events: The run's events; those of other runs may be among them, and name files fetched earlier.
        built: The DuckDB file that the run built, or the current publication's; None when there is none.
        publication_id: The publication that the run made, if it made one.
    """
    known = list(events)
    own = [event for event in known if event.run_id == run_id]
    times = [event.occurred_at for event in own]
    reads = _payloads(own, DocumentRead)
    names = document_names(known)
    return RunSummary(
        run_id=run_id,
        started_at=min(times, default=None),
        ended_at=max(times, default=None),
        sites=_sites(own),
        documents_read=sum(read.outcome == "read" for _, read in reads),
        failed_fetches=_failed_fetches(own),
        failed_readings=_failed_readings(reads, names),
        monitors=tuple(
            Monitor(site_id, raised.monitor, raised.detail)
            for site_id, raised in _payloads(own, MonitorRaised)
        ),
        undecided=_undecided(own),
        decisions=_decisions(known, run_id, names),
        loads=_loads(own),
        warehouse=_warehouse(built) if built else None,
        publication_id=publication_id,
    )


def _payloads(events: Iterable[RecordedEvent], payload_type: type[P]) -> list[tuple[str, P]]:
    """The payloads of one type, each with its site."""
    return [
        (event.site_id or "", event.payload) for event in events if isinstance(event.payload, payload_type)
    ]


def _sites(own: Sequence[RecordedEvent]) -> tuple[SiteSummary, ...]:
    started = dict(_payloads(own, CrawlStarted))
    finished = dict(_payloads(own, CrawlFinished))
    outcomes: dict[str, Counter[str]] = {site_id: Counter() for site_id in started}
    stored: Counter[str] = Counter()
    for site_id, fetch in _payloads(own, FetchFinished):
        outcomes.setdefault(site_id, Counter())[fetch.outcome] += 1
        stored[site_id] += fetch.kind == PageKind.DOCUMENT and fetch.outcome == FetchOutcome.STORED
    linked = Counter(site_id for site_id, _ in _payloads(own, DocumentLinked))
    summaries = []
    for site_id, counted in outcomes.items():
        start, end = started.get(site_id), finished.get(site_id)
        summaries.append(
            SiteSummary(
                site_id=site_id,
                site_name=start.site_name if start else site_id,
                region_code=start.region_code if start else "",
                ended=end.reason if end else None,
                requests=end.requests if end else counted.total(),
                outcomes=dict(counted.most_common()),
                listing_entries=end.listing_entries if end else 0,
                documents_linked=end.documents_linked if end else linked[site_id],
                documents_stored=end.documents_stored if end else stored[site_id],
            )
        )
    return tuple(summaries)


def _failed_fetches(own: Sequence[RecordedEvent]) -> tuple[FailedFetch, ...]:
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
        for site_id, fetch in _payloads(own, FetchFinished)
        if fetch.outcome not in _SEEN
    )


def _undecided(own: Sequence[RecordedEvent]) -> tuple[UndecidedArticle, ...]:
    """By the last verdict on each article: its page may decide what its title left open."""
    last = {(site_id, judged.url): judged for site_id, judged in _payloads(own, ArticleJudged)}
    return tuple(
        UndecidedArticle(site_id, judged.url, judged.title, judged.reason)
        for (site_id, _), judged in last.items()
        if judged.verdict == "undecided"
    )


def _decisions(
    known: Sequence[RecordedEvent], run_id: str, names: Mapping[str, tuple[str, str]]
) -> tuple[Decision, ...]:
    until = max((event.position for event in known if event.run_id == run_id), default=None)
    earlier = [event for event in known if until is None or event.position <= until]
    published = _payloads((event for event in earlier if event.run_id != run_id), PublicationMade)
    published_until = max((made.log_position for _, made in published), default=0)
    corrections: dict[str, CorrectionMade] = {}
    decisions = []
    for event in earlier:
        if isinstance(event.payload, CorrectionMade):
            corrections[str(event.event_id)] = event.payload
        decision = _decision(event, corrections, names)
        if decision and event.position > published_until:
            decisions.append(decision)
    return tuple(decisions)


def _decision(
    event: RecordedEvent, corrections: Mapping[str, CorrectionMade], names: Mapping[str, tuple[str, str]]
) -> Decision | None:
    sha256: str | None
    match event.payload:
        case DocumentImported(sha256=sha256, title=what, imported_by=author):
            kind, reason = "handed in", ""
        case CorrectionMade(sha256=sha256, author=author, reason=reason) as made:
            kind, what = "corrected", _corrected(made)
        case CorrectionRevoked(correction_id=correction_id, author=author, reason=reason):
            revoked = corrections.get(correction_id)
            kind, what = "revoked", _corrected(revoked) if revoked else correction_id
            sha256 = revoked.sha256 if revoked else None
        case _:
            return None
    name, url = names.get(sha256 or "", (sha256 or "", ""))
    return Decision(kind, event.occurred_at, sha256, name, url, what, author, reason)


def _corrected(made: CorrectionMade) -> str:
    table = f" of table {made.table_ordinal}" if made.table_ordinal is not None else ""
    return f"{made.what}{table} is {made.value}"


def document_names(known: Sequence[RecordedEvent]) -> dict[str, tuple[str, str]]:
    """The name and address of each archived file: as it was downloaded or linked, or handed in."""
    link_texts = {link.url: link.link_text for _, link in _payloads(known, DocumentLinked)}
    names = {}
    for _, fetch in _payloads(known, FetchFinished):
        if fetch.sha256:
            name = fetch.file_name or link_texts.get(fetch.url) or fetch.url.rsplit("/", 1)[-1]
            names[fetch.sha256] = (name, fetch.url)
    for _, handed in _payloads(known, DocumentImported):
        names[handed.sha256] = (handed.file_name, handed.url)
    return names


def _failed_readings(
    reads: Sequence[tuple[str, DocumentRead]], names: Mapping[str, tuple[str, str]]
) -> tuple[FailedReading, ...]:
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
    verdicts = {verdict.load_id: verdict for _, verdict in _payloads(own, LoadValidated)}
    landed = {load.load_id: (site_id, load) for site_id, load in _payloads(own, LoadLanded)}
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
