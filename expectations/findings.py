"""What the report reads of a built DuckDB file; one that lacks a relation gives a smaller report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import duckdb

ROUTINE_NOTICES: Final = frozenset({"watermark", "running_title", "drawing", "member_read"})
"""Kinds of notice that ask nobody to look; any other kind does, so that a new one is not overlooked."""


@dataclass(frozen=True, slots=True)
class Change:
    """A document that came, was replaced, moved, came back or went, since the run before."""

    kind: str
    """`new`, `replaced`, `moved` (under its new address), `restored` or `gone`."""
    document_sha256: str
    title: str
    url: str
    agency_name: str
    fiscal_year: int | None


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """An identity that does not hold, with where its table is printed."""

    check_id: str
    statement: str
    subject: str
    page: int | None
    table_ordinal: int | None
    table_title: str
    expected_yuan: Decimal | None
    found_yuan: Decimal | None
    delta_yuan: Decimal | None
    envelope_yuan: Decimal | None
    cause: str
    detail: str


_OF_A_CHECK: Final = [f.name for f in fields(FailedCheck) if f.name not in {"page", "table_title"}]
"""What `core.fct_check_result` has of it; the rest is where its table is printed."""


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """The failed identities of one document."""

    document_sha256: str
    title: str
    url: str
    agency_name: str
    fiscal_year: int | None
    failures: tuple[FailedCheck, ...]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """The notices of one kind on one document."""

    kind: str
    count: int
    detail: str
    """Of the first of them."""
    page: int | None
    """Of the first of them."""


@dataclass(frozen=True, slots=True)
class NoticedDocument:
    """What asks for attention in the reading of one document."""

    document_sha256: str
    title: str
    url: str
    agency_name: str
    fiscal_year: int | None
    kinds: tuple[NoticeKind, ...]
    amounts_recognised: int
    """Published amounts that optical recognition gave."""
    confidence: float | None
    """The lowest of theirs, 0 to 1."""


def documents(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Every document version with whose it is and of which year, oldest first."""
    disclosures = {
        row["disclosure_key"]: row
        for row in select(connection, "core.dim_disclosure", ["disclosure_key", "agency_key", "fiscal_year"])
    }
    agencies = {
        row["agency_key"]: row["agency_name"]
        for row in select(connection, "core.dim_agency", ["agency_key", "agency_name"])
    }
    columns = ["document_sha256", "disclosure_key", "url", "title", "recorded_from", "recorded_to"]
    columns += ["status", "moved_to_url"]
    rows = select(connection, "core.dim_document_version", columns, "order by recorded_from, url")
    for row in rows:
        disclosure = disclosures.get(row["disclosure_key"], {})
        row["agency_name"] = agencies.get(disclosure.get("agency_key")) or ""
        row["fiscal_year"] = disclosure.get("fiscal_year")
    return rows


def changes(versions: Sequence[Mapping[str, Any]], since: datetime | None) -> list[Change]:
    """What this run saw come, be replaced, move, come back and go.

    Args:
        versions: Of `documents`, oldest first.
        since: When the run began.
    """
    seen: list[Change] = []
    standing: dict[str, str] = {}
    moved = {
        (row["document_sha256"], row["moved_to_url"])
        for row in versions
        if row["status"] == "moved" and _at_or_after(row["recorded_to"], since)
    }
    for row in versions:
        file, url = row["document_sha256"], row["url"]
        if _at_or_after(row["recorded_from"], since):
            before = standing.get(url)
            arrival = "new" if before is None else "restored" if before == file else "replaced"
            seen.append(_change("moved" if (file, url) in moved else arrival, row))
        elif (file, url) in moved:
            seen.append(_change("moved", row))
        if row["status"] == "withdrawn" and _at_or_after(row["recorded_to"], since):
            seen.append(_change("gone", row))
        standing[url] = file
    return seen


def _at_or_after(moment: datetime | None, since: datetime | None) -> bool:
    """Whether a moment falls in the run; a moment without a zone is UTC."""
    if moment is None or since is None:
        return False
    return moment.replace(tzinfo=moment.tzinfo or since.tzinfo) >= since


def _change(kind: str, row: Mapping[str, Any]) -> Change:
    return Change(
        kind=kind,
        document_sha256=row["document_sha256"],
        title=row["title"] or row["url"].rsplit("/", 1)[-1],
        url=row["url"],
        agency_name=row["agency_name"],
        fiscal_year=row["fiscal_year"],
    )


def failed_checks(
    connection: duckdb.DuckDBPyConnection, versions: Sequence[Mapping[str, Any]]
) -> list[CheckedDocument]:
    """The documents with failed identities, those with most of them first."""
    by_hash = {version["document_sha256"]: version for version in versions}
    rows = select(
        connection,
        "core.fct_check_result",
        ["document_sha256", *_OF_A_CHECK],
        "where status = 'failed' order by check_id",
    )
    places = _table_places(connection) if rows else {}
    by_document: dict[str, list[FailedCheck]] = {}
    for row in rows:
        sha256 = row["document_sha256"]
        place = places.get((sha256, row["table_ordinal"]), (None, ""))
        by_document.setdefault(sha256, []).append(_failed_check(row, *place))
    checked = [
        _checked_document(sha256, by_hash.get(sha256, {}), failures)
        for sha256, failures in by_document.items()
    ]
    return sorted(
        checked, key=lambda document: (-len(document.failures), document.agency_name, document.title)
    )


