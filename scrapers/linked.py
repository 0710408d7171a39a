"""What is said of a document on the way to it: by its link, the listing, its page. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from scrapers.answers import Fetched
from scrapers.dates import date_in_url, published_on
from scrapers.links import Link, unsigned
from scrapers.pages import Page
from scrapers.platforms.listing import Found
from scrapers.sites import Column
from scrapers.titles import Facts, Verdict, facts, fullest, judge
from warehouse.record.events import ArticleJudged, DocumentLinked, PageKind


def article_judged(entry: Found, column: Column, title: str, found: list[Link] | None) -> ArticleJudged:
    """Whether an entry is a budget disclosure.

    Args:
        entry: The line of the listing.
        column: The column that the listing is of.
        title: The article's, where it was fetched, else the listing's.
        found: The documents of its page; None where the page was not fetched.
    """
    judgement = judge(title, f"{column.name} {entry.section}", tuple(link.text for link in found or ()))
    verdict, reason = judgement.verdict, judgement.reason
    if verdict is Verdict.UNDECIDED and found == []:
        verdict, reason = Verdict.OTHER, f"{reason}; the page has no documents"
    return ArticleJudged(url=entry.url, title=title, verdict=verdict, score=judgement.score, reason=reason)


def document_linked(
    link: Link, source: Fetched, entry: Found, column: Column, aliases: Mapping[str, str]
) -> DocumentLinked:
    """Year, phase, scope, agency and day of a document: from what stands nearest to it that says so.

    Args:
        link: The link to the document.
        source: The article that has the link, or the listing.
        entry: The line of the listing that led there.
        column: The column that the listing is of.
        aliases: Names of departments that the site prints, with their official ones.
    """
    article = source.page if source.event.kind is PageKind.ARTICLE else None
    title = article.title_of(entry.title) if article else entry.title
    meta = source.page.meta if source.page else {}
    told = (facts(link.text), entry.facts, facts(title), entry.within, facts(meta.get("ContentSource", "")))
    said = reduce(Facts.or_else, (*told, Facts(phase=column.phase)))
    agency = fullest(said.agency_name, (one.agency_name for one in told))
    dates = _dates(link, article, entry)
    on, on_source = published_on(dates)
    return DocumentLinked(
        url=unsigned(link.url),
        page_url=source.event.url,
        link_text=link.text,
        page_title=title or (source.page.title if source.page else ""),
        fiscal_year=said.fiscal_year,
        phase=said.phase,
        scope=said.scope,
        agency_name=aliases.get(agency or "", agency),
        published_on=on,
        published_on_source=on_source,
        dates=dates,
        meta=meta,
    )


def _dates(link: Link, article: Page | None, entry: Found) -> dict[str, str]:
    """Every date that was seen, by where it stands."""
    printed = article.printed_date if article else None
    in_urls = (on for url in (link.url, entry.url) if (on := date_in_url(url)))
    dates = {
        "pub_date": (article.meta.get("PubDate") if article else "")
        or (printed.isoformat() if printed else ""),
        "listing": entry.listed_on.isoformat() if entry.listed_on else "",
        "url": next((on.isoformat() for on in in_urls), ""),
    }
    return {name: text for name, text in dates.items() if text}
