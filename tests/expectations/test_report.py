"""The quality report, read back from the page; and the figures that it shares with the command line."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import duckdb
import lxml.html
import pytest
from lxml.html import HtmlElement

from expectations.covered import Covered, covered, decisions_after, document_names
from expectations.figures import RunSummary, read_summary
from expectations.report import percent, write_report, yuan
from expectations.suites import raw_suites
from expectations.summary import EXAMPLE_QUERY, summarise
from warehouse.home import Home
from warehouse.record.events import (
    ArticleJudged,
    CorrectionMade,
    CorrectionRevoked,
    CrawlFinished,
    CrawlStarted,
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    Event,
    FailedExpectation,
    FetchFinished,
    FetchOutcome,
    LoadLanded,
    LoadValidated,
    MonitorRaised,
    PageKind,
    Payload,
    PublicationMade,
    RecordedEvent,
)
from warehouse.record.log import EventLog
from warehouse.tables.model import Recognition

RUN = "20241122T080000Z-abc123"
STARTED = datetime(2024, 11, 22, 8, tzinfo=UTC)
SITE = "http://qinhuangdao.example/"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Land = Callable[[Home, str, dict[int, Recognition | None]], str]


def sha256_of(n: int) -> str:
    return f"{n:064x}"


def record(
    payloads: Sequence[Payload], run_id: str = RUN, started: datetime = STARTED
) -> list[RecordedEvent]:
    return [
        RecordedEvent(
            payload=payload,
            run_id=run_id,
            site_id="qinhuangdao",
            occurred_at=started + timedelta(seconds=second),
            recorded_at=started + timedelta(seconds=second),
            event_id=uuid4(),
            position=second + 1,
        )
        for second, payload in enumerate(payloads)
    ]


def fetch(name: str, outcome: FetchOutcome, n: int | None = None, **more: object) -> FetchFinished:
    sha256 = sha256_of(n) if n else None
    return FetchFinished(url=SITE + name, kind=PageKind.DOCUMENT, outcome=outcome, sha256=sha256, **more)  # type: ignore[arg-type]  # fields by name


def judged(name: str, verdict: str) -> ArticleJudged:
    title = "关于<b>预算</b>的通知"
    return ArticleJudged(url=SITE + name, title=title, verdict=verdict, score=0, reason="预算, no year")


@pytest.fixture
def events() -> list[RecordedEvent]:
    """A run that stored three files, lost two addresses, could not read one file and has one bad load."""
    failure = FailedExpectation(
        suite="raw.amounts",
        expectation="expect_table_row_count_to_be_between(min_value=1)",
        severity="critical",
        observed="0",
        note="Nothing was seen.",
    )
    outcomes = {"stored": 3, "unchanged": 9, "not_found": 1, "server_error": 1}
    return record(
        [
            CrawlStarted(
                site_name="秦皇岛市人民政府", region_code="130300", platform="trs", start_urls=(SITE,)
            ),
            DocumentLinked(url=SITE + "b.pdf", page_url=SITE, link_text="部门预算.pdf", page_title="预算"),
            fetch("a.pdf", FetchOutcome.STORED, 1, file_name="2024年部门预算.pdf"),
            fetch("b.pdf", FetchOutcome.STORED, 2),
            fetch("c.pdf", FetchOutcome.STORED, 3, file_name="加密 <script>alert(1)</script>.pdf"),
            fetch("gone.pdf", FetchOutcome.NOT_FOUND, http_status=404, detail="404 Not Found"),
            fetch("broken.pdf", FetchOutcome.SERVER_ERROR, http_status=500, evidence_sha256=sha256_of(8)),
            judged("t1.html", "undecided"),
            judged("t2.html", "undecided"),
            judged("t2.html", "disclosure"),
            judged("t3.html", "other"),
            MonitorRaised(monitor="few_entries", detail="1234 entries, usually 2500", value=1234, limit=1250),
            CrawlFinished(
                reason="finished", requests=14, outcomes=outcomes, listing_entries=1234, documents_linked=5,
                documents_stored=3,
            ),
            DocumentRead(sha256=sha256_of(1), reader_version="1", outcome="read", tables=1, amounts=4),
            DocumentRead(sha256=sha256_of(2), reader_version="1", outcome="read", tables=1, amounts=4),
            DocumentRead(
                sha256=sha256_of(3), reader_version="1", outcome="encrypted", reason="asks for a password"
            ),
            LoadLanded(
                load_id="good", reader_version="1", documents=(sha256_of(1), sha256_of(2)),
                row_counts={"amounts": 8},
            ),
            LoadValidated(load_id="good", accepted=True, expectations_evaluated=196),
            LoadLanded(load_id="bad", reader_version="1", documents=(sha256_of(4),), row_counts={}),
            LoadValidated(load_id="bad", accepted=False, expectations_evaluated=196, failures=(failure,)),
        ]
    )  # fmt: skip


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A warehouse as dbt builds it, as far as the report reads it."""
    path = tmp_path / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute((Path(__file__).parent / "warehouse.sql").read_text(encoding="utf-8"))
    return path


