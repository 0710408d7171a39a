"""`python -m bench.crawl [SITES] [DOCUMENTS] [DELAY] [DAYS]`: many sites at once, with politeness on.

A replica of SITES sites, each with DOCUMENTS articles of one file, is crawled into one record. Politeness
allows one request per site and DELAY seconds, so a day lasts at least DELAY × the requests of the site with
the most. The first day fetches everything, the second has no news and walks listings only as far as they are
new, the third walks them to their end. At last the workers of a first crawl are killed half-way. The workers
need some 4 ms of a processor for a request; where others use the processors too, they wait for them, and the
time that they waited is printed.

By default some 4 minutes; `make bench CRAWL="300 200 2 2"` takes a quarter of an hour for the crawls.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scrapers.crawl import crawling
from scrapers.replica import Replica
from scrapers.replica.many import requests_of, serve_many
from warehouse.home import Home

_SITES_RESUMED = 40
_SAMPLED_AT = (0.1, 0.5, 0.99)
_DAYS = ("first day", "second day, as far as new", "third day, to the end")


def main(sites: int = 100, documents: int = 30, delay: float = 1.0, days: int = 3) -> None:
    """Crawl up to three days, and after the third a killed one; print rates, memory and what each cost."""
    expected = sites * requests_of(documents)
    with serve_many(sites, documents, delay) as replica, tempfile.TemporaryDirectory() as folder:
        for day in _DAYS[:days]:
            home = Home(Path(folder) / "days")
            _say(f"{day}: {_crawl(replica, home, day, delay, _Watch(replica, expected))}")
        if days < len(_DAYS):
            return
        replica.sites = dict(list(replica.sites.items())[:_SITES_RESUMED])
        watch = _Watch(replica, expected * len(replica.sites) // sites, at_half=_kill)
        _say(f"killed half-way: {_crawl(replica, Home(Path(folder) / 'killed'), 'killed', delay, watch)}")
        asked = Counter((seen.site_id, seen.path) for seen in replica.requests if seen.status == 200)
        again = sum(times > 1 and "/20" in path for (_, path), times in asked.items())
        _say(f"  {again} articles and documents were fetched twice: what was under way, one of a site")


def _crawl(replica: Replica, home: Home, run_id: str, delay: float, watch: _Watch) -> str:
    """Crawl all sites once; what it cost, in words."""
    replica.requests.clear()
    before, begin = _processor_seconds(), time.monotonic()
    with watch.watching(), crawling(home, replica.sites, run_id) as crawls:
        ends = dict(crawls)
    seconds = time.monotonic() - begin
    ours, workers = (after - so_far for after, so_far in zip(_processor_seconds(), before, strict=True))
    bad = {site_id: end.reason for site_id, end in ends.items() if end.reason != "finished"}
    if bad:
        sys.exit(f"{len(bad)} not finished: {dict(list(bad.items())[:5])}")
    count = len(replica.requests)
    allowed = max(Counter(seen.site_id for seen in replica.requests).values()) * delay
    answers = dict(sorted(Counter(seen.status for seen in replica.requests).items()))
    unconditional = Counter(seen.path for seen in replica.requests if seen.status == 200)
    stored = sum(end.documents_stored for end in ends.values())
    return (
        f"{len(ends)} sites, {count} requests in {seconds:.1f} s = {count / seconds:.0f}/s; "
        f"politeness allows {len(ends) / delay:.0f}/s, {allowed:.1f} s: {allowed / seconds:.1%}\n"
        f"  answers {answers}, {stored} documents stored"
        + (f", 200 only for {set(unconditional)}" if len(unconditional) == 1 else "")
        + f"\n  memory of workers at {'/'.join(f'{part:.0%}' for part in watch.samples)}: "
        f"{' / '.join('+'.join(f'{mb:.0f}' for mb in rss) for rss in watch.samples.values())} MB; "
        f"processor: workers {workers:.0f} s = {1000 * workers / count:.1f} ms a request, "
        f"replica {ours:.0f} s; workers waited {sum(watch.waited.values()):.0f} s for a processor"
    )


@dataclass
class _Watch:
    """Measures the workers' memory while a crawl goes on."""

    replica: Replica
    expected: int
    """Requests of the whole crawl."""
    at_half: Callable[[], None] | None = None
    samples: dict[float, list[float]] = field(default_factory=dict)
    """Part of the way → resident MB of each worker."""
    waited: dict[int, float] = field(default_factory=dict)
    """Worker → seconds for which it could have run, but others did."""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look twice a second."""
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(done,), daemon=True)
        thread.start()
        yield
        done.set()
        thread.join()

    def _watch(self, done: threading.Event) -> None:
        for part in _SAMPLED_AT:
            while len(self.replica.requests) < part * self.expected:
                for pid in _workers():
                    self.waited[pid] = max(_waited_seconds(pid), self.waited.get(pid, 0))
                if done.wait(0.5):
                    return
            self.samples[part] = [_resident_mb(pid) for pid in _workers()]
            if self.at_half and part == 0.5:
                self.at_half()


def _kill() -> None:
    for pid in _workers():
        os.kill(pid, signal.SIGKILL)


def _workers() -> list[int]:
    """Our child processes."""
    return [int(pid) for task in Path("/proc/self/task").iterdir() for pid in _children(task)]


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _waited_seconds(pid: int) -> float:
    with suppress(FileNotFoundError, ProcessLookupError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    return 0.0


def _processor_seconds() -> tuple[float, float]:
    """Of this process, which is the replica, and of workers that have ended."""
    return tuple(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )  # type: ignore[return-value] # two of them


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*(kind(given) for kind, given in zip((int, int, float, int), sys.argv[1:], strict=False)))
