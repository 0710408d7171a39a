"""Asking again: after as long as the site asks for, else after longer and longer waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from scrapy.core.downloader import Slot
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Request, Response

_ASKS_TO_WAIT = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds of a Retry-After header, which says them or a date; None where it says neither."""
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


def wait_asked_for(response: Response) -> float | None:
    """How long the site asks to be left alone, in seconds; None where it does not."""
    if response.status not in _ASKS_TO_WAIT:
        return None
    header = (response.headers.get("Retry-After") or b"").decode("latin-1")
    return retry_after(header, datetime.now(UTC))


class PatientRetryMiddleware(RetryMiddleware):
    """Waits before a retry. One request is under way at a time, so the whole crawl waits with it."""

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """A retry, or the response where there is none left or the site asks for more patience than ours."""
        site = self.crawler.spider.site  # type: ignore[union-attr] # GovernmentSpider
        asked = wait_asked_for(response)
        if asked is not None and asked > site.maximum_wait_seconds:
            return response
        again = super().process_response(request, response)
        if isinstance(again, Request):
            backoff = site.delay_seconds * 2 ** again.meta["retry_times"]
            await asyncio.sleep(asked if asked is not None else min(backoff, site.maximum_wait_seconds))
        return again


class RecoveringThrottle(AutoThrottle):
    """Grows faster again with answers 304 too: on days without news a site gives hardly any others."""

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        if response.status == HTTPStatus.NOT_MODIFIED:
            response = response.replace(status=int(HTTPStatus.OK))
        super()._adjust_delay(slot, latency, response)
