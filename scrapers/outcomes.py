"""How a request ended: one of the closed set of outcomes, with its evidence. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from urllib.parse import unquote

from scrapers.decoding import decode
from scrapers.links import document_suffix
from scrapers.pages import Page, forwards_to, is_same_page, page_of, says_it_is_gone
from scrapers.titles import vocabulary
from warehouse.record.events import FetchOutcome, PageKind

_BLOCKING = frozenset({401, 403, 405, 407, 412, 418, 429, 451, 521})
"""Refusals. 412 and 521 are what Chinese anti-bot shields answer, with a script that sets a cookie."""

_STUB_BYTES = 65536
_FEWEST_LINES = 10

PRIVATE = "is not a public address"
"""What `scrapers.addresses` says of a host that may not be asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that came, as far as its outcome depends on it."""

    url: str
    kind: PageKind
    status: int
    body: bytes
    content_type: str = ""
    location: str = ""


def outcome_of(
    answer: Answer, home: Page | None, encoding: str | None = None
) -> tuple[FetchOutcome, str | None]:
    """The outcome of an answer other than 304, and its evidence where it is not `stored`.

    Args:
        answer: What the server sent.
        home: The site's home page, which soft 404s are told by; None before it was fetched.
        encoding: Where the site's pages need it, see `Site.encoding`.
    """
    if answer.status != HTTPStatus.OK:
        return _refusal(answer)
    if not answer.body.strip():
        return FetchOutcome.EMPTY, f"{len(answer.body)} bytes"
    if answer.kind is PageKind.DOCUMENT and not looks_like_html(answer.body):
        return _document(answer)
    if answer.kind is PageKind.ARTICLE and is_file(answer.body):
        return FetchOutcome.STORED, None
    return _page(answer, page_of(answer.url, answer.body, answer.content_type, encoding), home)


def _page(answer: Answer, page: Page, home: Page | None) -> tuple[FetchOutcome, str | None]:
    if (target := forwards_to(page)) and not page.selector.css("frame, iframe"):
        return FetchOutcome.BLOCKED, f"sends on to {target}, which is not an allowed host"
    if _is_challenge(page, answer):
        return FetchOutcome.BLOCKED, f"{len(answer.body)} bytes of script without text"
    if gone := _soft_404(answer, page, home):
        return FetchOutcome.SOFT_404, gone
    if answer.kind is PageKind.DOCUMENT:
        return _html_document(answer, page)
    if looks_like_html(answer.body) or (answer.kind is PageKind.LISTING and looks_like_data(answer.body)):
        return FetchOutcome.STORED, None
    return FetchOutcome.WRONG_TYPE, f"expected a page, found {_first_bytes(answer.body)}"


def _soft_404(answer: Answer, page: Page, home: Page | None) -> str | None:
    """What shows that a page stands for one that is gone, though its status is 200."""
    if answer.kind is not PageKind.HOME and says_it_is_gone(page):
        return f"status 200, but the page says: {' '.join(sorted(page.lines))[:80]}"
    # Shells of applications are all alike, and a column may be the home page itself.
    may_be_alike = answer.kind is PageKind.LISTING and (
        len(page.lines) < _FEWEST_LINES or (home and answer.url == home.url)
    )
    if home and answer.kind is not PageKind.HOME and not may_be_alike and is_same_page(page, home):
        return f"answered with the home page ({page.title})"
    return None


def _refusal(answer: Answer) -> tuple[FetchOutcome, str]:
    detail = f"HTTP {answer.status}" + (f" to {answer.location}" if answer.location else "")
    if answer.status in _BLOCKING:
        return FetchOutcome.BLOCKED, detail
    if answer.status == HTTPStatus.REQUEST_TIMEOUT:
        return FetchOutcome.TIMEOUT, detail
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return FetchOutcome.SERVER_ERROR, detail
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return FetchOutcome.NOT_FOUND, detail
    if answer.location:
        return FetchOutcome.BLOCKED, f"{detail}, which is not an allowed host"
    return FetchOutcome.SERVER_ERROR, f"{detail} where 200 was expected"


def _document(answer: Answer) -> tuple[FetchOutcome, str | None]:
    """A PDF must begin like one; office files are told by their readers (a .doc is often really .docx)."""
    if document_suffix(answer.url) == "pdf" and b"%PDF-" not in answer.body[:1024]:
        return FetchOutcome.WRONG_TYPE, f"expected PDF, found {_first_bytes(answer.body)}"
    return FetchOutcome.STORED, None


def _html_document(answer: Answer, page: Page) -> tuple[FetchOutcome, str | None]:
    """HTML under a document's address. Under .doc and .xls, a table is what old office programs exported."""
    suffix = document_suffix(answer.url) or ""
    if suffix in {"doc", "xls"} and page.selector.css("table td"):
        return FetchOutcome.STORED, None
    return (
        FetchOutcome.WRONG_TYPE,
        f"expected {suffix.upper() or 'a document'}, found HTML titled {page.title!r}",
    )