def covering(events: Sequence[RecordedEvent]) -> Covered:
    """What a report on these events is made of."""
    names = document_names(events)
    return Covered(events, decisions_after(events, 0, names), names)


def write(
    home: Home, events: Sequence[RecordedEvent], built: Path | None = None, publication_id: int | None = None
) -> HtmlElement:
    """The report on these events."""
    on = covering(events)
    summary = summarise(RUN, on, built=built, publication_id=publication_id)
    return read(write_report(home, summary, on.names, built=built))


def words(element: HtmlElement) -> str:
    """The text as shown: white space collapsed, line breaks as spaces."""
    return " ".join(" ".join(element.itertext()).split())


def rows(page: HtmlElement, section: str) -> list[list[str]]:
    """The cells of all body rows of a section."""
    return [
        [words(cell) for cell in row.xpath("./td | ./th")]
        for row in page.get_element_by_id(section).xpath(".//tbody/tr")
    ]


def read(path: Path) -> HtmlElement:
    return lxml.html.document_fromstring(path.read_text(encoding="utf-8"))


@pytest.fixture
def report(
    tmp_path: Path,
    land: Land,
    recognise: Callable[..., Recognition],
    events: list[RecordedEvent],
    built: Path,
) -> HtmlElement:
    home = Home(tmp_path / "home")
    good = recognise()
    (table,) = good.tables
    odd = replace(
        table,
        table_ordinal=2,
        table_type="unrecognised",
        table_title="附：<i>其他</i>表",
        reason="no header known",
    )
    land(home, "good", {1: replace(good, tables=(table, odd)), 2: good})
    return write(home, events, built, publication_id=7)


def test_the_headline_says_what_came_of_the_run(report: HtmlElement) -> None:
    verdict = words(report.get_element_by_id("verdict"))
    assert "Published 已发布 as publication 7." in verdict
    assert "1 load in quarantine" in verdict
    cards = [words(card) for card in report.find_class("card")]
    assert cards[0].startswith("1 sites crawled")
    assert any(card.startswith("50.00 % of identities hold") for card in cards)


def test_sites_are_shown_with_their_outcomes(report: HtmlElement) -> None:
    ((site, requests, outcomes, entries, linked, stored, ended),) = rows(report, "crawl")
    assert site == "秦皇岛市人民政府 qinhuangdao · 130300"
    assert (requests, entries, linked, stored, ended) == ("14", "1,234", "5", "3", "finished")
    assert outcomes.startswith("stored 3 not_found 1 server_error 1")


def test_new_replaced_and_gone_documents_are_listed(report: HtmlElement) -> None:
    assert [(row[0], row[1], row[3]) for row in rows(report, "changes")] == [
        ("Gone 撤下", "撤下的预算", "2024"),
        ("New 新增", "2024年部门预算", "2024"),
        ("Replaced 更换", "更正后的预算", "2024"),
    ]


