"""Crawling sites into the record: a few worker processes, each with many sites in one loop.

Politeness is per site, so a crawl mostly waits, and what bounds the sites of a process is its processor time.
Why not a process per site: it costs two seconds to start and 80 MB to keep, and three hundred are wanted at
once. Why not one spider for all sites: limits, statistics and the end of a crawl are those of one site.
"""

from __future__ import annotations

import json
import logging
import math
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

from scrapers.recorder import DIED, FAILED
from scrapers.sites import Site
from warehouse.home import PROJECT_ROOT, Home
from warehouse.record.events import CrawlFinished, Event, FetchFinished
from warehouse.record.log import EventLog

log = logging.getLogger("scrapers")

_SITES_PER_WORKER = 200
"""At once: what memory allows, of which a site takes about 1 MB."""
_SITES_WORTH_A_WORKER = 8
"""A worker takes two seconds to start: few sites share one."""
_ATTEMPTS = 2
"""How often a site is crawled whose worker dies under it."""
_SECONDS_TO_STOP = 20
_LOOPBACK = "127.0.0.1,localhost"


@contextmanager
def crawling(
    home: Home, sites: Mapping[str, Site], run_id: str, workers: int | None = None
) -> Iterator[Iterator[tuple[str, CrawlFinished]]]:
    """Crawl sites side by side, each at its own pace, into one record.

    A site that fails never stops the others. Where a worker dies, the sites that it had in hand are crawled
    once more, going on from what they recorded. Log lines of a site go to the logger `scrapers.<site_id>`.
    Crawls begin with the context and go on while the caller works with what it got; leaving it stops them.

    Args:
        home: Whose record.
        sites: By site_id.
        run_id: Of all events.
        workers: Processes; by default as many as there are processors, fewer for few sites.

    Yields:
        What gives each site_id as its crawl ends, with that end as it is recorded.

    Raises:
        RecordUnavailableError: the log cannot be opened, or the end of a crawl cannot be recorded.
    """
    count = min(workers or _processors(), math.ceil(len(sites) / _SITES_WORTH_A_WORKER))
    slots = min(_SITES_PER_WORKER, math.ceil(len(sites) / max(1, count)))
    with EventLog.open(home.event_log) as event_log:
        pool = _Pool(home, run_id, _Waiting(list(sites.values())), slots)
        threads = [threading.Thread(target=pool.work, name="crawl", daemon=True) for _ in range(count)]
        try:
            for thread in threads:
                thread.start()
            yield _ends(pool, event_log, len(sites))
        finally:
            pool.stop()
            for thread in threads:
                thread.join()


def _ends(pool: _Pool, event_log: EventLog, count: int) -> Iterator[tuple[str, CrawlFinished]]:
    for _ in range(count):
        ended = pool.ends.get()
        if isinstance(ended, BaseException):
            raise ended
        site_id, why = ended
        recorded = _recorded_end(event_log, site_id, pool.run_id)
        yield site_id, recorded or _missing_end(event_log, site_id, pool.run_id, why)


def _processors() -> int:
    return len(os.sched_getaffinity(0))


class _Waiting:
    """Sites whose turn has not come. Of one host one site at a time is crawled: its delay is for all."""

    def __init__(self, sites: list[Site]) -> None:
        self._sites = sites
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def take(self) -> Site | None:
        """The next one whose host is free."""
        with self._lock:
            site = next((site for site in self._sites if _host(site) not in self._busy), None)
            if site:
                self._sites.remove(site)
                self._busy.add(_host(site))
            return site

    def release(self, site: Site, *, again: bool = False) -> None:
        """A site is no longer in hand; `again` lets it wait for another turn."""
        with self._lock:
            self._busy.discard(_host(site))
            if again:
                self._sites.append(site)


def _host(site: Site) -> str:
    return urlsplit(site.base_url).netloc


@dataclass(eq=False)
class _Worker:
    """A worker process, as its parent sees it."""

    process: subprocess.Popen[str]
    in_hand: dict[str, Site] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """The last error that was logged of a site."""

    def hand(self, site: Site) -> None:
        """Let a site be crawled."""
        self.in_hand[site.site_id] = site
        with suppress(BrokenPipeError):  # it has died, which its other end will tell
            _write_line(self.process.stdin, site.model_dump_json())

    def ended(self) -> Iterator[Site]:
        """Sites as their crawls end, until the process does; what it logs is logged."""
        for line in self.process.stdout or ():
            with suppress(ValueError):  # a line that the process could not write to its end
                message = json.loads(line)
                if "ended" in message:
                    yield self.in_hand.pop(message["ended"])
                else:
                    self._log(**message)

    def _log(self, level: int, site_id: str, message: str) -> None:
        name, who = (f"scrapers.{site_id}", site_id) if site_id else ("scrapers", "crawl")
        logging.getLogger(name).log(level, "%s: %s", who, message)
        if level >= logging.ERROR:
            self.errors[site_id] = message.splitlines()[-1]

    def stop(self) -> None:
        """Let the process end, as it does without standard input; kill it where it does not."""
        with suppress(BrokenPipeError):
            if self.process.stdin:
                self.process.stdin.close()
        _wait(self.process)