def _is_challenge(page: Page, answer: Answer) -> bool:
    """A stub of script without links and with next to no text: what shields send under status 200.

    A listing or a preview page may be the shell of an application, which is as empty: it has an element for
    the application, and its script neither sets cookies nor loads the page again.
    """
    markup = page.selector
    stub = (
        len(answer.body) < _STUB_BYTES
        and bool(markup.css("script"))
        and not markup.css("a[href]")
        and sum(map(len, page.lines)) < 20
    )
    scripts = " ".join(markup.css("script::text").getall())
    shell = answer.kind in {PageKind.LISTING, PageKind.ARTICLE} and markup.css("body div[id]")
    return stub and bool(not shell or re.search(vocabulary()["challenge_pattern"], scripts))


def is_file(body: bytes) -> bool:
    """Whether bytes begin like a PDF, an office file or an archive: what download handlers send."""
    return body.startswith((b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!"))


def looks_like_html(body: bytes) -> bool:
    """Whether bytes begin like a page, whatever the server calls them."""
    start = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return bool(
        re.match(
            rb"<(!doctype|!--|html|head|body|\?xml[^>]*>\s*<(!doctype )?html|script|meta|div|table|p\b)",
            start,
        )
    )


def looks_like_data(body: bytes) -> bool:
    """Whether bytes begin like the XML, JSON or JSONP that a listing's script fetches."""
    return bool(re.match(rb"(\xef\xbb\xbf)?\s*(<\?xml|<recordset|<datastore|[\w$.]*\(?[\[{])", body[:200]))


def _first_bytes(body: bytes) -> str:
    return f"bytes {body[:16]!r}"


def failure_of(error: BaseException) -> tuple[FetchOutcome, str]:
    """The outcome of a request without an answer. Scrapy's exceptions are told by name: no import here."""
    name, detail = type(error).__name__, str(error) or type(error).__name__
    if name == "IgnoreRequest" and "robots.txt" in detail:
        return FetchOutcome.FORBIDDEN_BY_ROBOTS, detail
    if name == "IgnoreRequest" and PRIVATE in detail:
        return FetchOutcome.BLOCKED, detail
    if name == "DownloadCancelledError":
        return FetchOutcome.TOO_LARGE, detail
    if "Timeout" in name:
        return FetchOutcome.TIMEOUT, detail
    return FetchOutcome.NETWORK_ERROR, f"{name}: {detail}"


def file_name(content_disposition: bytes) -> str | None:
    """The name in a Content-Disposition header: RFC 6266, or raw GBK or UTF-8 bytes as old servers send it.

    A label for people: without folders, and never used as a path.
    """
    if not content_disposition:
        return None
    message = Message()
    message["Content-Disposition"] = decode(content_disposition).replace("\r", " ").replace("\n", " ")
    found = message.get_filename()
    if not found:
        return None
    return re.split(r"[/\\]", unquote(found))[-1] or None