def test_what_failed_is_named_with_its_reason(report: HtmlElement) -> None:
    reading, gone, broken = rows(report, "failures")
    assert reading[0].startswith("加密 <script>alert(1)</script>.pdf http://qinhuangdao.example/c.pdf")
    assert reading[1:3] == ["encrypted", "asks for a password"]
    assert gone[:5] == [SITE + "gone.pdf", "document", "not_found", "404", "404 Not Found"]
    assert broken[:4] == [SITE + "broken.pdf", "document", "server_error", "500"]
    assert broken[4] == "— evidence 存证 000000000000"


def test_what_monitors_raised_is_listed_and_counted(report: HtmlElement) -> None:
    assert rows(report, "monitors") == [["qinhuangdao", "few_entries", "1234 entries, usually 2500"]]
    assert "1 monitors raised 监测提示" in [words(card) for card in report.find_class("alarm")]


def test_an_article_that_stayed_undecided_waits_for_a_person(report: HtmlElement) -> None:
    assert rows(report, "undecided") == [["关于<b>预算</b>的通知", "预算, no year", "qinhuangdao"]]
    assert report.get_element_by_id("undecided").xpath(".//tbody//@href") == [SITE + "t1.html"]


def test_notices_that_ask_for_attention_are_counted_by_kind(report: HtmlElement) -> None:
    section = report.get_element_by_id("notices")
    assert "2 amounts come from optical recognition 光学识别, with a confidence of 81.23 %" in words(section)
    first, second = rows(report, "notices")
    assert first[0].startswith("2024年部门预算 秦皇岛市工业和信息化局 · ")
    assert first[1:] == [
        "2024",
        "roles_by_sums × 2 page 5: 2 of 9 amounts unread_amounts page 4: 1 cells: '<b>' has no unit of money",
        "—",
        "—",
    ]
    assert second[2:] == ["scan page 2: 812 characters by OCR", "2", "81.23 %"]


def decide(file_name: str, n: int) -> list[Payload]:
    handed = DocumentImported(
        site_name="秦皇岛市人民政府", region_code="130300", url=f"import:{sha256_of(n)}", sha256=sha256_of(n),
        byte_count=9, file_name=file_name, title="2023年决算", imported_by="lin",
    )  # fmt: skip
    made = CorrectionMade(
        sha256=sha256_of(n), what="fiscal_year", value="2023", author="wang", reason="cover page"
    )
    return [handed, made]


def append(
    log: EventLog, payloads: Sequence[Payload], run_id: str = RUN, site_id: str = "qinhuangdao"
) -> None:
    log.append([Event(payload=payload, run_id=run_id, site_id=site_id) for payload in payloads])


def test_what_people_decided_is_listed_once_published_no_more(tmp_path: Path) -> None:
    """People decide in runs of their own, between crawls."""
    published = PublicationMade(publication_id=1, loads=(), log_position=3, warehouse_sha256=sha256_of(0))
    with EventLog.open(tmp_path / "events.sqlite") as log:
        append(log, [fetch("old.pdf", FetchOutcome.STORED, 6), *decide("old.pdf", 6), published], "people")
        made = next(event for event in log.read() if isinstance(event.payload, CorrectionMade))
        append(log, decide("new.pdf", 7), "people")
        append(
            log,
            [CorrectionRevoked(correction_id=str(made.event_id), author="lin", reason="misread")],
            "people",
        )
        on = covered(log, published_until=3)
    page = read(write_report(Home(tmp_path), summarise(RUN, on), on.names))
    assert [[row[0], row[1].split()[0], *row[2:5]] for row in rows(page, "people")] == [
        ["Handed in 补录", "new.pdf", "2023年决算", "lin", "—"],
        ["Corrected 更正", "new.pdf", "fiscal_year is 2023", "wang", "cover page"],
        ["Revoked 撤销", "old.pdf", "fiscal_year is 2023", "lin", "misread"],
    ]


