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
from scrapers.decoding import decode
from scrapers.fixtures import Captured, write_fixture
from scrapers.forms import sending
from scrapers.layout import columns_named, described, rows
from scrapers.links import document_suffix
from scrapers.outcomes import looks_like_html
from scrapers.pages import Page, forwards_to
from scrapers.platforms import read_listing
from scrapers.recognise import Recognition, recognise
from scrapers.settings import user_agent
from scrapers.sites import UNKNOWN_API, Api, Column, Selectors, Site, write_sites

_MAXIMUM_BYTES = 4 * 1024 * 1024
_SECONDS = 30
_STEPS_TO_ENTRIES = 3


class ProbeError(RuntimeError):
    """A site that cannot be drafted; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A site as it was understood, and the pages that show it."""

    site: Site
    recognitions: list[Recognition]
    pages: list[Captured]
    seen: tuple[str, ...] = ()
    """What was seen of the page, in plain words."""


def probe(url: str, contact: str, site_id: str | None = None, *, allow_private: bool = False) -> Draft:
    """Ask a site for robots.txt, the listing and what leads from there to one article: seven requests.

    A page that is no listing but names columns of budgets gives a site with these columns. Where no system is
    told, the draft is of platform `generic` with the rows that look most like a listing.

    Raises:
        ProbeError: the site does not answer or forbids it, or the page shows neither a system nor rows.
    """
    client = _Client(contact, url)
    listing = client.capture("listing.html", "listing", url)
    page = Page(listing.url, decode(listing.body, listing.content_type))
    recognitions, seen = recognise(page), tuple(described(page))
    if not recognitions and not rows(page):
        raise ProbeError(
            f"{url}: no platform is told by this page, and nothing in it looks like a listing. Seen: "
            f"{'; '.join(seen)}. Give the address of the listing itself, or write the site by hand "
            "(scrapers/README.md)"
        )
    site = _draft(page, recognitions, contact, site_id, allow_private=allow_private)
    first = site.columns[0].url
    pages = [listing]
    if urljoin(site.base_url, first) != page.url:
        listing = client.capture("column.html", "listing", urljoin(site.base_url, first), page.url)
        page, pages = Page(listing.url, decode(listing.body, listing.content_type)), [listing]
    further, failure = _led_to(page, site, client)
    return Draft(site, recognitions, [*pages, *further], (*seen, *failure))


def _led_to(page: Page, site: Site, client: _Client) -> tuple[list[Captured], list[str]]:
    """What leads from a listing to entries (its script, a listing within), and the first article.

    Returns:
        The pages, and what went wrong on the way: the draft is worth having all the same.
    """
    pages: list[Captured] = []
    listing = read_listing(page, site.columns[0], site)
    try:
        for number in range(_STEPS_TO_ENTRIES):
            further = (*listing.pages, *(within.url for within in listing.listings))
            if listing.entries or not further:
                break
            data = client.capture(f"data{number or ''}.txt", "listing", further[0], page.url)
            pages.append(data)
            answer = Page(data.url, decode(data.body, data.content_type))
            listing = read_listing(answer, site.columns[0], site)
        article = next((entry.url for entry in listing.entries if not document_suffix(entry.url)), None)
        if article and site.allows(urlsplit(article).netloc):
            pages.append(client.capture("article.html", "article", article, page.url))
    except ProbeError as error:
        return pages, [f"not answered: {error}"]
    return pages, [] if listing.entries else ["no entries were found by the draft: see README, 'A new city'"]


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


def _draft(
    page: Page, recognitions: list[Recognition], contact: str, site_id: str | None, *, allow_private: bool
) -> Site:
    parts = urlsplit(page.url)
    name = page.meta.get("SiteName") or re.split(r"[-_|]", page.title)[-1].strip() or parts.netloc
    labels = [label for label in (parts.hostname or "").split(".") if label not in {"www", "gov", "cn"}]
    site_id = site_id or re.sub(r"[^a-z0-9-]", "-", labels[-1] if labels else "site")
    base_url, looks = f"{parts.scheme}://{parts.netloc}/", rows(page)
    platform = recognitions[0].platform if recognitions else "generic"
    selectors = Selectors(listing_item=None if recognitions else looks[0].xpath)
    own = Column(name=page.meta.get("ColumnName") or "部门预决算公开", url=_relative(page.url, base_url))
    named = [] if any(group.disclosures for group in looks) else columns_named(page).items()
    return Site(
        site_id=site_id,
        name=name,
        region_code=_region(name + page.title),
        base_url=base_url,
        platform=platform,
        columns=tuple(Column(name=text, url=_relative(url, base_url)) for url, text in named) or (own,),
        selectors=selectors,
        api=_guessed_api(page) if platform == "provincial" else Api(),
        contact=contact,
        allow_private=allow_private,
    )


def _guessed_api(page: Page) -> Api:
    """The first address in the page's scripts that looks like its JSON's; else a place to fill in."""
    scripts = " ".join(page.selector.css("script::text").getall())
    found = re.findall(r"""["']([\w./-]*(?:list|query|get)\w*(?:\.\w+)?)["']""", scripts, re.IGNORECASE)
    return Api(url=next((text for text in found if not text.endswith((".js", ".css"))), UNKNOWN_API))


def _relative(url: str, base_url: str) -> str:
    return url.removeprefix(base_url) or "/"


def _region(text: str) -> str:
    """The region whose name stands in a site's name, the longest; 000000 (refused by checks) if none."""
    named = {code: name for code, name in region_names().items() if name in text and len(name) > 1}
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
        signpost = forwards_to(Page(final_url, decode(body, content_type))) if looks_like_html(body) else None
        if signpost:
            final_url, body, content_type = self._get(signpost, referer)
        fragment = urlsplit(url).fragment
        return Captured(name, kind, final_url + (f"#{fragment}" if fragment else ""), body, content_type)

    def _get(self, url: str, referer: str = "") -> tuple[str, bytes, str]:
        headers = {"User-Agent": user_agent(self._contact)} | ({"Referer": referer} if referer else {})
        if not url.startswith(("http://", "https://")):
            raise ProbeError(f"{url}: expected an address that begins with http:// or https://")
        sent = sending(url)
        headers |= {"Content-Type": sent.content_type} if sent.body else {}
        body = sent.body.encode() if sent.body else None
        address = sent.url.partition("#")[0]
        request = urllib.request.Request(address, body, headers)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return answer.url, answer.read(_MAXIMUM_BYTES), answer.headers.get("Content-Type", "")
        except urllib.error.HTTPError as error:
            with error:
                raise ProbeError(f"{url}: {error}") from error
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            why = error.reason if isinstance(error, urllib.error.URLError) else error
            raise ProbeError(f"{url}: {getattr(why, 'strerror', None) or why}") from error
