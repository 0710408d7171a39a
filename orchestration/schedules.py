"""When things run: a schedule per site from its YAML, and a sensor that reads what was newly recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dagster import (
    DefaultSensorStatus,
    RunRequest,
    ScheduleDefinition,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from scrapers.sites import Site
from warehouse.home import Home
from warehouse.publication import news_since_publication
from warehouse.record.log import EventLog


def site_schedules(
    collect: UnresolvedAssetJobDefinition, sites: Mapping[str, Site]
) -> list[ScheduleDefinition]:
    """One schedule per site that has a cron string, off until an operator switches it on."""
    return [
        ScheduleDefinition(
            name=f"collect_{site_id.replace('-', '_')}",
            job=collect,
            cron_schedule=site.schedule,
            execution_timezone=site.timezone,
            execution_fn=lambda _context, key=site_id: RunRequest(partition_key=key),
            description=f"{site.name}: {site.base_url}",
        )
        for site_id, site in sorted(sites.items())
        if site.schedule
    ]


def news_sensor(home: Home, publish: UnresolvedAssetJobDefinition) -> SensorDefinition:
    """Ask for a publication when the record holds something that the current one does not show."""

    @sensor(
        name="news",
        job=publish,
        minimum_interval_seconds=60,
        default_status=DefaultSensorStatus.RUNNING,
        description="Publishes when the record holds something that the current publication does not show.",
    )
    def news(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        with EventLog.open(home.event_log) as events:
            found = news_since_publication(events, nothing_until=int(context.cursor or 0))
        if found:
            yield RunRequest(run_key=f"position-{found.log_position}")
        else:
            context.update_cursor(str(found.log_position))
            yield SkipReason("nothing new since the last publication")

    return news