def crawl(*fetches: FetchFinished, reason: str = "finished") -> list[Payload]:
    begun = CrawlStarted(site_name="x", region_code="130300", platform="trs", start_urls=())
    end = CrawlFinished(
        reason=reason, requests=len(fetches), outcomes={}, listing_entries=0, documents_linked=0,
        documents_stored=0,
    )  # fmt: skip
    return [begun, *fetches, end]


def load(load_id: str, n: int, *, accepted: bool = True) -> list[Payload]:
    return [
        DocumentRead(sha256=sha256_of(n), reader_version="1", outcome="read", tables=1, amounts=4),
        LoadLanded(load_id=load_id, reader_version="1", documents=(sha256_of(n),), row_counts={"amounts": 4}),
        LoadValidated(load_id=load_id, accepted=accepted, expectations_evaluated=9),
    ]


def summary_of(log: EventLog, **which: object) -> RunSummary:
    return summarise(RUN, covered(log, **which))  # type: ignore[arg-type]  # arguments by name


def test_a_publication_is_reported_with_every_load_since_the_one_before(tmp_path: Path) -> None:
    """As with the daemon: each site is collected in a run of its own, then one more run publishes."""
    published = PublicationMade(publication_id=1, loads=(), log_position=6, warehouse_sha256=sha256_of(0))
    failed = fetch("b.pdf", FetchOutcome.TIMEOUT)
    with EventLog.open(tmp_path / "events.sqlite") as log:
        append(log, [*crawl(fetch("a.pdf", FetchOutcome.STORED, 1)), *load("old", 1)], "old")
        append(log, [published], "old")
        begin = log.last_position()
        append(log, [*crawl(failed), *load("a", 2)], "first", "xinzhou")
        append(log, [*crawl(fetch("c.pdf", FetchOutcome.STORED, 3)), *load("b", 3, accepted=False)], "second")
        append(log, crawl(fetch("b.pdf", FetchOutcome.STORED, 2)), "third", "xinzhou")
        summary = summary_of(log, published_until=6)
        assert [(load.load_id, load.accepted) for load in summary.loads] == [("a", True), ("b", False)]
        assert [(site.site_id, site.requests) for site in summary.sites] == [
            ("qinhuangdao", 1),
            ("xinzhou", 1),
        ]
        assert (summary.documents_stored, summary.amounts, summary.failed_fetches) == (2, 8, ())
        own = summary_of(log, published_until=6, run_id="first", after=begin)
        assert ([load.load_id for load in own.loads], len(own.failed_fetches)) == (["a"], 1)


@pytest.mark.parametrize("asked_again", [False, True])
def test_a_file_that_was_fetched_long_ago_keeps_its_name(tmp_path: Path, *, asked_again: bool) -> None:
    unchanged = crawl(fetch("a.pdf", FetchOutcome.UNCHANGED, 1))
    with EventLog.open(tmp_path / "events.sqlite") as log:
        append(log, crawl(fetch("a.pdf", FetchOutcome.STORED, 1, file_name="预算.pdf")), "old")
        begin = log.last_position()
        unread = DocumentRead(sha256=sha256_of(1), reader_version="2", outcome="encrypted", reason="password")
        append(log, [*(unchanged if asked_again else ()), unread])
        (failure,) = summary_of(log, published_until=begin, run_id=RUN, after=begin).failed_readings
    assert (failure.name, failure.url) == ("预算.pdf", SITE + "a.pdf")


def test_the_summary_is_kept_for_programs(tmp_path: Path, events: list[RecordedEvent], built: Path) -> None:
    write(Home(tmp_path), events, built, publication_id=7)
    assert read_summary(Home(tmp_path), RUN) == summarise(
        RUN, covering(events), built=built, publication_id=7
    )


