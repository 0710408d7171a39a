"""Commands on the record, in a home without any publication."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchestration.cli import app
from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.events import CorrectionRevoked, Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.log import EventLog

SHA256 = "ab" * 32
URL = "http://site.example/zwgk/czyjs/bmys/202403/P020240314620011377123.pdf"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    fetch = FetchFinished(url=URL, kind=PageKind.DOCUMENT, outcome=FetchOutcome.STORED, sha256=SHA256)
    with EventLog.open(home.event_log) as log:
        log.append([Event(payload=fetch, run_id="r", site_id="xinzhou")])
    return home


def mingzhang(home: Home, *arguments: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home.path)], env={"COLUMNS": "80"})
    assert result.exit_code == exit_code, result.output
    return result


def test_a_decision_is_recorded_told_and_taken_back(home: Home) -> None:
    mingzhang(home, "correct", "abab", "fiscal_year", "2023", "--reason", "封面", "--author", "李明")
    told = mingzhang(home, "history", URL).stdout
    assert "".join(told.split()).count(URL) == 1
    assert "corrected" in told
    with EventLog.open(home.event_log) as log:
        made = str(list(log.read())[-1].event_id)
        mingzhang(home, "correct", "--revoke", made[:8], "--reason", "看错")
        assert isinstance(list(log.read())[-1].payload, CorrectionRevoked)


def test_an_unknown_table_type_and_half_a_decision_are_refused(home: Home) -> None:
    wrong = ("correct", "abab", "table_type", "three_publik", "--table", "1", "--reason", "x")
    assert "not one of" in mingzhang(home, *wrong, exit_code=1).output
    assert "say which document" in mingzhang(home, "correct", "abab", "--reason", "x", exit_code=1).output


def test_what_is_not_there_is_said(home: Home, tmp_path: Path) -> None:
    assert "nothing in the record" in mingzhang(home, "history", "unknown", exit_code=1).output
    elsewhere = Home(tmp_path / "elsewhere")
    assert "no record here" in mingzhang(elsewhere, "publications", exit_code=1).output
    assert "number" in mingzhang(home, "publications").output
    assert "nothing" in mingzhang(home, "prune", "--keep", "2").output


def test_verify_says_how_much_it_compared(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with EventLog.open(home.event_log) as log:
        empty = mingzhang(home, "verify", exit_code=1).output
        sha256 = Archive(home.archive).put(b"%PDF-1.7")
        fetch = FetchFinished(url=URL, kind=PageKind.DOCUMENT, outcome=FetchOutcome.STORED, sha256=sha256)
        log.append([Event(payload=fetch, run_id="r", site_id="xinzhou")])
    assert "the record is empty, there is nothing to verify" in empty
    assert "The record is whole: 1 events, 1 files." in mingzhang(home, "verify").output
