"""The figures of a run, from its events and the warehouse that it built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from expectations.covered import Covered, Names, payloads_of
from expectations.figures import (
    CheckSummary,
    FailedFetch,
    FailedReading,
    LoadSummary,
    Monitor,
    RunSummary,
    SiteSummary,
    UndecidedArticle,
    WarehouseSummary,
)
from expectations.findings import count, select
from warehouse.record.events import (
    WITH_CONTENT,
    ArticleJudged,
    CrawlFinished,
    CrawlStarted,
    DocumentLinked,
    DocumentRead,
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
        if fetch.outcome not in WITH_CONTENT
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
    """Every identity, also those that no document let be evaluated."""
    counts: dict[str, Counter[str]] = {}
    results = ["check_id", "status", "count(*) as n"]
    for row in select(connection, "core.fct_check_result", results, "group by all"):
        counts.setdefault(row["check_id"], Counter())[row["status"]] += row["n"]
    said = ["check_id", "statement", "statement_zh", "strength"]
    identities = {row["check_id"]: row for row in select(connection, "core.dim_identity", said)}
    summaries = []
    for check_id in sorted({*counts, *identities}):
        identity, counted = identities.get(check_id, {}), counts.get(check_id, Counter())
        summaries.append(
            CheckSummary(
                check_id=check_id,
                statement=identity.get("statement") or "",
                held=counted["held"],
                failed=counted["failed"],
                not_evaluated=counted["not_evaluated"],
                statement_zh=identity.get("statement_zh") or "",
                strength=identity.get("strength") or "",
            )
        )
    return tuple(summaries)
