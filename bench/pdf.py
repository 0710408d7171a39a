"""Pages per second of the PDF reader beside plain pdfplumber, in one run on the same files.

Engines take turns document by document in one process, and processor time is counted, so that other work
on the machine falls on all of them alike. Memory is the peak of a fresh process per engine on the longest
document.

    python -m bench.pdf FOLDER [--documents N] [--repeat N]
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.documents.model import UnreadableDocumentError
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.oxide import OxideFile
from warehouse.documents.pdf.pages import lay_out


def grids(path: Path) -> int:
    """Our grids and lines, page by page, as `read_pdf` makes them before it joins tables over pages."""
    file = OxideFile(path.read_bytes())
    for number in range(1, file.page_count + 1):
        lay_out(file.read(number))
    return file.page_count


def whole_reading(path: Path) -> int:
    """`read_pdf`: grids, running titles, tables joined over pages."""
    try:
        return read_pdf(path.read_bytes()).page_count or 0
    except UnreadableDocumentError:
        return OxideFile(path.read_bytes()).page_count


def reference(path: Path) -> int:
    """Plain pdfplumber: `extract_tables` on every page."""
    import pdfplumber  # noqa: PLC0415 not to be counted in the memory of the other engines

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_tables()
            page.close()
        return len(document.pages)


ENGINES: dict[str, Callable[[Path], int]] = {
    "pdfplumber extract_tables": reference,
    "grids": grids,
    "read_pdf": whole_reading,
}


@dataclass(slots=True)
class Total:
    """Pages read and processor seconds used by one engine."""

    pages: int = 0
    seconds: float = 0.0


def measure(paths: Sequence[Path], repeat: int = 1) -> dict[str, Total]:
    """Totals by engine; the slow reference runs once, the others take the best of `repeat` turns."""
    totals = {name: Total() for name in ENGINES}
    for path in paths:
        for name, engine in ENGINES.items():
            turns = [_turn(engine, path) for _ in range(1 if engine is reference else repeat)]
            totals[name].pages += turns[0][0]
            totals[name].seconds += min(seconds for _, seconds in turns)
    return totals


def _turn(engine: Callable[[Path], int], path: Path) -> tuple[int, float]:
    started = time.process_time()
    pages = engine(path)
    return pages, time.process_time() - started


def peak_memory_mb(engine: str, path: Path) -> float:
    """Peak memory of a fresh process that reads one document, libraries included."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_peak, (engine, path))


def _peak(engine: str, path: Path) -> float:
    ENGINES[engine](path)
    # not getrusage: a child begins with the peak of the parent that it was forked from
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    """Print one line per engine."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--documents", type=int, default=12, help="how many, spread over the folder")
    arguments.add_argument("--repeat", type=int, default=3)
    options = arguments.parse_args()
    paths = sorted(options.folder.glob("*.pdf"))
    if not paths:
        raise SystemExit(f"no PDF in {options.folder}")
    paths = paths[:: max(1, len(paths) // options.documents)]
    totals = measure(paths, options.repeat)
    longest = max(paths, key=lambda path: OxideFile(path.read_bytes()).page_count)
    slow = totals["pdfplumber extract_tables"]
    print(f"{len(paths)} documents, {slow.pages} pages; memory on {longest.name}")
    for name, total in totals.items():
        rate = total.pages / total.seconds
        ratio = slow.seconds / total.seconds
        print(f"{name:28}{rate:8.1f} pages/s {ratio:6.1f} × {peak_memory_mb(name, longest):7.0f} MB peak")


if __name__ == "__main__":
    main()