def test_a_crawl_outside_of_the_hours_of_its_site_is_no_failure(tmp_path: Path) -> None:
    reason = "not started: outside of crawl_between 20:00-06:00"
    start = CrawlStarted(site_name="x", region_code="130300", platform="trs", start_urls=())
    end = CrawlFinished(
        reason=reason, requests=0, outcomes={}, listing_entries=0, documents_linked=0, documents_stored=0
    )
    events = record([start, end])
    summary = summarise(RUN, covering(events))
    assert (summary.sites_crawled, [site.not_started for site in summary.sites]) == (0, [True])
    page = write(Home(tmp_path), events)
    assert rows(page, "crawl")[0][-1] == f"{reason} 未启动"
    assert not page.xpath("//*[@id='crawl']//*[contains(@class, 'bad')]")
    assert "Every site was outside of its hours" in words(page.get_element_by_id("verdict"))


def test_loads_show_their_verdict_and_failed_expectations(report: HtmlElement) -> None:
    shown = rows(report, "loads")
    assert shown[0] == ["good qinhuangdao", "✓ accepted 通过", "2", "8", "196", "0"]
    assert shown[1] == ["bad qinhuangdao", "✗ quarantined 隔离", "1", "0", "196", "1"]
    rules = next(len(suite.expectations) for suite in raw_suites() if suite.name == "raw.amounts")
    assert ["raw.amounts", str(2 * rules - 1), "1"] in shown
    rule = "expect_table_row_count_to_be_between(min_value=1)"
    assert shown[-1] == ["raw.amounts bad", "critical", f"Nothing was seen. {rule}", "0"]


def test_a_failed_identity_names_document_page_table_and_amounts(report: HtmlElement) -> None:
    section = report.get_element_by_id("identities")
    (summary,) = section.xpath(".//details/summary")
    assert "秦皇岛市工业和信息化局 2024 1 failed" in words(summary)
    (row,) = section.xpath(".//table[@class='failures']/tbody/tr")
    assert [words(cell) for cell in row] == [
        "I04",
        "部门预算支出总表 page 7, table 3",
        "201 <b>一般公共服务</b> 2 addends",
        "12,345,678.90",
        "12,345,600.00",
        "-78.90",
        "200.00",
        "extraction 识读",
    ]
    counts = {row[0].split()[0]: row[1:5] for row in rows(report, "identities") if len(row) == 6}
    assert counts["I04"] == ["0", "1", "0", "0.00 %"]
    assert counts["I11"] == ["0", "0", "1", "—"]


def test_unrecognised_tables_are_listed_with_their_title(report: HtmlElement) -> None:
    first, second = rows(report, "tables")
    assert first[0].startswith("2024年部门预算.pdf 秦皇岛市工业和信息化局 · pdf")
    assert first[1:4] == ["2024", "2", "8"]
    assert "“附：<i>其他</i>表” table 2, page 3, 6 × 2; no header known" in first[4]
    assert second[0].startswith("部门预算.pdf")


def test_coverage_prints_amounts_with_separators(report: HtmlElement) -> None:
    assert rows(report, "coverage") == [
        [
            "秦皇岛市工业和信息化局 秦皇岛市 130300",
            "2024",
            "预算",
            "部门",
            "36,000,000.00",
            "36,000,000.00",
            "40,100.00",
            "2 three_public revenue_summary",
        ]
    ]


def test_the_page_stands_alone_and_runs_nothing(report: HtmlElement) -> None:
    assert not report.xpath(
        "//script | //link | //img | //iframe | //b[contains(., '一般公共')] | //@src | //@onclick"
    )
    assert not re.search(r"url\(|@import", report.xpath("string(//style)"))
    assert all(href.startswith(("#", "http://", "https://")) for href in report.xpath("//@href"))