@dataclass
class _Pool:
    """What the threads share that each look after one worker at a time."""

    home: Home
    run_id: str
    waiting: _Waiting
    slots: int
    """Sites that a worker crawls at once."""
    ends: queue.SimpleQueue[tuple[str, str] | BaseException] = field(default_factory=queue.SimpleQueue)
    """Sites whose crawl is over, with the reason where it did not record one itself."""
    attempts: Counter[str] = field(default_factory=Counter)
    workers: list[_Worker] = field(default_factory=list)
    is_stopping: bool = False

    def work(self) -> None:
        """Let one worker after the other crawl, until no site is left: one that died is replaced."""
        try:
            while not self.is_stopping and (site := self.waiting.take()):
                self._attend(site)
        except BaseException as error:  # noqa: BLE001 - raised again where the ends are awaited
            self.ends.put(error)

    def _attend(self, first: Site) -> None:
        """Start a worker and keep it busy until it has nothing in hand, or dies."""
        with tempfile.TemporaryFile("w+") as words, _start(self.home, self.run_id, words) as process:
            worker = _Worker(process)
            self.workers.append(worker)
            worker.hand(first)
            self._fill(worker)
            for site in worker.ended():
                self.waiting.release(site)
                self.ends.put((site.site_id, f"{FAILED}: {worker.errors.pop(site.site_id, 'unknown')}"))
                self._fill(worker)
                if not worker.in_hand:
                    break
            worker.stop()
            self.workers.remove(worker)
            words.seek(0)
            last_words = [line.strip() for line in words if line.strip()][-1:]
        self._bury(worker, f"{DIED} with code {process.returncode}: {''.join(last_words)}")

    def _fill(self, worker: _Worker) -> None:
        while not self.is_stopping and len(worker.in_hand) < self.slots and (site := self.waiting.take()):
            worker.hand(site)

    def _bury(self, worker: _Worker, reason: str) -> None:
        """Sites that a worker had in hand as it died are crawled again, but not for ever."""
        if worker.in_hand and not self.is_stopping:
            log.warning("%s; it had %d sites in hand", reason, len(worker.in_hand))
        for site in worker.in_hand.values():
            self.attempts[site.site_id] += 1
            again = self.attempts[site.site_id] < _ATTEMPTS
            self.waiting.release(site, again=again)
            if not again:
                self.ends.put((site.site_id, reason))

    def stop(self) -> None:
        """Stop all crawls: each records that it was stopped, or is killed."""
        self.is_stopping = True
        for worker in list(self.workers):
            worker.process.terminate()
        for worker in list(self.workers):
            _wait(worker.process)


def _start(home: Home, run_id: str, words: IO[str]) -> subprocess.Popen[str]:
    """A worker; what it says on standard error is kept in `words`."""
    unproxied = filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), _LOOPBACK))
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "scrapers.worker", str(home.path), run_id],
        cwd=PROJECT_ROOT,
        env=os.environ | {"PYTHONUTF8": "1", "no_proxy": ",".join(unproxied)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=words,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def _write_line(pipe: IO[str] | None, line: str) -> None:
    if pipe:
        pipe.write(line + "\n")
        pipe.flush()


def _wait(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()


def _recorded_end(event_log: EventLog, site_id: str, run_id: str) -> CrawlFinished | None:
    events = event_log.read(types={CrawlFinished.type}, site_id=site_id, run_id=run_id)
    ends = [event.payload for event in events if isinstance(event.payload, CrawlFinished)]
    return ends[-1] if ends else None


def _missing_end(event_log: EventLog, site_id: str, run_id: str, reason: str) -> CrawlFinished:
    """Record the end of a crawl that could not do so itself, with what it had recorded until then."""
    outcomes: Counter[str] = Counter()
    for event in event_log.read(types={FetchFinished.type}, site_id=site_id, run_id=run_id):
        if isinstance(event.payload, FetchFinished):
            outcomes[event.payload.outcome] += 1
    finished = CrawlFinished(
        reason=reason,
        requests=outcomes.total(),
        outcomes=dict(outcomes),
        listing_entries=0,
        documents_linked=0,
        documents_stored=0,
    )
    event_log.append([Event(payload=finished, run_id=run_id, site_id=site_id)])
    return finished
