"""Data Docs of real results: every page stands alone, and the index leads to each of them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import lxml.html
import pytest

from expectations import data_docs
from expectations.data_docs import build_data_docs
from expectations.gate import validate_load
from expectations.suites import marts_suites, raw_suites
from warehouse.home import Home
from warehouse.tables.model import Recognition

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

Land = Callable[[Home, str, dict[int, Recognition | None]], str]


@pytest.fixture(scope="module")
def judged(
    tmp_path_factory: pytest.TempPathFactory, land: Land, recognise: Callable[..., Recognition]
) -> Home:
    """A home in which one good and one empty load were judged."""
    home = Home(tmp_path_factory.mktemp("judged"))
    validate_load(home, home.raw / land(home, "good", {1: recognise()}))
    validate_load(home, home.raw / land(home, "empty", {}))
    build_data_docs(home)
    return home


def pages(home: Home) -> list[Path]:
    return sorted(home.data_docs.rglob("*.html"))


def test_there_is_a_page_for_every_result_and_suite(judged: Home) -> None:
    index = lxml.html.parse(judged.data_docs / "index.html").getroot()
    links = {link.get("href") for link in index.iter("a")}
    assert {page.relative_to(judged.data_docs).as_posix() for page in pages(judged)} == {*links, "index.html"}
    assert len(links) == 2 * len(raw_suites()) + len(raw_suites()) + len(marts_suites())
    assert index.xpath("//h3/text()") == ["empty", "good"]


def test_no_page_loads_anything(judged: Home) -> None:
    for page in pages(judged):
        root = lxml.html.parse(page).getroot()
        assert not root.xpath("//script | //link | //img | //iframe | //@src | //@srcset"), page
        assert all(
            "url(" not in style and "@import" not in style for style in root.xpath("//style/text()")
        ), page
        assert all(":" not in href for href in root.xpath("//@href")), page


def test_a_result_says_what_failed(judged: Home) -> None:
    (page,) = (judged.data_docs / "validations/raw/documents/empty").rglob("*.html")
    text = " ".join(lxml.html.parse(page).getroot().text_content().split())
    assert "Must have greater than or equal to 1 rows. 0" in text


def test_old_and_torn_results_are_dropped_with_their_pages(
    judged: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = judged.validations
    torn = stored / "raw" / "tables" / "torn" / "20990101T000000.000000Z" / "tables-raw.tables.json"
    torn.parent.mkdir(parents=True)
    torn.write_text('{"success": tr')
    monkeypatch.setattr(data_docs, "KEPT_RESULTS", len(raw_suites()))
    build_data_docs(judged)
    assert not torn.exists()
    assert {path.parts[-3] for path in stored.rglob("*.json")} == {"empty"}
    assert {path.parts[-3] for path in (judged.data_docs / "validations").rglob("*.html")} == {"empty"}


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium to open the pages in")
def test_a_browser_shows_the_index(judged: Home, tmp_path: Path) -> None:
    shown = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={tmp_path}", "--dump-dom", (judged.data_docs / "index.html").as_uri(),
        ],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    assert "raw.documents" in lxml.html.document_fromstring(shown).text_content()
