"""What a run prints at its end, also where it fails."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import OperationalError

from expectations.covered import Covered
from expectations.summary import summarise
from orchestration import cli
from orchestration.console import print_run
from orchestration.options import print_table
from orchestration.runner import RunOutcome
from warehouse.home import Home
from warehouse.record.events import CrawlFinished, CrawlStarted, Event
from warehouse.record.log import EventLog


def printed(home: Home, reasons: dict[str, str]) -> str:
    """What is printed after crawls of some sites that ended so, without a request."""
    with EventLog.open(home.event_log) as log:
        for name, reason in reasons.items():
            begun = CrawlStarted(site_name=name, region_code="140900", platform="trs_wcm", start_urls=())
            ended = CrawlFinished(
                reason=reason,
                requests=0,
                outcomes={},
                listing_entries=0,
                documents_linked=0,
                documents_stored=0,
            )
            log.append([Event(payload=payload, run_id="run", site_id=name) for payload in (begun, ended)])
        summary = summarise("run", Covered(list(log.read())))
    screen = io.StringIO()
    outcome = RunOutcome(summary, seconds=1, failed_sites=(), publication_failed=False)
    print_run(home, outcome, Console(file=screen, width=200))
    return screen.getvalue()


def test_sites_outside_of_their_hours_are_said_to_be(tmp_path: Path) -> None:
    closed = "not started: outside of crawl_between 20:00-07:00"
    some = printed(Home(tmp_path / "some"), {"忻州": closed, "驻马店": "finished"})
    assert f"忻州: {closed}" in some
    assert "Nothing new." in some
    every = printed(Home(tmp_path / "every"), {"忻州": closed})
    assert "Every site was outside of its hours" in every
    assert "Nothing new." not in every


def test_a_table_is_never_cut_where_it_is_not_on_a_terminal() -> None:
    table = Table("item", "yuan")
    table.add_row("商贸流通服务行业综合管理及市场运行监测" * 8, "18,808,600.00")
    file = io.StringIO()
    print_table(table, file)
    assert "18,808,600.00" in file.getvalue()
    assert "…" not in file.getvalue()


def test_an_interruption_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_home: Path | None) -> Home:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "require_record", interrupt)
    monkeypatch.setattr("sys.argv", ["mingzhang", "verify"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 130
    assert capsys.readouterr().err.startswith("Interrupted. What was recorded is kept")


def of_dagster(message: str) -> OperationalError:
    """As SQLAlchemy raises it."""
    error = OperationalError("INSERT", {}, Exception())
    error.__cause__ = sqlite3.OperationalError(message)
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (of_dagster("disk I/O error"), "disk I/O error (is the disk full"),
    ],
    ids=["ours", "Dagster's storage"],
)
def test_a_full_disk_is_one_line(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit):
        cli.main()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "app", lambda: {}["absent"])
    with pytest.raises(KeyError):
        cli.main()
