"""One process that crawls many sites at once, in one loop: `python -m scrapers.worker HOME RUN_ID`.

Each line of standard input is a site as JSON, whose crawl begins at once. Each line of standard output is a
message as JSON: a line of log (`level`, `site_id`, `message`), or the site whose crawl is over (`ended`).
A crawl that fails stops no other. The process stops all of them on SIGTERM, and when standard input ends, so
that it never outlives its parent.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import logging
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from scrapers.journal import Journal
from scrapers.recorder import Recorder
from scrapers.settings import settings_for
from scrapers.sites import Site
from scrapers.spider import GovernmentSpider
from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.log import EventLog

_SECONDS_STUCK = 600
"""After so long in one step of one crawl, which holds up all others, the process ends, saying where."""
_SECONDS_BETWEEN_SIGNS_OF_LIFE = 30
_SECONDS_TO_STOP = 15
"""Less than the parent waits for."""

log = logging.getLogger("scrapers.worker")
_speaking = threading.Lock()


def main() -> None:
    """Crawl what is ordered until there is nothing more to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which then stops this
    home, run_id = Home(Path(sys.argv[1])), sys.argv[2]
    with EventLog.open(home.event_log) as event_log, Journal(event_log, Archive(home.archive)) as journal:
        worker = _Worker(journal, run_id)
        _set_up_logging()  # over what Scrapy has set up
        worker.run()


class _Worker:
    """The crawls of this process."""

    def __init__(self, journal: Journal, run_id: str) -> None:
        self._journal = journal
        self._run_id = run_id
        self._process = AsyncCrawlerProcess({"LOG_INSTALL_ROOT_HANDLER": False, "LOG_VERSIONS": []})
        self._crawls: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def run(self) -> None:
        """Until `stop`."""
        loop = asyncio.get_event_loop()
        loop.call_soon(self._show_life, loop)
        loop.add_signal_handler(signal.SIGTERM, self._begin_to_stop)
        threading.Thread(target=self._listen, args=(loop,), daemon=True).start()
        self._process.start(stop_after_crawl=False, install_signal_handlers=False)

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        for order in sys.stdin:
            loop.call_soon_threadsafe(self._begin, order)
        loop.call_soon_threadsafe(self._begin_to_stop)

    def _begin(self, order: str) -> None:
        crawl = asyncio.ensure_future(self._crawl(order))
        self._crawls.add(crawl)
        crawl.add_done_callback(self._crawls.discard)

    async def _crawl(self, order: str) -> None:
        site_id = json.loads(order)["site_id"]
        try:
            site = Site.model_validate_json(order)
            # A site's history may be long: the other crawls go on while it is read.
            recorder = await asyncio.to_thread(Recorder, self._journal, site_id, self._run_id)
            if not self._is_stopping:
                crawler = Crawler(GovernmentSpider, settings_for(site))
                await self._process.crawl(crawler, site=site, recorder=recorder)
        except Exception:  # one site's fault is not that of the others
            log.exception("could not be crawled", extra={"site_id": site_id})
        finally:
            _say({"ended": site_id})

    def _begin_to_stop(self) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            self._stopping = asyncio.ensure_future(self._stop())

    async def _stop(self) -> None:
        """Stop crawls that run, and those that were about to begin as soon as they do.

        One that waits for its server for too long is left as a kill would leave it.
        """
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

        stopping: dict[Crawler, asyncio.Future[None]] = {}
        deadline = time.monotonic() + _SECONDS_TO_STOP
        while (crawls := set(self._crawls)) and time.monotonic() < deadline:
            for crawler in filter(_is_running, self._process.crawlers - stopping.keys()):
                stopping[crawler] = asyncio.ensure_future(crawler.stop_async())
            await asyncio.wait(crawls, timeout=0.1)
        cast("Any", reactor).stop()

    def _show_life(self, loop: asyncio.AbstractEventLoop) -> None:
        faulthandler.dump_traceback_later(_SECONDS_STUCK, exit=True)
        loop.call_later(_SECONDS_BETWEEN_SIGNS_OF_LIFE, self._show_life, loop)


def _is_running(crawler: Crawler) -> bool:
    """Whether a crawl can be stopped: Scrapy never ends one that is stopped while it opens."""
    try:
        return crawler.engine.running
    except RuntimeError:  # it has no engine yet
        return False


class _ToParent(logging.Handler):
    """Log lines as messages, with the site that they are about."""

    def emit(self, record: logging.LogRecord) -> None:
        site = getattr(getattr(record, "spider", None), "site", None)
        site_id = site.site_id if site else getattr(record, "site_id", "")
        _say({"level": record.levelno, "site_id": site_id, "message": self.format(record)})


def _set_up_logging() -> None:
    logging.basicConfig(level=logging.INFO, handlers=[_ToParent()], format="%(message)s", force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("scrapy").setLevel(logging.WARNING)  # it tells of each request and each setting
    for told_by_the_spider in ("retry", "robotstxt"):  # how a request ended, and without a traceback
        logging.getLogger(f"scrapy.downloadermiddlewares.{told_by_the_spider}").setLevel(logging.CRITICAL)


def _say(message: dict[str, str | int]) -> None:
    with _speaking, suppress(BrokenPipeError):  # without a parent there is nobody to tell
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
