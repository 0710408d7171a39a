"""What is news and what is routine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from warehouse.publication import news_since_publication
from warehouse.record.events import (
    CorrectionMade,
    CorrectionRevoked,
    CrawlFinished,
    CrawlStarted,
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    Event,
    FetchFinished,
    FetchOutcome,
    ListingEntry,
    ListingObserved,
    LoadLanded,
    LoadValidated,
    PageKind,
    Payload,
    PublicationMade,
)
from warehouse.record.log import EventLog

LISTING = "http://site.example/bmys/"
PAGE = "http://site.example/art/1.html"
PDF = "http://site.example/1.pdf"

Record = Callable[..., None]


def listing(*numbers: int, complete: bool = True, titles: str = "预算") -> ListingObserved:
    entries = tuple(
        ListingEntry(
            url=f"http://site.example/art/{number}.html",
            title=f"{titles}{number}",
            listed_on=date(2024, 3, 1),
        )
        for number in numbers
    )
    return ListingObserved(
        listing_url=LISTING, column_name="部门预算", complete=complete, page_count=1, entries=entries
    )


def fetched(
    outcome: FetchOutcome = FetchOutcome.STORED,
    content: str = "a",
    *,
    kind: PageKind = PageKind.DOCUMENT,
    url: str = PDF,
) -> FetchFinished:
    has_body = outcome in {FetchOutcome.STORED, FetchOutcome.UNCHANGED}
    return FetchFinished(url=url, kind=kind, outcome=outcome, sha256=content * 64 if has_body else None)


def link(title: str = "2024年部门预算", url: str = PDF) -> DocumentLinked:
    return DocumentLinked(url=url, page_url=PAGE, link_text="附件", page_title=title)


def landed(load_id: str) -> LoadLanded:
    return LoadLanded(load_id=load_id, reader_version="1", documents=(), row_counts={})


def judged(load_id: str, *, accepted: bool = True) -> LoadValidated:
    return LoadValidated(load_id=load_id, accepted=accepted, expectations_evaluated=1)


def crawl(*seen: Payload) -> list[Payload]:
    started = CrawlStarted(site_name="忻州", region_code="140900", platform="trs", start_urls=(LISTING,))
    finished = CrawlFinished(
        reason="finished", requests=1, outcomes={}, listing_entries=1, documents_linked=1, documents_stored=1
    )
    return [started, *seen, finished]


ORDINARY = (listing(1, 2), fetched(kind=PageKind.ARTICLE, url=PAGE), link(), fetched())

CORRECTION = CorrectionMade(sha256="a" * 64, what="phase", value="budget", author="李", reason="封面")


@pytest.fixture
def record(log: EventLog) -> Record:
    def append(*payloads: Payload) -> None:
        log.append([Event(payload=payload, run_id="run-1", site_id="xinzhou") for payload in payloads])

    return append


@pytest.fixture
def publish(log: EventLog, record: Record) -> Callable[..., None]:
    def append(*loads: str) -> None:
        position = log.last_position()
        record(
            PublicationMade(publication_id=1, loads=loads, log_position=position, warehouse_sha256="0" * 64)
        )

    return append


def test_an_empty_log_has_no_news(log: EventLog) -> None:
    assert not news_since_publication(log)


def test_before_the_first_publication_everything_is_news(log: EventLog, record: Record) -> None:
    record(*crawl(*ORDINARY), landed("load-1"), judged("load-1"))
    news = news_since_publication(log)
    assert (news.loads, news.documents, news.listings) == (("load-1",), (PDF,), (LISTING,))
    assert news.log_position == log.last_position()


@pytest.mark.parametrize(
    "seen",
    [
        ORDINARY,
        (listing(1, 2), fetched(FetchOutcome.UNCHANGED), link()),
        (listing(2, 1),),
        (listing(1, complete=False),),
        (fetched(FetchOutcome.TIMEOUT),),
        (fetched(FetchOutcome.SERVER_ERROR), fetched(FetchOutcome.BLOCKED), fetched()),
        (fetched(content="b", kind=PageKind.ARTICLE, url=PAGE),),
        (fetched(content="b", kind=PageKind.LISTING, url=LISTING),),
        (DocumentRead(sha256="a" * 64, reader_version="1", outcome="read"),),
        (landed("load-2"),),
        (landed("load-2"), judged("load-2", accepted=False)),
        (judged("load-1"),),
        (),
    ],
    ids=lambda seen: "+".join(payload.type for payload in seen) or "nothing",
)
def test_what_was_known_is_no_news(
    log: EventLog, record: Record, publish: Callable[..., None], seen: tuple[Payload, ...]
) -> None:
    record(*crawl(*ORDINARY), landed("load-1"), judged("load-1"))
    publish("load-1")
    record(*crawl(*seen))
    news = news_since_publication(log)
    assert not news
    assert (news.loads, news.documents, news.listings) == ((), (), ())


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((fetched(content="b"),), ((), (PDF,), ())),
        ((fetched(content="b"), fetched(content="a")), ((), (PDF,), ())),
        ((fetched(FetchOutcome.NOT_FOUND),), ((), (PDF,), ())),
        ((fetched(FetchOutcome.SOFT_404),), ((), (PDF,), ())),
        (
            (fetched(FetchOutcome.TIMEOUT, url="http://site.example/new.pdf"),),
            ((), ("http://site.example/new.pdf",), ()),
        ),
        ((link(title="2024年部门预算（更正）"),), ((), (PDF,), ())),
        ((link(url=PAGE),), ((), (PAGE,), ())),
        ((link(url=PAGE), fetched(content="b", kind=PageKind.ARTICLE, url=PAGE)), ((), (PAGE,), ())),
        ((CORRECTION,), ((), ("a" * 64,), ())),
        ((CorrectionRevoked(correction_id="x", author="李", reason="误"),), ((), ("x",), ())),
        ((listing(1, 2, 3),), ((), (), (LISTING,))),
        ((listing(1),), ((), (), (LISTING,))),
        ((listing(1, 2, titles="决算"),), ((), (), (LISTING,))),
        ((listing(3, complete=False),), ((), (), (LISTING,))),
        ((landed("load-2"), judged("load-2")), (("load-2",), (), ())),
        ((judged("load-1", accepted=False),), (("load-1",), (), ())),
    ],
)
def test_what_a_publication_would_show_is_news(
    log: EventLog,
    record: Record,
    publish: Callable[..., None],
    seen: tuple[Payload, ...],
    expected: tuple[tuple[str, ...], ...],
) -> None:
    record(*crawl(*ORDINARY), landed("load-1"), judged("load-1"))
    publish("load-1")
    record(*crawl(*seen))
    news = news_since_publication(log)
    assert news
    assert (news.loads, news.documents, news.listings) == expected


def test_a_document_handed_in_is_news(log: EventLog, record: Record, publish: Callable[..., None]) -> None:
    publish()
    record(
        DocumentImported(
            site_name="忻州",
            region_code="140900",
            url="import:x",
            sha256="c" * 64,
            byte_count=1,
            file_name="x.pdf",
            title="预算",
            imported_by="me",
        )
    )
    assert news_since_publication(log).documents == ("import:x",)


def test_a_document_that_comes_back_is_news(
    log: EventLog, record: Record, publish: Callable[..., None]
) -> None:
    record(fetched(), fetched(FetchOutcome.NOT_FOUND))
    publish()
    record(fetched(FetchOutcome.NOT_FOUND))
    assert not news_since_publication(log)
    record(fetched())
    assert news_since_publication(log).documents == (PDF,)


def test_an_absence_is_news_when_first_seen_and_once_more_when_confirmed(
    log: EventLog, record: Record, publish: Callable[..., None]
) -> None:
    expected = [("complete, one gone", True), ("gone again: withdrawn", True), ("a third time", False)]
    record(listing(1, 2))
    publish()
    for case, is_news in expected:
        record(listing(1))
        assert bool(news_since_publication(log)) is is_news, case
        publish()


def test_what_was_recorded_while_a_publication_was_made_is_news(log: EventLog, record: Record) -> None:
    record(fetched())
    before = log.last_position()
    record(fetched(content="b"))
    record(PublicationMade(publication_id=1, loads=(), log_position=before, warehouse_sha256="0" * 64))
    assert news_since_publication(log).documents == (PDF,)


def test_a_site_of_which_nothing_new_came_is_not_read_again(
    log: EventLog, record: Record, publish: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    record(*crawl(*ORDINARY))
    log.append([Event(payload=payload, run_id="run-1", site_id="other") for payload in crawl(*ORDINARY)])
    publish()
    record(*crawl(*ORDINARY))
    read: set[str] = set()
    real = log.read
    monkeypatch.setattr(
        log, "read", lambda **given: (read.update(given.get("site_id") or ()), real(**given))[1]
    )
    assert not news_since_publication(log)
    assert read == {"xinzhou"}


def test_what_was_looked_at_before_is_not_looked_at_again(
    log: EventLog, record: Record, publish: Callable[..., None]
) -> None:
    record(*crawl(*ORDINARY))
    publish()
    record(*crawl(*ORDINARY))
    looked_until = news_since_publication(log).log_position
    assert not news_since_publication(log, nothing_until=looked_until)
    record(fetched(content="b"))
    assert news_since_publication(log, nothing_until=looked_until).documents == (PDF,)
