"""When sites are crawled: jitter, hours, missed moments, and what `mingzhang sites status` says of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from orchestration.sites_cli import app
from scrapers.schedule import cron_of, is_due, next_run
from scrapers.sites import Site, write_sites
from scrapers.status import site_statuses
from tests.scrapers.made_sites import made_site
from warehouse.home import Home
from warehouse.record.events import CRAWL_NOT_STARTED, CrawlFinished, CrawlStarted, Event
from warehouse.record.log import EventLog


def site(site_id: str = "xinzhou", schedule: str = "30 2 * * *", **values: object) -> Site:
    return made_site(site_id=site_id, schedule=schedule, **values)


def test_three_hundred_sites_of_one_schedule_begin_over_an_hour() -> None:
    crons = [cron_of(site(f"site-{number}")) for number in range(300)]
    assert crons == [cron_of(site(f"site-{number}")) for number in range(300)], "always the same"
    begins = Counter(crons)
    assert len(begins) > 50
    assert max(begins.values()) < 20
    minutes = [int(hour) * 60 + int(minute) for minute, hour, *_ in map(str.split, crons)]
    assert min(minutes) >= 150
    assert max(minutes) <= 210


@pytest.mark.parametrize("schedule", ["*/30 * * * *", "0,30 2 * * *", "* * * * *"])
def test_minutes_that_are_not_one_number_stay(schedule: str) -> None:
    assert cron_of(site(schedule=schedule)) == schedule


def test_without_jitter_the_cron_string_stays() -> None:
    assert cron_of(site(jitter_minutes=0)) == "30 2 * * *"


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.text("abc", min_size=1, max_size=5),
    st.integers(0, 2000),
    st.sampled_from(["20:00-07:00", "00:00-06:30", "22:00-23:59", None]),
)
def test_jitter_never_leaves_the_day_nor_the_hours(
    hour: int, minute: int, name: str, jitter: int, hours: str | None
) -> None:
    begins = site(name, f"{minute} {hour} * * 1", crawl_between=hours, jitter_minutes=jitter)
    later_minute, later_hour, *days = cron_of(begins).split()
    assert days == ["*", "*", "1"]
    begin, later = hour * 60 + minute, int(later_hour) * 60 + int(later_minute)
    assert begin <= later <= min(begin + jitter, 24 * 60 - 1)
    day = datetime(2026, 3, 2, tzinfo=UTC) - timedelta(hours=8)
    if begins.is_open(day + timedelta(minutes=begin)):
        assert begins.is_open(day + timedelta(minutes=later))


def test_an_hourly_schedule_stays_within_its_hour() -> None:
    minute, *rest = cron_of(site(schedule="50 * * * *")).split()
    assert 50 <= int(minute) <= 59
    assert rest == ["*"] * 4


def test_missed_moments_are_made_up_for_once_and_only_in_open_hours() -> None:
    nightly = site(jitter_minutes=0, crawl_between="20:00-07:00")
    night, noon = datetime(2026, 3, 9, 19, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)
    a_week_ago = night - timedelta(days=7)
    assert is_due(nightly, None, night)
    assert is_due(nightly, a_week_ago, night)
    assert not is_due(nightly, a_week_ago, noon), "it is noon there, and the site may be asked at night"
    assert not is_due(nightly, night, night + timedelta(minutes=1)), "once, however many were missed"
    assert is_due(nightly, night, next_run(nightly, night))


def ended(reason: str) -> CrawlFinished:
    return CrawlFinished(
        reason=reason, requests=9, outcomes={}, listing_entries=5, documents_linked=5, documents_stored=0
    )


def test_a_crawl_that_was_not_started_is_no_failure_and_the_site_stays_due(tmp_path: Path) -> None:
    begun = CrawlStarted(site_name="忻州市人民政府", region_code="140900", platform="trs_wcm", start_urls=())
    first, second = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    not_started = f"{CRAWL_NOT_STARTED}: outside of crawl_between 20:00-07:00"
    home, configured = Home(tmp_path), {"xinzhou": site(jitter_minutes=0)}
    with EventLog.open(home.event_log) as log:
        for at, reason in ((first, "finished"), (second, not_started)):
            events = [begun, ended(reason)]
            log.append([Event(payload=p, run_id=f"{at}", site_id="xinzhou", occurred_at=at) for p in events])
        (status,) = site_statuses(home, configured, second)
        assert (status.failures_in_a_row, status.crawls, status.last_reason) == (0, 1, not_started)
        assert (status.last_started_at, status.last_success_at) == (first, first)
        assert status.is_due
        log.append([Event(payload=begun, run_id="killed", site_id="xinzhou", occurred_at=second)])
        (status,) = site_statuses(home, configured, second)
        assert (status.last_started_at, status.is_due) == (second, False), "killed, and yet it was asked"
    write_sites(configured, home.path / "sites")
    told = CliRunner().invoke(app, ["status", "--home", str(tmp_path)], env={"COLUMNS": "250"})
    assert told.exit_code == 0
    assert "xinzhou" in told.output
    assert "zhumadian" not in told.output, "the sites of the home, not the bundled ones"
