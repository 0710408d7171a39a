"""The quality report: one self-contained page per run, for people who want to know what to trust.

What was crawled, what changed, what failed to read, which expectations and identities held, and where each
number that does not add up is printed. The page loads nothing and can be printed, mailed or kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.parquet as pq
from jinja2 import Environment, PackageLoader, StrictUndefined

from expectations import findings
from expectations.covered import Names
from expectations.figures import LoadSummary, RunSummary, summary_json
from expectations.suites import raw_suites
from expectations.summary import EXAMPLE_QUERY
from warehouse.home import Home
from warehouse.record.events import FailedExpectation, LoadValidated

LISTED: Final = 300
"""Rows of one list that are printed; the page says how many more there are."""


@dataclass(frozen=True, slots=True)
class FoundTables:
    """The tables of one document that this run read: how many of each type, and the unrecognised ones."""

    document_sha256: str
    name: str
    url: str
    agency_name: str
    fiscal_year: int | None
    format: str
    amounts: int
    types: Mapping[str, int]
    unrecognised: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One suite over all loads of the run."""

    name: str
    evaluated: int
    failures: tuple[tuple[str, FailedExpectation], ...]
    """Each with the load that it was found in."""


def write_report(
    home: Home,
    summary: RunSummary,
    names: Names,
    *,
    built: Path | None = None,
    marts: LoadValidated | None = None,
) -> Path:
    """Write the report of a run, and its summary as JSON beside it; a run that built nothing gets one too.

    Args:
        home: The installation; raw tables of the run's loads are read from it.
        summary: What the run did.
        names: The names of the files that it read.
        built: The DuckDB file that the run built, or the current publication's; None when there is none.
        marts: The gate's verdict on the marts, if they were judged.

    Returns:
        `<home>/reports/<run_id>.html`.
    """
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            summary=summary,
            marts=marts,
            suites=_suite_results(summary.loads),
            found=_found_tables(home, summary, names),
            query=EXAMPLE_QUERY,
            listed=LISTED,
            **_from_built(built, summary.started_at),
        )
    )
    home.reports.mkdir(parents=True, exist_ok=True)
    path = home.reports / f"{summary.run_id}.html"
    for file, text in ((path.with_suffix(".json"), summary_json(summary)), (path, page)):
        aside = file.with_suffix(".new")
        aside.write_text(text, encoding="utf-8")
        aside.replace(file)
    return path


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("expectations"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "yuan": yuan, "percent": percent, "brief": brief}
    return environment


def number(value: int) -> str:
    """A count with thousands separators."""
    return f"{value:,}"


def yuan(value: Decimal | None) -> str:
    """An amount in yuan with thousands separators, as precise as it is; — for blank, which is not 0."""
    if value is None:
        return "—"
    exact = value.quantize(Decimal("0.01")) if value == value.quantize(Decimal("0.01")) else value.normalize()
    return f"{exact:,f}"


def percent(share: float | None) -> str:
    """A share, never rounded up to 100 % nor down to 0 %."""
    if share is None:
        return "—"
    if 0.9999 <= share < 1:
        return "> 99.99 %"
    return f"{share:.2%}".replace("%", " %")


def brief(text: str) -> str:
    """Hashes cut to the digits by which the page names documents."""
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1", text)


def _suite_results(loads: Sequence[LoadSummary]) -> list[SuiteResult]:
    judged = [load for load in loads if load.accepted is not None]
    return [
        SuiteResult(
            name=suite.name,
            evaluated=len(suite.expectations) * len(judged),
            failures=tuple(
                (load.load_id, failure)
                for load in judged
                for failure in load.failures
                if failure.suite == suite.name
            ),
        )
        for suite in raw_suites()
        if judged
    ]


def _found_tables(home: Home, summary: RunSummary, names: Names) -> list[FoundTables]:
    """The documents that this run read, those with most unrecognised tables first."""
    found: list[FoundTables] = []
    for load in summary.loads:
        folder = home.raw / load.load_id
        if (folder / "documents.parquet").is_file() and (folder / "tables.parquet").is_file():
            found += _found_in_load(folder, names)
    return sorted(
        found, key=lambda document: (-len(document.unrecognised), document.agency_name, document.name)
    )


def _found_in_load(folder: Path, names: Names) -> list[FoundTables]:
    documents = pq.read_table(folder / "documents.parquet").to_pylist()
    tables: dict[str, list[dict[str, Any]]] = {}
    for table in pq.read_table(folder / "tables.parquet").to_pylist():
        tables.setdefault(table["document_sha256"], []).append(table)
    found = []
    for document in documents:
        sha256 = document["document_sha256"]
        own = tables.get(sha256, [])
        name, url = names.get(sha256, (sha256, ""))
        if document["outcome"] == "read":
            found.append(
                FoundTables(
                    document_sha256=sha256,
                    name=name,
                    url=url,
                    agency_name=document["agency_name"] or "",
                    fiscal_year=document["fiscal_year"],
                    format=document["format"] or "",
                    amounts=sum(table["amount_count"] for table in own),
                    types=Counter(table["table_type"] for table in own),
                    unrecognised=tuple(table for table in own if table["table_type"] == "unrecognised"),
                )
            )
    return found


def _from_built(built: Path | None, since: datetime | None) -> dict[str, Any]:
    """What the page shows of the built file; empty lists where there is none."""
    if built is None:
        return {"changes": [], "checked": [], "noticed": [], "agencies": []}
    with duckdb.connect(str(built), read_only=True) as connection:
        versions = findings.documents(connection)
        return {
            "changes": findings.changes(versions, since),
            "checked": findings.failed_checks(connection, versions),
            "noticed": findings.noticed_documents(connection, versions),
            "agencies": findings.agencies(connection),
        }
