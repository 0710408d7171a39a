"""Pages per second and peak memory of the PDF reader beside plain pdfplumber, in one run on the same files.

Engines take turns document by document, each in a process of its own that has read a document before, so
that none has to import its libraries or to clear up after another; processor time is counted, so that other
work on the machine falls on all of them alike. Only documents with a text layer count. Memory is the peak of
a fresh process per engine on one long document, made of the others where none is long enough, and on a third
of it: what a process needs before it reads (25 MB, and 8 MB of library code in use), the file, a part of it
that is open (5 MB), and the result, which alone grows with the pages.

    python -m bench.pdf FOLDER [--documents N] [--repeat N] [--long PAGES]
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from warehouse.collection import collect_rarely
from warehouse.documents.model import Document, UnreadableDocumentError
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.content import PageSource
from warehouse.documents.pdf.opening import open_pdf
from warehouse.documents.pdf.pages import lay_out
from warehouse.documents.pdf.words import words_of


def reference(path: Path) -> int:
    """Plain pdfplumber: `extract_tables` on every page."""
    import pdfplumber  # noqa: PLC0415 not to be counted in the memory of the other engines

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_tables()
            page.close()
        return len(document.pages)


@collect_rarely()
def grids(path: Path) -> int:
    """Our grids and lines, page by page, as `read_pdf` makes them before it joins tables over pages."""
    file = _open(path)
    for number in range(1, file.page_count + 1):
        lay_out(file.read(number))
    return file.page_count


def reading(path: Path) -> int:
    """`read_pdf`: grids, running titles, tables joined over pages."""
    return _read(path).page_count or 0


def whole_reading(path: Path) -> int:
    """From bytes to typed amounts: `read_pdf` and `recognise`."""
    from warehouse.tables import recognise  # noqa: PLC0415 not to be counted in the memory of the other engines

    document = _read(path)
    recognise(document)
    return document.page_count or 0


def _read(path: Path) -> Document:
    return read_pdf(path.read_bytes())


REFERENCE = "pdfplumber extract_tables"
ENGINES: dict[str, Callable[[Path], int]] = {
    REFERENCE: reference,
    "grids": grids,
    "read_pdf": reading,
    "read_pdf + recognise": whole_reading,
}


@dataclass(slots=True)
class Total:
    """Pages read and processor seconds used by one engine."""

    pages: int = 0
    seconds: float = 0.0


def measure(paths: Sequence[Path], repeat: int = 1) -> dict[str, Total]:
    """Totals by engine; the slow reference runs once, the others take the best of `repeat` turns."""
    totals = {name: Total() for name in ENGINES}
    with ExitStack() as stack:
        context = multiprocessing.get_context("spawn")
        processes = {name: stack.enter_context(context.Pool(1)) for name in ENGINES}
        for name, process in processes.items():
            process.apply(_turn, (name, paths[0]))
        for path in paths:
            for name, process in processes.items():
                times = 1 if name == REFERENCE else repeat
                turns = [process.apply(_turn, (name, path)) for _ in range(times)]
                totals[name].pages += turns[0][0]
                totals[name].seconds += min(seconds for _, seconds in turns)
    return totals


def _turn(engine: str, path: Path) -> tuple[int, float]:
    started = time.process_time()
    pages = ENGINES[engine](path)
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


def has_text(path: Path) -> bool:
    """Whether there is anything to read without optical recognition."""
    try:
        read_pdf(path.read_bytes())
    except UnreadableDocumentError:
        return False
    return True


def page_count(path: Path) -> int:
    """Pages of a readable document."""
    return _open(path).page_count


def _open(path: Path) -> PageSource:
    data = path.read_bytes()
    return open_pdf(data, words_of(data))


def long_document(paths: Sequence[Path], pages: int, folder: Path) -> Path:
    """The longest document; where it has fewer than `pages` pages, one in `folder` made of many."""
    import pypdfium2  # noqa: PLC0415 not to be counted in the memory of the engines

    longest = max(paths, key=page_count)
    if page_count(longest) >= pages:
        return longest
    merged = pypdfium2.PdfDocument.new()
    while len(merged) < pages:
        for path in paths:
            with pypdfium2.PdfDocument(path) as document:
                merged.import_pages(document)
            if len(merged) >= pages:
                break
    target = folder / f"{len(merged)} pages of several documents.pdf"
    merged.save(target)
    merged.close()
    return target


def main() -> None:
    """Print one line per engine."""
    import argparse  # noqa: PLC0415 the processes that are measured do not need it
    import tempfile  # noqa: PLC0415 likewise

    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--documents", type=int, default=12, help="how many, spread over the folder")
    arguments.add_argument("--repeat", type=int, default=3, help="turns of which the best counts")
    arguments.add_argument("--long", type=int, default=300, help="pages of the document that memory is for")
    options = arguments.parse_args()
    paths = sorted(options.folder.glob("*.pdf"))
    sample = [path for path in paths[:: max(1, len(paths) // options.documents)] if has_text(path)]
    if not sample:
        raise SystemExit(f"{options.folder}: no PDF files with text here")
    totals = measure(sample, options.repeat)
    with tempfile.TemporaryDirectory() as folder:
        lengths = [long_document(sample, pages, Path(folder)) for pages in (options.long // 3, options.long)]
        peaks = {name: [peak_memory_mb(name, path) for path in lengths] for name in ENGINES}
        sys.stdout.write(f"{len(sample)} documents, {totals[REFERENCE].pages} pages\n")
        for path in lengths:
            size = path.stat().st_size / 1e6
            sys.stdout.write(f"memory on {page_count(path)} pages, {size:.1f} MB: {path.name}\n")
    for name, total in totals.items():
        rate = total.pages / total.seconds
        ratio = totals[REFERENCE].seconds / total.seconds
        short, long = peaks[name]
        sys.stdout.write(f"{name:28}{rate:8.1f} pages/s {ratio:6.1f} × {short:6.0f} and {long:.0f} MB peak\n")


if __name__ == "__main__":
    main()
