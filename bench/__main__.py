"""`make bench`: every measurement, one after the other; arguments are those of `bench.crawl`."""

from __future__ import annotations

import subprocess
import sys

from warehouse.home import PROJECT_ROOT

REAL_PDFS = PROJECT_ROOT.parent / "shared" / "real" / "pdf"
BUNDLED = PROJECT_ROOT / "scrapers" / "replica" / "documents"


def main() -> None:
    """Measure reading on real documents where they are beside the project, else on the bundled ones."""
    folder = REAL_PDFS if REAL_PDFS.is_dir() else BUNDLED
    for arguments in (["bench.pdf", str(folder)], ["bench.record"], ["bench.crawl", *sys.argv[1:]]):
        sys.stdout.write(f"\n== {arguments[0]}\n")
        sys.stdout.flush()
        subprocess.run([sys.executable, "-m", *arguments], check=True)  # noqa: S603 - our own modules


main()
