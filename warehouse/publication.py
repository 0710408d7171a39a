"""Publications: numbered, whole, never changed; analysts always see one that is complete.

The folder is made aside and renamed, then `publication.made` is appended, then two symbolic links are
swapped: `publications/current`, and `warehouse.duckdb` at the top. A folder without its event was never
visible and is removed; an event whose links were not swapped is finished by `recover`. Readers that have the
old file open keep it: nothing is written in place.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from warehouse.files import exclusive, replace_link, sync, sync_tree
from warehouse.home import Home
from warehouse.news import NEWSWORTHY, News, fold
from warehouse.published_file import write_published
from warehouse.record.events import Event, PublicationMade
from warehouse.record.log import EventLog

_WAREHOUSE = "warehouse.duckdb"
_NUMBERED = re.compile(r"\d{6,}")
_ASIDE = ".made-aside"


def publish(  # noqa: PLR0913 # what a publication is made of, by name
    home: Home,
    log: EventLog,
    built: Path,
    *,
    run_id: str,
    loads: Iterable[str],
    log_position: int,
    extras: Mapping[str, Path],
) -> PublicationMade:
    """Make the next publication from a built warehouse file, and let analysts see it.

    Args:
        home: The installation.
        log: Its log.
        built: The DuckDB file that dbt built; it is copied, and only its core and marts are published.
        run_id: The run that publishes.
        loads: The accepted loads that the file was built from, all of them: others count as news.
        log_position: The last event that the file takes into account.
        extras: More files of the publication by their names in it, such as `report.html`.

    Raises:
        ValueError: the file has no table in core or marts.
    """
    with exclusive(_lock(home)):
        _recover(home, log)
        last = last_publication(log)
        number = last.publication_id + 1 if last else 1
        aside = home.publications / _ASIDE
        aside.mkdir(parents=True)
        write_published(built, aside / _WAREHOUSE, parquet=aside / "parquet")
        for name, path in extras.items():
            shutil.copy(path, aside / name)
        made = PublicationMade(
            publication_id=number,
            loads=tuple(loads),
            log_position=log_position,
            warehouse_sha256=_sha256_of(aside / _WAREHOUSE),
        )
        sync_tree(aside)
        aside.rename(folder_of(home, number))
        sync(home.publications)
        log.append([Event(payload=made, run_id=run_id)])
        _announce(home, number)
    return made


def recover(home: Home, log: EventLog) -> None:
    """Finish or undo what a publication that was killed left; waits for one that is being made."""
    with exclusive(_lock(home)):
        _recover(home, log)


def current(home: Home) -> Path | None:
    """The folder of the publication that analysts see; None before the first."""
    link = home.publications / "current"
    return link.resolve() if link.exists() else None


def folder_of(home: Home, number: int) -> Path:
    """The folder of a publication."""
    return home.publications / f"{number:06}"


def last_publication(log: EventLog) -> PublicationMade | None:
    """The publication that was made last."""
    last = None
    for event in log.read(types=(PublicationMade.type,)):
        if isinstance(event.payload, PublicationMade):
            last = event.payload
    return last


def news_since_publication(log: EventLog) -> News:
    """What a new publication would show that the last one does not."""
    last = last_publication(log)
    published_until, published_loads = (last.log_position, last.loads) if last else (0, ())
    if next(log.read_stored(after=published_until, types=NEWSWORTHY), None) is None:
        return News(log_position=log.last_position())
    return fold(log.read(types=NEWSWORTHY), published_until=published_until, published_loads=published_loads)


def _recover(home: Home, log: EventLog) -> None:
    """Remove folders that were never announced, and announce the last publication whose folder is there."""
    if not home.publications.exists():
        return
    shutil.rmtree(home.publications / _ASIDE, ignore_errors=True)
    made = [
        e.payload for e in log.read(types=(PublicationMade.type,)) if isinstance(e.payload, PublicationMade)
    ]
    announced = {folder_of(home, payload.publication_id).name for payload in made}
    for folder in home.publications.iterdir():
        if _NUMBERED.fullmatch(folder.name) and folder.name not in announced:
            shutil.rmtree(folder)
    there = [p.publication_id for p in made if folder_of(home, p.publication_id).exists()]
    if there:
        _announce(home, max(there))


def _announce(home: Home, number: int) -> None:
    """Let both links lead to a publication."""
    for link, target in (
        (home.publications / "current", Path(folder_of(home, number).name)),
        (home.warehouse, Path(home.publications.name) / "current" / _WAREHOUSE),
    ):
        if not link.is_symlink() or link.readlink() != target:
            replace_link(link, target)


def _lock(home: Home) -> Path:
    return home.publications / ".lock"


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
