"""The figures of a run as plain data, which the report, the command line and programs read alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from expectations.covered import Decision
from warehouse.home import Home
from warehouse.record.events import CRAWL_NOT_STARTED, FailedExpectation


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
    statement_zh: str = ""
    strength: str = ""
    """`hard`, `soft` or `weak`: what a difference is worth."""

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


def read_summary(home: Home, run_id: str) -> RunSummary:
    """The summary that was written with a run's report.

    Raises:
        FileNotFoundError: the run has no report.
    """
    return _AS_JSON.validate_json((home.reports / f"{run_id}.json").read_bytes())


def summary_json(summary: RunSummary) -> str:
    """A summary as JSON: what the report says, for programs."""
    return _AS_JSON.dump_json(summary, indent=1).decode()
