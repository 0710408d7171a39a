"""When things run: a schedule per site from its YAML, and a sensor that reads what was newly recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from dagster import (
    DagsterInstance,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES

from scrapers.schedule import cron_of
from scrapers.sites import Site
from warehouse.home import Home
from warehouse.publication import news_since_publication
from warehouse.record.log import EventLog

COLLECTION_WAITED_FOR = timedelta(hours=1)
"""After which a site that is still being collected holds up no publication."""


def site_schedules(
    collect: UnresolvedAssetJobDefinition, sites: Mapping[str, Site]
) -> list[ScheduleDefinition]:
    """One schedule per site, off until an operator switches it on.

    Of the moments that were missed while the daemon was down, Dagster makes up for the last one only.
    """
    return [
        ScheduleDefinition(
            name=f"collect_{site_id.replace('-', '_')}",
            job=collect,
            cron_schedule=cron_of(site),
            execution_timezone=site.timezone,
            execution_fn=partial(_requested, site),
            description=f"{site.name}: {site.base_url}",
        )
        for site_id, site in sorted(sites.items())
    ]


def _requested(site: Site, _context: ScheduleEvaluationContext) -> RunRequest | SkipReason:
    """A crawl of the site, unless its hours are closed by now: a missed moment is made up for at any hour."""
    if not site.is_open(datetime.now(UTC)):
        return SkipReason(f"{site.site_id} may be asked only at {site.crawl_between} ({site.timezone})")
    return RunRequest(partition_key=site.site_id)


def news_sensor(
    home: Home, collect: UnresolvedAssetJobDefinition, publish: UnresolvedAssetJobDefinition
) -> SensorDefinition:
    """Ask for a publication when the record holds something that the current one does not show.

    Sites that are being collected are waited for, but not for ever: what they saw is news before it is read.
    """

    @sensor(
        name="news",
        job=publish,
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.RUNNING,
        description="Publishes when the record holds something that the current publication does not show.",
    )
    def news(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        if collecting := _young_runs(context.instance, collect.name):
            yield SkipReason(f"{collecting} sites are being collected")
            return
        with EventLog.open(home.event_log) as events:
            found = news_since_publication(events, nothing_until=int(context.cursor or 0))
        if found:
            yield RunRequest(run_key=f"position-{found.log_position}")
        else:
            context.update_cursor(str(found.log_position))
            yield SkipReason("nothing new since the last publication")

    return news


def _young_runs(instance: DagsterInstance, job: str) -> int:
    """Runs of a job that go on, or wait for their turn, and did not begin long ago."""
    since = datetime.now(UTC) - COLLECTION_WAITED_FOR
    return instance.get_runs_count(
        RunsFilter(job_name=job, statuses=IN_PROGRESS_RUN_STATUSES, created_after=since)
    )