def _failed_check(row: Mapping[str, Any], page: int | None, table_title: str) -> FailedCheck:
    texts = {name: row[name] or "" for name in ("statement", "subject", "detail")}
    facts = {name: row[name] for name in _OF_A_CHECK} | texts | {"cause": row["cause"] or "unknown"}
    return FailedCheck(**facts, page=page, table_title=table_title)


def _table_places(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], tuple[int | None, str]]:
    rows = select(
        connection,
        "core.fct_amount",
        ["document_sha256", "table_ordinal", "min(page) as page", "any_value(table_title) as table_title"],
        """
        where document_sha256 in (select document_sha256 from core.fct_check_result where status = 'failed')
        group by all
        """,
    )
    return {
        (row["document_sha256"], row["table_ordinal"]): (row["page"], row["table_title"] or "")
        for row in rows
    }


def _checked_document(
    sha256: str, row: Mapping[str, Any], failures: Sequence[FailedCheck]
) -> CheckedDocument:
    return CheckedDocument(
        document_sha256=sha256,
        title=row.get("title") or sha256,
        url=row.get("url") or "",
        agency_name=row.get("agency_name") or "",
        fiscal_year=row.get("fiscal_year"),
        failures=tuple(failures),
    )


def noticed_documents(
    connection: duckdb.DuckDBPyConnection, versions: Sequence[Mapping[str, Any]]
) -> list[NoticedDocument]:
    """The documents whose reading asks for attention, those with most notices first."""
    by_hash = {version["document_sha256"]: version for version in versions}
    kinds = _notice_kinds(connection)
    recognised = {
        row["document_sha256"]: row
        for row in select(
            connection,
            "core.fct_amount",
            ["document_sha256", "count(*) as n", "min(confidence) as confidence"],
            "where confidence is not null group by all",
        )
    }
    noticed = []
    for sha256 in dict.fromkeys((*kinds, *recognised)):
        row, amounts = by_hash.get(sha256, {}), recognised.get(sha256, {})
        noticed.append(
            NoticedDocument(
                document_sha256=sha256,
                title=row.get("title") or sha256,
                url=row.get("url") or "",
                agency_name=row.get("agency_name") or "",
                fiscal_year=row.get("fiscal_year"),
                kinds=tuple(kinds.get(sha256, ())),
                amounts_recognised=amounts.get("n", 0),
                confidence=amounts.get("confidence"),
            )
        )
    return sorted(noticed, key=lambda document: (-sum(k.count for k in document.kinds), document.title))


def _notice_kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, list[NoticeKind]]:
    """The kinds of notice on each document that ask for attention, the most frequent first."""
    expressions = [
        *("document_sha256", "kind", "count(*) as n"),
        *("arg_min(detail, ordinal) as first_detail", "arg_min(page, ordinal) as first_page"),
    ]
    kinds: dict[str, list[NoticeKind]] = {}
    tail = "group by all order by n desc, kind, document_sha256"
    for row in select(connection, "core.fct_notice", expressions, tail):
        if row["kind"] not in ROUTINE_NOTICES:
            kinds.setdefault(row["document_sha256"], []).append(
                NoticeKind(row["kind"], row["n"], row["first_detail"] or "", row["first_page"])
            )
    return kinds


def agencies(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The current disclosures: whose, of which year, their totals in yuan and the tables that they lack."""
    columns = [
        *("disclosure_key", "region_code", "region_name", "agency_name", "fiscal_year", "phase", "scope"),
        *("revenue_total_yuan", "expenditure_total_yuan", "three_public_yuan"),
    ]
    order = "order by region_code, agency_name, fiscal_year desc, phase"
    rows = select(connection, "marts.agency_year", columns, order)
    coverage = {
        row["disclosure_key"]: row["missing_table_types"]
        for row in select(connection, "marts.coverage", ["disclosure_key", "missing_table_types"])
    }
    for row in rows:
        row["missing_table_types"] = coverage.get(row["disclosure_key"]) or []
    return rows


def count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """The rows of a relation; 0 where this warehouse does not have it."""
    rows = select(connection, relation, ["count(*) as n"])
    return int(rows[0]["n"]) if rows else 0


def select(
    connection: duckdb.DuckDBPyConnection, relation: str, expressions: Sequence[str], tail: str = ""
) -> list[dict[str, Any]]:
    """Rows of a relation as far as this warehouse has it: without the relation none, without a column nulls.

    Args:
        connection: The warehouse.
        relation: `schema.name`.
        expressions: Columns, and expressions that name no column that may be absent.
        tail: What follows the relation in the query (`where …`, `group by …`).
    """
    schema, name = relation.split(".")
    present = {
        column
        for (column,) in connection.execute(
            "select column_name from information_schema.columns where table_schema = ? and table_name = ?",
            [schema, name],
        ).fetchall()
    }
    if not present:
        return []
    chosen = [
        text if text in present or not text.isidentifier() else f"null as {text}" for text in expressions
    ]
    query = f"select {', '.join(chosen)} from {relation} {tail}"  # noqa: S608  constants of this package
    rows: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return rows
