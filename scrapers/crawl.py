"""Crawling one site into the record.

Scrapy's reactor cannot start twice in a process, so every crawl is a child: `python -m scrapers.crawl` reads
its order from standard input and ends when that is closed, so that it never outlives its parent.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from scrapers.sites import Site
from warehouse.home import PROJECT_ROOT, Home
from warehouse.record.archive import Archive
from warehouse.record.events import CrawlFinished, Event, FetchFinished
from warehouse.record.log import EventLog

_LEVELS = logging.getLevelNamesMapping()
_SECONDS_TO_STOP = 20


class _Order(BaseModel):
    """What the parent tells its child: one line of JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    run_id: str
    site: Site


def crawl_in_child(home: Home, site: Site, run_id: str) -> CrawlFinished:
    """Crawl a site in a child process; its log lines go to the logger `scrapers.<site_id>`.

    Returns:
        How the crawl ended, as recorded. Where the child died before it could say, this records it.
    """
    order = _Order(home=home.path, run_id=run_id, site=site).model_dump_json()
    logger = logging.getLogger(f"scrapers.{site.site_id}")
    last_line = ""
    with subprocess.Popen(
        [sys.executable, "-m", "scrapers.crawl"],
        cwd=PROJECT_ROOT,
        env=_environment(site),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as child:
        assert child.stdin is not None  # noqa: S101 - for the type checker: both are pipes
        assert child.stderr is not None  # noqa: S101
        try:
            child.stdin.write(order + "\n")
            child.stdin.flush()
            for line in child.stderr:
                last_line = line.rstrip()
                level, _, message = last_line.partition(" ")
                logger.log(_LEVELS.get(level, logging.INFO), "%s", message if level in _LEVELS else last_line)
        finally:
            child.stdin.close()
            _wait(child)
    with EventLog.open(home.event_log) as log:
        finished = _recorded_end(log, site.site_id, run_id)
        if finished is None:
            finished = _missing_end(log, site.site_id, run_id, child.returncode, last_line)
    return finished


def crawl_sites(
    home: Home, sites: Mapping[str, Site], run_id: str, workers: int = 8
) -> dict[str, CrawlFinished]:
    """Crawl sites side by side, each in a child of its own and at its own pace, into one record.

    Politeness is per site, so a crawl mostly waits: what limits `workers` is memory (some 80 MB each).
    A site that fails never stops the others.
    """
    with ThreadPoolExecutor(workers) as pool:
        ends = pool.map(lambda site: crawl_in_child(home, site, run_id), sites.values())
        return dict(zip(sites, ends, strict=True))


def _environment(site: Site) -> dict[str, str]:
    """Ours, with UTF-8 whatever the locale, and without a proxy where the site is on this machine."""
    host = urlsplit(site.base_url).hostname or ""
    bypass = {"no_proxy": host} if host in {"127.0.0.1", "localhost"} else {}
    return os.environ | {"PYTHONUTF8": "1"} | bypass


def _wait(child: subprocess.Popen[str]) -> None:
    """The child stops when its standard input closes; one that does not is killed."""
    try:
        child.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        child.kill()


def _recorded_end(log: EventLog, site_id: str, run_id: str) -> CrawlFinished | None:
    events = log.read(types={CrawlFinished.type}, site_id=site_id, run_id=run_id)
    ends = [event.payload for event in events if isinstance(event.payload, CrawlFinished)]
    return ends[-1] if ends else None


def _missing_end(
    log: EventLog, site_id: str, run_id: str, exit_code: int | None, last_line: str
) -> CrawlFinished:
    """Record the end of a crawl whose process died, with what it had recorded until then."""
    outcomes: dict[str, int] = {}
    for event in log.read(types={FetchFinished.type}, site_id=site_id, run_id=run_id):
        if isinstance(event.payload, FetchFinished):
            outcomes[event.payload.outcome] = outcomes.get(event.payload.outcome, 0) + 1
    finished = CrawlFinished(
        reason=f"the crawl's process ended with code {exit_code}: {last_line}",
        requests=sum(outcomes.values()),
        outcomes=outcomes,
        listing_entries=0,
        documents_linked=0,
        documents_stored=0,
    )
    log.append([Event(payload=finished, run_id=run_id, site_id=site_id)])
    return finished


def main() -> None:
    """The child: crawl the site of the order on standard input."""
    order = _Order.model_validate_json(sys.stdin.readline())
    # Scrapy takes a second to import: only the child pays for it.
    from scrapy.crawler import CrawlerProcess  # noqa: PLC0415

    from scrapers.recorder import Recorder  # noqa: PLC0415
    from scrapers.settings import settings_for  # noqa: PLC0415
    from scrapers.spider import GovernmentSpider  # noqa: PLC0415

    home = Home(order.home)
    with EventLog.open(home.event_log) as log:
        recorder = Recorder(log, Archive(home.archive), order.site.site_id, order.run_id)
        process = CrawlerProcess(settings_for(order.site))
        process.crawl(GovernmentSpider, site=order.site, recorder=recorder)
        threading.Thread(target=_stop_with_parent, daemon=True).start()
        process.start()


def _stop_with_parent() -> None:
    """Wait for the end of standard input, then ask Scrapy to stop as Ctrl-C does."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
