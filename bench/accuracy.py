"""How exactly real documents are read, without golden data: accounting identities are the oracle.

Per document and in total: table types found, identities held of those that could be evaluated, the share of
the two-decimal numbers printed on pages with tables that became amounts, and the amounts in whose box the
page prints another text. Numbers and texts on pages are what pdfium extracts, which has no part in reading.

    python -m bench.accuracy [FOLDER] [--worst N]
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pypdfium2

from bench.trace import Printed, untraced
from warehouse import landing
from warehouse.build import build
from warehouse.documents import READER_VERSION
from warehouse.home import PROJECT_ROOT, Home
from warehouse.loads import pending
from warehouse.reading import read_files
from warehouse.record.archive import Archive
from warehouse.record.events import Event, LoadValidated
from warehouse.record.export import export_events
from warehouse.record.handed_in import import_files
from warehouse.record.log import EventLog

SHARED = PROJECT_ROOT.parent / "shared" / "real" / "pdf"
SITE = "real-documents"
LOAD = "accuracy"

_TWO_DECIMALS = re.compile(
    r"(?<![\d.,])-?\d{1,3}(?:,\d{3})*\.\d{2}(?![\d%])|(?<![\d.,])-?\d+\.\d{2}(?![\d%])"
)

_PER_DOCUMENT = """
select d.document_sha256, d.outcome, coalesce(d.reason, ''),
       (select count(distinct table_type) from raw_tables t
        where t.document_sha256 = d.document_sha256 and table_type <> 'unrecognised'),
       (select count(*) from raw_tables t where t.document_sha256 = d.document_sha256),
       (select count(*) from raw_amounts a where a.document_sha256 = d.document_sha256),
       (select count(*) from checks c where c.document_sha256 = d.document_sha256 and c.status = 'held'),
       (select count(*) from checks c where c.document_sha256 = d.document_sha256 and c.status = 'failed')
