"""Captured pages of a site with what is expected of them: `pages.yml`, the files it names, `expected.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scrapers.attachments import attachments
from scrapers.dates import published_on
from scrapers.decoding import decode
from scrapers.pages import Page
from scrapers.platforms import read_listing
from scrapers.sites import Site, read_site
from scrapers.titles import facts, judge

FIXTURES = "tests/scrapers/fixtures"


@dataclass(frozen=True, slots=True)
class Captured:
    """One page as it was answered."""

    name: str
    kind: str
    """`listing` or `article`."""
    url: str
    body: bytes
    content_type: str = ""


def write_fixture(folder: Path, site_file: Path, pages: list[Captured]) -> None:
    """Keep captured pages, and what is understood of them now as an expectation that awaits its review."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        (folder / page.name).write_bytes(page.body)
    listed = [{"name": p.name, "kind": p.kind, "url": p.url, "content_type": p.content_type} for p in pages]
    _write(folder / "pages.yml", {"pages": listed})
    _write(folder / "expected.yml", {"reviewed": False, **understood(folder, read_site(site_file))})


def understood(folder: Path, site: Site) -> dict[str, Any]:
    """What is read from a fixture's pages, by file name: to be compared with `expected.yml`."""
    pages = yaml.safe_load((folder / "pages.yml").read_text("utf-8"))["pages"]
    return {page["name"]: _understood(page, (folder / page["name"]).read_bytes(), site) for page in pages}


def _understood(captured: Mapping[str, str], body: bytes, site: Site) -> dict[str, Any]:
    page = Page(captured["url"], decode(body, captured["content_type"], site.encoding))
    column = site.columns[0]
    if captured["kind"] == "listing":
        listing = read_listing(page, column, site)
        return {
            "entries": [
                {
                    "url": e.url,
                    "title": e.title,
                    "listed_on": e.listed_on,
                    "verdict": str(judge(e.title, column.name).verdict),
                }
                for e in listing.entries
            ],
            "pages": list(listing.pages),
            **({"listings": [within.url for within in listing.listings]} if listing.listings else {}),
        }
    found = attachments(page, site.selectors.attachment)
    title = page.article_title
    said = facts(title)
    on, _ = published_on(
        {
            "pub_date": page.meta.get("PubDate", ""),
            "listing": page.printed_date.isoformat() if page.printed_date else "",
        }
    )
    return {
        "title": title,
        "published_on": on,
        "fiscal_year": said.fiscal_year,
        "phase": said.phase,
        "agency_name": said.agency_name,
        "verdict": str(judge(title, column.name, tuple(link.text for link in found)).verdict),
        "attachments": [{"url": link.url, "text": link.text} for link in found],
    }


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=200), "utf-8")
