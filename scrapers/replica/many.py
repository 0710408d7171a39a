"""Any number of sites that say the same but for their number: for crawls at scale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta

from scrapers.replica.pages import Content, Resource, render
from scrapers.replica.server import Replica, serve_replica
from scrapers.sites import Column, Site

COLUMN = "/zwgk/bmys/"
PAGE_SIZE = 20
_DOCUMENT_BYTES = 20_000
_MARK = b"[number]"
"""Stands for the number of the site in what all sites say."""


class _ManySites(Replica):
    """One model stands for all, so that thousands fit into memory."""

    def answer(self, site_id: str, path: str) -> Resource:
        """As the model says it, with the site's own number."""
        model = super().answer(site_id, path)
        return replace(model, body=model.body.replace(_MARK, site_id.encode()))


@contextmanager
def serve_many(sites: int, documents: int, delay_seconds: float) -> Iterator[Replica]:
    """Serve sites called `000001` … with so many articles of one file each, configured to be crawled.

    A site is given a resource of its own with `Replica.resources[site_id] = dict(…)` first: they share one.
    """
    content = _content(documents)
    site_ids = [f"{number:06d}" for number in range(1, sites + 1)]
    replica = _ManySites(
        content=dict.fromkeys(site_ids, content), resources=dict.fromkeys(site_ids, render(content))
    )
    with serve_replica(replica):
        for site_id, base_url in replica.base_urls.items():
            replica.sites[site_id] = _site(site_id, base_url, delay_seconds)
        yield replica


def requests_of(documents: int) -> int:
    """How many a first crawl of one such site makes: robots.txt, home page, listing, articles, files."""
    return 2 + -(-documents // PAGE_SIZE) + 2 * documents


def _site(site_id: str, base_url: str, delay_seconds: float) -> Site:
    return Site(
        site_id=site_id,
        name=f"第{site_id}市人民政府",
        region_code="140900",
        base_url=base_url,
        platform="trs_wcm",
        columns=(Column(name="部门预算", url=COLUMN),),
        delay_seconds=delay_seconds,
        full_walk_every=2,
        contact="https://localhost.invalid/bench",
        replica=True,
    )


def _content(documents: int) -> Content:
    return {
        "templates": "trs_wcm",
        "name": f"第{_MARK.decode()}市人民政府",
        "robots": "User-agent: *\nDisallow:\n",
        "columns": [
            {
                "path": COLUMN,
                "name": "部门预算",
                "page_size": PAGE_SIZE,
                "first_page": "index.html",
                "page_path": "index_{zero_based}.html",
            }
        ],
        "articles": [_article(document) for document in range(documents)],
    }


def _article(document: int) -> Content:
    on = date(2024, 3, 31) - timedelta(days=document % 28)
    name = f"P020{on:%y%m%d}{document:06d}.pdf"
    return {
        "path": f"{COLUMN}{on:%Y%m}/t{on:%Y%m%d}_{document}.html",
        "column": COLUMN,
        "title": f"第{document}局2024年部门预算公开",
        "listed": on,
        "published": datetime(on.year, on.month, on.day, 9),  # noqa: DTZ001 - local time, as pages print it
        "source": f"第{document}局",
        "body": "现予以公开。",
        "attachments": [
            {
                "href": f"./{name}",
                "text": name,
                "body": f"%PDF-1.4 {_MARK.decode()} {document} " + "x" * _DOCUMENT_BYTES,
            }
        ],
    }
