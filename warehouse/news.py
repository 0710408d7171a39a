"""What the record holds that a publication does not show yet: a pure fold over events.

Only changes count. A crawl that meets the same listings, links and documents again is no news, however many
events it appends; nor is a request that failed, unless it is the first thing known of an address or says that
the document is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from warehouse.record.events import (
    WITH_CONTENT,
    CorrectionMade,
    CorrectionRevoked,
    DocumentImported,
    DocumentLinked,
    FetchFinished,
    FetchOutcome,
    ListingEntry,
    ListingObserved,
    PageKind,
    Payload,
    RecordedEvent,
)

NEWSWORTHY = (
    FetchFinished.type,
    ListingObserved.type,
    DocumentLinked.type,
    DocumentImported.type,
    CorrectionMade.type,
    CorrectionRevoked.type,
)
"""The types of event that can be news; so can loads, which are compared as such."""

_GONE = {FetchOutcome.NOT_FOUND, FetchOutcome.SOFT_404}


@dataclass(frozen=True, slots=True)
class News:
    """What a new publication would show; false where there is nothing."""

    log_position: int
    """The last event that was looked at."""
    loads: tuple[str, ...] = ()
    """Loads that the gate accepted since, also anew for the rows of another reader, or took back."""
    documents: tuple[str, ...] = ()
    """Addresses of documents whose content, links or presence changed; what was corrected, and revoked."""
    listings: tuple[str, ...] = ()
    """Addresses of listings whose entries changed, or from which an entry is now absent twice."""

    def __bool__(self) -> bool:
        return bool(self.loads or self.documents or self.listings)


@dataclass(slots=True)
class _Listing:
    known: frozenset[ListingEntry] = frozenset()
    complete: bool = False
    absent_once: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Seen:
    """The last that is known of everything."""

    documents: dict[str, str] = field(default_factory=dict)
    links: dict[tuple[str, str], DocumentLinked] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)
    listings: dict[str, _Listing] = field(default_factory=dict)


def fold(events: Iterable[RecordedEvent], *, since: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses of documents and of listings that changed.

    Args:
        events: Events of the types `NEWSWORTHY`, from the first one on: what a change is depends on what was.
        since: The position after which changes are news.
    """
    seen = _Seen()
    changed: dict[str, set[str]] = {"documents": set(), "listings": set()}
    for event in events:
        change = _observe(seen, event.payload)
        if change and event.position > since:
            kind, address = change
            changed[kind].add(address)
    return tuple(sorted(changed["documents"])), tuple(sorted(changed["listings"]))


def _observe(seen: _Seen, payload: Payload) -> tuple[str, str] | None:
    """Take an event in; returns what it changed, if anything: `documents` or `listings`, and the address."""
    match payload:
        case FetchFinished(url=url, kind=kind):
            changed = kind != PageKind.LISTING and _fetch_changes(seen.documents, payload)
            return (
                ("documents", url) if changed and (kind == PageKind.DOCUMENT or url in seen.linked) else None
            )
        case DocumentLinked(url=url, page_url=page_url):
            before = seen.links.get((url, page_url))
            seen.links[url, page_url] = payload
            seen.linked.add(url)
            return ("documents", url) if before != payload else None
        case (
            DocumentImported(url=address)
            | CorrectionMade(sha256=address)
            | CorrectionRevoked(correction_id=address)
        ):
            return ("documents", address)
        case ListingObserved(listing_url=url):
            listing = seen.listings.setdefault(url, _Listing())
            return ("listings", url) if _listing_changes(listing, payload) else None
    return None


def _fetch_changes(documents: dict[str, str], fetch: FetchFinished) -> bool:
    """Whether an answer says something new of its address; a failure that will pass says nothing."""
    before = documents.get(fetch.url)
    if fetch.outcome in WITH_CONTENT:
        now = fetch.sha256 or ""
    elif fetch.outcome in _GONE:
        now = "gone"
    else:
        now = before or f"failed: {fetch.outcome}"
    documents[fetch.url] = now
    return now != before


def _listing_changes(listing: _Listing, observed: ListingObserved) -> bool:
    """Whether a listing has other entries than before, or an absence that is now confirmed.

    An incomplete listing can add and alter entries, but says nothing of those that it does not show.
    """
    entries = frozenset(observed.entries)
    if not observed.complete:
        changed = not entries <= listing.known
        listing.known |= entries
        return changed
    urls = {entry.url for entry in entries}
    confirmed = listing.absent_once - urls
    changed = entries != listing.known or not listing.complete or bool(confirmed)
    listing.absent_once = frozenset(entry.url for entry in listing.known) - urls
    listing.known, listing.complete = entries, True
    return changed
