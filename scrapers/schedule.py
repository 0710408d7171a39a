"""When a site's next crawl is due."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scrapers.sites import Site


class ScheduleError(ValueError):
    """A schedule that no clock can follow; the message names the field."""


def next_run(site: Site, now: datetime) -> datetime:
    """The first moment after `now` that the site's cron string names, in the site's time zone.

    Raises:
        ScheduleError: the cron string or the time zone is wrong.
    """
    # Importing Dagster takes a second; its cron rules are those that the schedules will follow.
    from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string  # noqa: PLC0415

    if not is_valid_cron_string(site.schedule):
        raise ScheduleError(f"schedule: {site.schedule!r} is not a cron string")
    try:
        ZoneInfo(site.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"timezone: there is no {site.timezone!r}") from error
    return next(
        run for run in cron_string_iterator(now.timestamp(), site.schedule, site.timezone) if run > now
    )