from raw_documents d
"""


@dataclass(frozen=True, slots=True)
class Score:
    """One document: how it was read, and what the oracle says."""

    name: str
    outcome: str
    reason: str
    table_types: int
    tables: int
    amounts: int
    held: int
    failed: int
    printed: int
    taken: int
    located: int
    """Amounts of the text layer, each with its box."""
    untraced: int
    """Those of them in whose box the page prints another text."""

    @property
    def line(self) -> str:
        """One row of the table that is printed."""
        identities = f"{self.held}/{self.held + self.failed}"
        numbers = f"{self.taken}/{self.printed}"
        return (
            f"{self.table_types:>5} {self.tables:>6} {self.amounts:>7} "
            f"{identities:>11} {share(self.held, self.failed):>8} "
            f"{numbers:>13} {share(self.taken, self.printed - self.taken):>8}  {self.name}"
            + (f"  [{self.untraced} amounts not in their boxes]" if self.untraced else "")
            + (f"  [{self.outcome}: {self.reason}]" if self.outcome != "read" else "")
        )


def share(good: int, bad: int) -> str:
    """Per cent with two digits; nothing where there is nothing to count."""
    return f"{100 * good / (good + bad):.2f} %" if good + bad else "-"


def read_into(home: Home, paths: list[Path]) -> None:
    """Hand the documents in, read and land them as one accepted load, and build the warehouse."""
    archive = Archive(home.archive)
    with EventLog.open(home.event_log) as log:
        import_files(
            archive, log, paths, site_id=SITE, site_name="真实文件", region_code="000000", run_id=LOAD
        )
        unread = pending(log, READER_VERSION, SITE)
        landing.land(
            home,
            log,
            load_id=LOAD,
            site_id=SITE,
            run_id=LOAD,
            reader_version=READER_VERSION,
            results=read_files((sha256, archive.get(sha256)) for sha256 in unread),
        )
        accepted = LoadValidated(load_id=LOAD, accepted=True, expectations_evaluated=0)
        log.append([Event(payload=accepted, run_id=LOAD, site_id=SITE)])
        export_events(log, home.events_parquet)
    build(home, home.scratch / "accuracy.duckdb")


def scores(home: Home, names: dict[str, Path]) -> Iterator[Score]:
    """The score of each document."""
    with duckdb.connect(str(home.scratch / "accuracy.duckdb"), read_only=True) as connection:
        for table in ("documents", "tables", "amounts"):
            connection.execute(
                f"create temp view raw_{table} as from '{home.raw / LOAD / f'{table}.parquet'}'"
            )
        connection.execute("create temp view checks as from core.fct_check_result")
        pages = defaultdict(set)
        for sha256, first, last in connection.execute(
            "select document_sha256, page, last_page from raw_tables where page is not null"
        ).fetchall():
            pages[sha256].update(range(first, (last or first) + 1))
        amounts: dict[str, Counter[tuple[int, str]]] = defaultdict(Counter)
        for sha256, page, text in connection.execute(
            "select document_sha256, page, value_text from raw_amounts where page is not null"
        ).fetchall():
            amounts[sha256][page, _plain(text)] += 1
        boxes: dict[str, list[Printed]] = defaultdict(list)
        for sha256, page, bbox, text in connection.execute(
            """
            select document_sha256, page, bbox, value_text from raw_amounts
            where page is not null and bbox is not null and confidence is null
            """
        ).fetchall():
            boxes[sha256].append(Printed(page, tuple(bbox), text))
        for sha256, *values in connection.execute(_PER_DOCUMENT).fetchall():
            printed = printed_numbers(names[sha256], pages[sha256])
            taken = sum((printed & amounts[sha256]).values())
            lost = sum(1 for _ in untraced(names[sha256], boxes[sha256]))
            yield Score(names[sha256].name, *values, printed.total(), taken, len(boxes[sha256]), lost)


def by_identity(home: Home) -> list[tuple[str, int, int]]:
    """How often each identity held, and how often it was evaluated, over all documents."""
    with duckdb.connect(str(home.scratch / "accuracy.duckdb"), read_only=True) as connection:
        return connection.execute(
            """
            select check_id, count(*) filter (where status = 'held'),
                   count(*) filter (where status <> 'not_evaluated')
            from core.fct_check_result group by check_id order by check_id
            """
        ).fetchall()


def printed_numbers(path: Path, pages: set[int]) -> Counter[tuple[int, str]]:
    """The two-decimal numbers on some pages of a PDF, as pdfium extracts their text."""
    found: Counter[tuple[int, str]] = Counter()
    if not pages:
        return found
    with pypdfium2.PdfDocument(path) as document:
        for number in sorted(pages):
            page = document[number - 1]
            text = page.get_textpage().get_text_bounded()
            found.update((number, _plain(match)) for match in _TWO_DECIMALS.findall(text))
            page.close()
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s,，]", "", text)


def main() -> None:
    """Print the table and its totals."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("folder", type=Path, nargs="?", default=SHARED)
    arguments.add_argument("--home", type=Path, help="keep what was built here")
    chosen = arguments.parse_args()
    paths = sorted(chosen.folder.rglob("*.pdf"))
    if not paths:
        sys.exit(f"{chosen.folder}: no PDF files here")
    names = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in paths}
    with tempfile.TemporaryDirectory() as temporary:
        home = Home(chosen.home or Path(temporary))
        read_into(home, list(names.values()))
        found = sorted(scores(home, names), key=lambda score: score.name)
        identities = by_identity(home)
    print_scores(found)
    for check_id, held, evaluated in identities:
        sys.stdout.write(f"  {check_id} {held}/{evaluated} {share(held, evaluated - held)}\n")


def print_scores(found: list[Score]) -> None:
    """One line per document, then the totals."""
    sys.stdout.write("types tables amounts  identities     held        taken    taken  document\n")
    for score in found:
        sys.stdout.write(score.line + "\n")
    held, failed = sum(s.held for s in found), sum(s.failed for s in found)
    located, lost = sum(s.located for s in found), sum(s.untraced for s in found)
    printed, taken = sum(s.printed for s in found), sum(s.taken for s in found)
    sys.stdout.write(
        f"\n{len(found)} documents, {sum(s.outcome == 'read' for s in found)} read, "
        f"{sum(s.amounts for s in found)} amounts\n"
        f"identities held: {held} of {held + failed} evaluated, {share(held, failed)}\n"
        f"printed numbers taken: {taken} of {printed}, {share(taken, printed - taken)}\n"
        f"amounts in whose box the page prints their text: {located - lost} of {located}, "
        f"{share(located - lost, lost)}\n"
    )


if __name__ == "__main__":
    main()
