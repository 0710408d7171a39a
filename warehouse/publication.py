"""Publications: numbered, whole, never changed; analysts always see one that is complete.

The folder is made aside and renamed, then `publication.made` is appended, then two symbolic links are
swapped: `publications/current`, and `warehouse.duckdb` at the top. A folder without its event was never
visible and is removed; an event whose links were not swapped is finished by `recover`. Readers that have the
old file open keep it: nothing is written in place.

The number of a publication belongs to the last event that it takes into account: made again up to the same
event (by `mingzhang rebuild`), it is the same publication, and takes the place of its folder.
"""

from __future__ import annotations

import getpass
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from warehouse.files import exclusive, hash_of, hashes_of, replace_link, sync, sync_tree
from warehouse.home import Home
from warehouse.loads import accepted_loads
from warehouse.news import NEWSWORTHY, News, fold
from warehouse.published_file import write_published
from warehouse.record.events import Event, PublicationCited, PublicationMade, PublicationsPruned
from warehouse.record.log import EventLog
from warehouse.record.verify import Problem

_WAREHOUSE = "warehouse.duckdb"
_NUMBERED = re.compile(r"\d{6,}")
_ASIDE = ".made-aside"
_REPLACED = ".replaced-"
_REMOVED = ".removed-"


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
    """Make a publication from a built warehouse file, and let analysts see it.

    It is the next one, or the last one again where it takes the same events into account.

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
        number = number_of(last_publication(log), log_position)
        aside = home.publications / _ASIDE
        aside.mkdir(parents=True)
        write_published(built, aside / _WAREHOUSE, parquet=aside / "parquet")
        for name, path in extras.items():
            shutil.copy(path, aside / name)
        made = PublicationMade(
            publication_id=number,
            loads=tuple(loads),
            log_position=log_position,
            warehouse_sha256=hash_of(aside / _WAREHOUSE),
            files=hashes_of(aside),
        )
        sync_tree(aside)
        replaced = _put_in_place(home, aside, number)
        log.append([Event(payload=made, run_id=run_id)])
        _announce(home, number)
        shutil.rmtree(replaced, ignore_errors=True)
    return made


def number_of(last: PublicationMade | None, log_position: int) -> int:
    """The number of a publication that takes the log up to a position into account, after the last one."""
    if last is None:
        return 1
    return last.publication_id + (log_position != last.log_position)


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


def publications(log: EventLog) -> dict[int, PublicationMade]:
    """Every publication that was made, by number; one that was made again as it was the last time."""
    payloads = (event.payload for event in log.read(types=(PublicationMade.type,)))
    return {made.publication_id: made for made in payloads if isinstance(made, PublicationMade)}


def cite(log: EventLog, number: int, *, reason: str, run_id: str, author: str | None = None) -> None:
    """Record that somebody relies on a publication, so that its folder stays.

    Raises:
        ValueError: there is no publication of this number.
    """
    if number not in publications(log):
        raise ValueError(f"there is no publication {number}")
    payload = PublicationCited(publication_id=number, author=author or getpass.getuser(), reason=reason)
    log.append([Event(payload=payload, run_id=run_id)])


def cited(log: EventLog) -> dict[int, str]:
    """Why publications are kept whatever their age, by number."""
    payloads = [event.payload for event in log.read(types=(PublicationCited.type,))]
    return {c.publication_id: f"{c.author}: {c.reason}" for c in payloads if isinstance(c, PublicationCited)}


def pruned(log: EventLog) -> dict[int, str]:
    """By which policy folders of publications were removed, by number."""
    payloads = [event.payload for event in log.read(types=(PublicationsPruned.type,))]
    return {n: p.policy for p in payloads if isinstance(p, PublicationsPruned) for n in p.publication_ids}


def prune(home: Home, log: EventLog, keep: int, *, monthly: bool = False, run_id: str) -> list[int]:
    """Remove the folders of old publications, and record that they were; the record itself stays.

    Args:
        home: The installation.
        log: Its log.
        keep: How many of the newest stay; so do the current one and those that were cited.
        monthly: Whether the last one of each month (UTC) stays too.
        run_id: The run that prunes.

    Returns:
        The numbers of what was removed; the record still says what they were.

    Raises:
        ValueError: fewer than one would be kept.
    """
    if keep < 1:
        raise ValueError("at least one publication is kept")
    with exclusive(_lock(home)):
        there = sorted(path for path in home.publications.iterdir() if _NUMBERED.fullmatch(path.name))
        stay = {*cited(log), *(_last_of_months(log) if monthly else ())}
        old = [path for path in there[:-keep] if path != current(home) and int(path.name) not in stay]
        if old:
            policy = (
                f"the newest {keep}, {'the last of each month, ' if monthly else ''}and those cited are kept"
            )
            payload = PublicationsPruned(publication_ids=tuple(int(path.name) for path in old), policy=policy)
            log.append([Event(payload=payload, run_id=run_id)])
        for path in old:
            # Under another name first: what a kill leaves is not taken for a publication.
            path.rename(aside := path.with_name(f"{_REMOVED}{path.name}"))
            shutil.rmtree(aside)
    return [int(path.name) for path in old]


def _last_of_months(log: EventLog) -> set[int]:
    last: dict[str, int] = {}
    for event in log.read(types=(PublicationMade.type,)):
        if isinstance(event.payload, PublicationMade):
            last[f"{event.recorded_at:%Y-%m}"] = event.payload.publication_id
    return set(last.values())


def not_here(home: Home) -> dict[int, str]:
    """Publications whose folder is not there, by number, with the reason that is recorded."""
    with EventLog.open(home.event_log) as log:
        reasons = pruned(log)
        gone = [number for number in publications(log) if not folder_of(home, number).exists()]
    return {
        number: f"pruned, {reasons[number]}" if number in reasons else "no pruning removed it"
        for number in gone
    }


def damage(home: Home) -> Iterator[Problem]:
    """Files of publications that are not as they were published; a folder that is not there is no damage."""
    with EventLog.open(home.event_log) as log:
        made_until_now = publications(log)
    for number, made in made_until_now.items():
        folder = folder_of(home, number)
        if not folder.is_dir():
            continue
        for name, sha256 in (made.files or {_WAREHOUSE: made.warehouse_sha256}).items():
            where = f"publication {number}, {name}"
            if not (folder / name).is_file():
                yield Problem("missing_publication_file", where, "is not in its folder")
            elif hash_of(folder / name) != sha256:
                yield Problem("changed_publication", where, "is not the file that was published")


def last_publication(log: EventLog) -> PublicationMade | None:
    """The publication that was made last."""
    return next(reversed(publications(log).values()), None)


def news_since_publication(log: EventLog, *, nothing_until: int = 0) -> News:
    """What a new publication would show that the last one does not.

    Only sites with events since are looked at: what a change is depends on what was seen of a site before.

    Args:
        log: The log.
        nothing_until: Events up to here are known to hold no news: `log_position` of an earlier answer.
    """
    last = last_publication(log)
    published_until, published_loads = (last.log_position, last.loads) if last else (0, ())
    end, since = log.last_position(), max(published_until, nothing_until)
    sites = {row.site_id or "" for row in log.read_stored(after=since, until=end, types=NEWSWORTHY)}
    documents, listings = fold(log.read(site_id=sites, until=end, types=NEWSWORTHY), since=since)
    accepted = {load.load_id: load for load in accepted_loads(log, until=end)}
    judged_anew = {
        load_id
        for load_id, load in accepted.items()
        if load.judged_version != load.reader_version and load.judged_position > published_until
    }
    return News(
        log_position=end,
        loads=tuple(sorted(judged_anew | (accepted.keys() ^ set(published_loads)))),
        documents=documents,
        listings=listings,
    )


def _put_in_place(home: Home, aside: Path, number: int) -> Path:
    """Returns the place of the folder that was replaced, if one was: it is kept until the event is there."""
    folder = folder_of(home, number)
    replaced = home.publications / f"{_REPLACED}{folder.name}"
    if folder.exists():
        folder.rename(replaced)
    aside.rename(folder)
    sync(home.publications)
    return replaced


def _recover(home: Home, log: EventLog) -> None:
    """Remove folders that were never announced, and announce the last publication whose folder is there."""
    if not home.publications.exists():
        return
    shutil.rmtree(home.publications / _ASIDE, ignore_errors=True)
    for removed in home.publications.glob(f"{_REMOVED}*"):
        shutil.rmtree(removed)
    made = publications(log)
    for number, publication in made.items():
        folder = folder_of(home, number)
        replaced = home.publications / f"{_REPLACED}{folder.name}"
        if replaced.exists():
            if folder.exists() and hash_of(folder / _WAREHOUSE) == publication.warehouse_sha256:
                shutil.rmtree(replaced)
            else:
                shutil.rmtree(folder, ignore_errors=True)
                replaced.rename(folder)
    announced = {folder_of(home, number).name for number in made}
    for folder in home.publications.iterdir():
        if _NUMBERED.fullmatch(folder.name) and folder.name not in announced:
            shutil.rmtree(folder)
    there = [number for number in made if folder_of(home, number).exists()]
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
