"""The story of documents as people read it: the log's moments, and what the warehouse concludes from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import duckdb
from rich.table import Column, Table
from rich.text import Text

from warehouse.record.history import Moment

_STANDING = """
    SELECT version.url, version.status, version.recorded_from, version.recorded_to, version.moved_to_url,
           left(version.document_sha256, 12),
           concat_ws(' · ', agency.agency_name, disclosure.fiscal_year, disclosure.phase, disclosure.scope)
    FROM core.dim_document_version AS version
    LEFT JOIN core.dim_disclosure AS disclosure USING (disclosure_key)
    LEFT JOIN core.dim_agency AS agency USING (agency_key)
    WHERE list_contains($names, version.url)
    QUALIFY row_number() OVER (PARTITION BY version.url ORDER BY version.recorded_from DESC) = 1
    ORDER BY version.url
"""
_STATES = """
    SELECT recorded_from, state, url, moved_to_url FROM core.fct_document_state
    WHERE list_contains($names, url) AND state IN ('absent', 'withdrawn', 'moved', 'restored')
"""
_CHANGES = """
    SELECT replaced_at, url, change,
           concat_ws(' ', table_title, nullif(item_code, ''), item_label, column_path),
           before_text || ' ' || before_unit, after_text || ' ' || after_unit
    FROM marts.version_diff WHERE list_contains($names, url)
    ORDER BY replaced_at, url, abs(delta_yuan) DESC, 4
"""
_SAYS = {
    "absent": "missing from a complete listing",
    "withdrawn": "missing from two complete listings in a row: it counts no more",
    "restored": "back again",
}
_CHANGES_SHOWN = 3
_WEIGHTY = {
    **dict.fromkeys(("found", "restored", "handed in"), "green"),
    **dict.fromkeys(("replaced", "changed", "moved"), "yellow"),
    **dict.fromkeys(("withdrawn", "quarantined"), "red"),
    **dict.fromkeys(("corrected", "correction revoked", "published"), "cyan"),
}
"""What changes what counts, and how it is coloured; everything else is an observation on the way."""


def standing(warehouse: Path, names: Collection[str]) -> list[str]:
    """One line per address: what stands there now, and which disclosure it is."""
    lines = []
    for url, status, since, until, target, sha256, disclosure in _select(warehouse, _STANDING, names):
        where = f"{status} since {(until or since):%Y-%m-%d %H:%M}"
        to = f", to {target}" if target else ""
        lines.append(f"{url}: {where}{to}, file {sha256} ({disclosure or 'of no disclosure'})")
    return lines


def concluded(warehouse: Path, names: Collection[str]) -> list[Moment]:
    """What follows from listings, and what a replaced file changed, as moments of the story."""
    moments = [
        Moment(at, 0, state, f"{_SAYS.get(state, f'to {target}')}, at {url}")
        for at, state, url, target in _select(warehouse, _STATES, names)
    ]
    changes: dict[tuple[Any, str], list[tuple[str, ...]]] = {}
    for at, url, *change in _select(warehouse, _CHANGES, names):
        changes.setdefault((at, url), []).append(tuple(change))
    return moments + [Moment(at, 0, "changed", _summary(found)) for (at, _), found in changes.items()]


def timeline(moments: Iterable[Moment]) -> Table:
    """The moments in their order, a day under its date; what changes what counts stands out."""
    table = Table(
        Column(no_wrap=True), Column(no_wrap=True), Column(no_wrap=True), Column(overflow="fold"),
        box=None, pad_edge=False, show_header=False,
    )  # fmt: skip
    day = ""
    for moment in sorted(moments, key=lambda moment: moment.at):
        today = f"{moment.at:%Y-%m-%d}"
        times = f" ({moment.times}×)" if moment.times > 1 else ""
        style = _WEIGHTY.get(moment.what, "")
        table.add_row(
            Text(today if today != day else "", "bold"),
            f"{moment.at:%H:%M:%S}",
            Text(f"{'●' if style else '·'} {moment.what}{times}", style),
            Text(moment.detail),
        )
        day = today
    return table


def _summary(changes: list[tuple[str, ...]]) -> str:
    kinds = [kind for kind, *_ in changes]
    counts = ", ".join(f"{kinds.count(k)} {k}" for k in ("changed", "added", "removed") if k in kinds)
    shown = [
        f"{name}: {before or 'not printed'} → {after or 'not printed'}"
        for _, name, before, after in changes[:_CHANGES_SHOWN]
    ]
    more = ["…"] if len(changes) > _CHANGES_SHOWN else []
    return "\n".join([f"amounts: {counts}", *shown, *more])


def _select(warehouse: Path, query: str, names: Collection[str]) -> list[tuple[Any, ...]]:
    """Rows of the publication; none where there is no publication, or one from before these tables."""
    if not warehouse.exists():
        return []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            return connection.execute(query, {"names": list(names)}).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            return []
