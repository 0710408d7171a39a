"""`python -m bench.crawl [SITES] [DOCUMENTS] [WORKERS]`: many sites at once, with politeness on.

One replica process serves SITES sites of DOCUMENTS articles with a file each. They are crawled in parallel
into one record. What politeness allows is the time of the site with the most requests, one per delay; the
pace is that of a site between its first request and its last, without the start of its process. A second day
without news must cost conditional requests only.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

from scrapers.crawl import crawl_sites
from scrapers.replica.pages import Content
from scrapers.replica.server import Replica, serve_contents
from scrapers.sites import Column, Site
from warehouse.home import Home

_DELAY_SECONDS = 0.5
_COLUMN = "/zwgk/bmys/"


def main(sites: int = 12, documents: int = 40, workers: int = 12) -> None:
    """Crawl two days and print rates, memory and what the second day cost."""
    contents = {f"site-{number}": _content(number, documents) for number in range(sites)}
    with serve_contents(contents) as replica, tempfile.TemporaryDirectory() as folder:
        for number, (site_id, base_url) in enumerate(replica.base_urls.items()):
            replica.sites[site_id] = _site(site_id, base_url, number)
        for day in ("first day", "second day"):
            replica.requests.clear()
            begin = time.monotonic()
            ends = crawl_sites(Home(Path(folder)), replica.sites, day.replace(" ", "-"), workers)
            _report(day, replica, time.monotonic() - begin, workers)
            bad = {site_id: end.reason for site_id, end in ends.items() if end.reason != "finished"}
            if bad:
                sys.exit(f"not finished: {bad}")


def _report(day: str, replica: Replica, seconds: float, workers: int) -> None:
    by_site = Counter(request.site_id for request in replica.requests)
    statuses = Counter(request.status for request in replica.requests)
    rounds = -(-len(by_site) // workers)
    allowed = max(by_site.values()) * _DELAY_SECONDS * rounds
    body = sum(request.body_bytes for request in replica.requests)
    pace = statistics.median(_pace(replica, site_id) for site_id in by_site)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(
        f"{day}: {len(by_site)} sites, {len(replica.requests)} requests in {seconds:.1f} s = "
        f"{len(replica.requests) / seconds:.1f}/s; politeness allows {len(replica.requests) / allowed:.1f}/s "
        f"({allowed:.1f} s): {allowed / seconds:.0%}, pace {pace:.0%}; largest crawl {memory:.0f} MB; "
        f"answers {dict(sorted(statuses.items()))}, {body / 1e6:.2f} MB of bodies\n"
    )


def _pace(replica: Replica, site_id: str) -> float:
    times = [request.seconds for request in replica.requests if request.site_id == site_id]
    return (len(times) - 1) * _DELAY_SECONDS / (max(times) - min(times))


def _site(site_id: str, base_url: str, number: int) -> Site:
    return Site(
        site_id=site_id,
        name=f"第{number}市人民政府",
        region_code="140900",
        base_url=base_url,
        platform="trs_wcm",
        columns=(Column(name="部门预算", url=_COLUMN),),
        delay_seconds=_DELAY_SECONDS,
        contact="https://localhost.invalid/bench",
        replica=True,
    )


def _content(number: int, documents: int) -> Content:
    return {
        "templates": "trs_wcm",
        "name": f"第{number}市人民政府",
        "robots": "User-agent: *\nDisallow:\n",
        "columns": [
            {
                "path": _COLUMN,
                "name": "部门预算",
                "page_size": 20,
                "first_page": "index.html",
                "page_path": "index_{zero_based}.html",
            }
        ],
        "articles": [_article(number, document) for document in range(documents)],
    }


def _article(number: int, document: int) -> Content:
    on = date(2024, 3, 31) - timedelta(days=document % 28)
    name = f"P020{on:%y%m%d}{document:06d}.pdf"
    return {
        "path": f"{_COLUMN}{on:%Y%m}/t{on:%Y%m%d}_{document}.html",
        "column": _COLUMN,
        "title": f"第{document}局2024年部门预算公开",
        "listed": on,
        "published": datetime(on.year, on.month, on.day, 9),  # noqa: DTZ001 - local time, as pages print it
        "source": f"第{document}局",
        "body": "现予以公开。",
        "attachments": [
            {"href": f"./{name}", "text": name, "body": f"%PDF-1.4 {number} {document} " + "x" * 20_000}
        ],
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