def test_an_address_that_is_no_web_address_is_not_a_link(tmp_path: Path) -> None:
    bad = FetchFinished(url="javascript:alert(1)", kind=PageKind.ARTICLE, outcome=FetchOutcome.NETWORK_ERROR)
    page = write(Home(tmp_path), record([bad]))
    assert rows(page, "failures")[0][0] == "javascript:alert(1)"
    assert all(not href.startswith("javascript") for href in page.xpath("//@href"))


def test_a_run_that_built_nothing_still_gets_a_report(tmp_path: Path) -> None:
    text = write(Home(tmp_path), []).text_content()
    assert (tmp_path / "reports" / f"{RUN}.html").is_file()
    assert "Nothing published" in text
    assert "no identity was evaluated" in text


def test_a_warehouse_with_few_relations_gives_a_smaller_report(
    tmp_path: Path, events: list[RecordedEvent]
) -> None:
    path = tmp_path / "small.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema core; create table core.fct_check_result as select 'I01' as check_id, "
            "'failed' as status, 'a' as document_sha256, 1.5::decimal(20, 2) as found_yuan"
        )
    page = write(Home(tmp_path), events, path)
    (row,) = page.xpath("//table[@class='failures']/tbody/tr")
    assert [cell.text_content().strip() for cell in row][3:7] == ["—", "1.50", "—", "—"]


def test_the_example_query_runs_on_the_marts(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        (row,) = connection.sql(EXAMPLE_QUERY).fetchall()
    assert row[3:] == (Decimal("40100.00"), 0.11)


def test_the_summary_counts_what_is_covered(events: list[RecordedEvent], built: Path) -> None:
    summary = summarise(RUN, covering(events), built=built, publication_id=7)
    assert (summary.documents_stored, summary.documents_read, summary.amounts) == (3, 2, 8)
    assert [load.load_id for load in summary.quarantined] == ["bad"]
    assert (summary.checks.held, summary.checks.failed, summary.checks.not_evaluated) == (1, 1, 1)
    assert summary.warehouse is not None
    assert (summary.warehouse.documents, summary.warehouse.amounts, summary.warehouse.disclosures) == (
        3,
        3,
        1,
    )
    assert [failure.name for failure in summary.failed_readings] == ["加密 <script>alert(1)</script>.pdf"]


def test_a_crawl_that_was_cut_off_is_counted_from_its_requests() -> None:
    start = CrawlStarted(site_name="x", region_code="130300", platform="trs", start_urls=())
    (site,) = summarise(RUN, covering(record([start, fetch("a.pdf", FetchOutcome.STORED, 1)]))).sites
    assert (site.ended, site.requests, site.documents_stored) == (None, 1, 1)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1234567.5", "1,234,567.50"),
        ("0", "0.00"),
        ("-3", "-3.00"),
        ("0.005", "0.005"),
        ("150.000000", "150.00"),
    ],
)
def test_amounts_are_printed_as_precise_as_they_are(value: str, shown: str) -> None:
    assert yuan(Decimal(value)) == shown


def test_a_share_is_not_rounded_up_to_all() -> None:
    assert [percent(share) for share in (None, 1.0, 0.99996, 0.9911)] == [
        "—",
        "100.00 %",
        "> 99.99 %",
        "99.11 %",
    ]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to open the page in")
def test_the_page_fits_a_phone(tmp_path: Path, events: list[RecordedEvent], built: Path) -> None:
    write(Home(tmp_path), events, built, publication_id=7)
    path = tmp_path / "reports" / f"{RUN}.html"
    probe = tmp_path / "probe.html"
    probe.write_text(
        f'<iframe id="f" src="{path.as_uri()}" width="390" height="800"></iframe><p id="w"></p><script>'
        "f.onload = () => { w.textContent = 'width ' + f.contentDocument.documentElement.scrollWidth }"
        "</script>",
        encoding="utf-8",
    )
    shown = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom", probe.as_uri(),
        ],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    width = re.search(r"width (\d+)", shown)
    assert width
    assert int(width[1]) <= 390
