"""Drafting a site: look at a listing page, tell its platform, write YAML, capture pages for its test."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from protego import Protego

from scrapers.check import region_names
from scrapers.fixtures import Captured, write_fixture
from scrapers.pages import Page, decode, document_suffix
from scrapers.platforms import read_listing
from scrapers.recognise import Recognition, recognise
from scrapers.settings import user_agent
from scrapers.sites import Column, Site, write_sites

_MAXIMUM_BYTES = 4 * 1024 * 1024
_SECONDS = 30


class ProbeError(RuntimeError):
    """A site that cannot be drafted; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A site as it was understood, and the pages that show it."""

    site: Site
    recognitions: list[Recognition]
    pages: list[Captured]


def probe(url: str, contact: str, site_id: str | None = None, *, allow_private: bool = False) -> Draft:
    """Ask a site for robots.txt, the listing and what leads from there to one article; at most five requests.

    Raises:
        ProbeError: the site does not answer, forbids it, or its platform is not told by its page.
    """
    client = _Client(contact, url)
    listing = client.capture("listing.html", "listing", url)
    page = Page(listing.url, decode(listing.body, listing.content_type))
    recognitions = recognise(page)
    if not recognitions:
        raise ProbeError(
            f"{url}: no platform is told by this page; write the site by hand with platform generic and "
            "selectors.listing_item (see scrapers/README.md)"
        )
    site = _draft(page, recognitions[0], contact, site_id, allow_private=allow_private)
    return Draft(site, recognitions, [listing, *_led_to(page, site, client)])


def _led_to(page: Page, site: Site, client: _Client) -> list[Captured]:
    """The first answer of a listing's script where the page is a shell, and the first article."""
    pages = []
    listing = read_listing(page, site.columns[0], site)
    if not listing.entries and listing.pages:
        data = client.capture("data.txt", "listing", listing.pages[0], page.url)
        pages.append(data)
        answer = Page(data.url, decode(data.body, data.content_type))
        listing = read_listing(answer, site.columns[0], site)
    article = next((entry.url for entry in listing.entries if not document_suffix(entry.url)), None)
    if article and site.allows(urlsplit(article).netloc):
        pages.append(client.capture("article.html", "article", article, page.url))
    return pages


def write_draft(draft: Draft, sites: Path, fixtures: Path) -> tuple[Path, Path]:
    """Write the YAML and the fixture; returns both places.

    Raises:
        ProbeError: there is such a site already.
    """
    site_file, folder = sites / f"{draft.site.site_id}.yml", fixtures / draft.site.site_id
    if site_file.exists():
        raise ProbeError(f"{site_file}: there is such a site already; choose another --id")
    write_sites({draft.site.site_id: draft.site}, sites)
    write_fixture(folder, site_file, draft.pages)
    return site_file, folder


def _draft(page: Page, best: Recognition, contact: str, site_id: str | None, *, allow_private: bool) -> Site:
    parts = urlsplit(page.url)
    name = page.meta.get("SiteName") or re.split(r"[-_|]", page.title)[-1].strip() or parts.netloc
    labels = [label for label in (parts.hostname or "").split(".") if label not in {"www", "gov", "cn"}]
    site_id = site_id or re.sub(r"[^a-z0-9-]", "-", labels[-1] if labels else "site")
    column = page.meta.get("ColumnName") or "部门预决算公开"
    path = page.url.removeprefix(f"{parts.scheme}://{parts.netloc}/") or "/"
    return Site(
        site_id=site_id,
        name=name,
        region_code=_region(name + page.title),
        base_url=f"{parts.scheme}://{parts.netloc}/",
        platform=best.platform,
        columns=(Column(name=column, url=path),),
        contact=contact,
        allow_private=allow_private,
    )


def _region(text: str) -> str:
    """The region whose name stands in a site's name, the longest; 000000 (refused by checks) if none."""
    named = {code: name for code, name in region_names().items() if name in text}
    return max(named, key=lambda code: len(named[code]), default="000000")


class _Client:
    """Asks one site, within its robots.txt."""

    def __init__(self, contact: str, url: str) -> None:
        self._contact = contact
        try:
            text = self._get(urljoin(url, "/robots.txt"))[1].decode("utf-8", "replace")
        except ProbeError:  # most sites have none
            text = ""
        self._robots = Protego.parse(text)

    def capture(self, name: str, kind: str, url: str, referer: str = "") -> Captured:
        """One page. The fragment stays in its address: it is what some platforms call a column by."""
        if not self._robots.can_fetch(url, "Mingzhang"):
            raise ProbeError(f"{url}: robots.txt forbids it")
        final_url, body, content_type = self._get(url, referer)
        fragment = urlsplit(url).fragment
        return Captured(name, kind, final_url + (f"#{fragment}" if fragment else ""), body, content_type)

    def _get(self, url: str, referer: str = "") -> tuple[str, bytes, str]:
        headers = {"User-Agent": user_agent(self._contact)} | ({"Referer": referer} if referer else {})
        if not url.startswith(("http://", "https://")):
            raise ProbeError(f"{url}: expected an address that begins with http:// or https://")
        request = urllib.request.Request(url.partition("#")[0], headers=headers)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return answer.url, answer.read(_MAXIMUM_BYTES), answer.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            with error:
                raise ProbeError(f"{url}: {error}") from error
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise ProbeError(f"{url}: {error}") from error
