"""What a run prints at its end, also where it fails."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from rich.table import Table

from expectations.covered import Covered
from expectations.summary import summarise
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
