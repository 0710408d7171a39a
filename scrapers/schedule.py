"""When a site is crawled: the cron string of its file, made later by minutes that are the site's own."""

from __future__ import annotations

import hashlib
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scrapers.sites import Site

_LAST_MINUTE = 59
_LAST_MINUTE_OF_DAY = 24 * 60 - 1


class ScheduleError(ValueError):
    """A schedule that no clock can follow; the message names the field."""


def cron_of(site: Site) -> str:
    """The cron string by which a site is crawled.

    Sites with one schedule must not all begin at once. So each begins up to `jitter_minutes` later, always by
    the same minutes, which its name gives; never past midnight, which would be another day, nor past the end
    of `crawl_between`. Where the minute is not one number (`*/30 * * * *`) there is nothing to make later.
    """
    minute, hour, *days = site.schedule.split()
    if not minute.isdigit():
        return site.schedule
    if not hour.isdigit():
        later = int(minute) + _jitter(site, _LAST_MINUTE - int(minute))
        return " ".join((str(later), hour, *days))
    begin = int(hour) * 60 + int(minute)
    later = begin + _jitter(site, min(_LAST_MINUTE_OF_DAY, _last_open_minute(site, begin)) - begin)
    return " ".join((str(later % 60), str(later // 60), *days))


def next_run(site: Site, after: datetime) -> datetime:
    """The first moment after another at which the site is to be crawled, in the site's time zone.

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
        run for run in cron_string_iterator(after.timestamp(), cron_of(site), site.timezone) if run > after
    )


def is_due(site: Site, last_started_at: datetime | None, now: datetime) -> bool:
    """Whether a site should be crawled now: its moment has come since the last crawl, and its hours are open.

    However many moments were missed, one crawl makes up for them; a site that was never crawled is due.
    """
    return site.is_open(now) and (last_started_at is None or next_run(site, last_started_at) <= now)


def _jitter(site: Site, room: int) -> int:
    """Minutes from 0 to `jitter_minutes`, or to `room` where that is less; always the same for a site."""
    digest = hashlib.sha256(site.site_id.encode()).digest()
    return int.from_bytes(digest[:8]) % (max(0, min(site.jitter_minutes, room)) + 1)


def _last_open_minute(site: Site, begin: int) -> int:
    """The last minute (of the day, or after its midnight) in which a crawl may begin that begins now."""
    if not site.crawl_between:
        return _LAST_MINUTE_OF_DAY
    end = time.fromisoformat(site.crawl_between.split("-")[1])
    last = end.hour * 60 + end.minute - 1
    return last if begin <= last else last + _LAST_MINUTE_OF_DAY + 1
