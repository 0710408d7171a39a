"""Commands on the record and its publications, from `verify` to `export-warc`.

Commands import what they need when they run.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.options import (
    HomeOption,
    SitesOption,
    fail,
    print_table,
    require_record,
    screen,
    selected_sites,
)
from warehouse.home import Home

if TYPE_CHECKING:
    from warehouse.record.verify import Problem

commands = typer.Typer()


@commands.command()
def verify(home: HomeOption = None) -> None:
    """Audit the record by its hashes: the log and its order, archived files, publications, raw tables."""
    from warehouse import publication

    place = require_record(home)
    seen, problems = _audited(place)
    for problem in problems:
        typer.echo(f"{problem.kind} {problem.where}: {problem.detail}", err=True)
    if problems:
        fail(f"{len(problems)} problems in the record")
    if not seen["events"]:
        fail(f"{place.event_log}: the record is empty, there is nothing to verify")
    for number, why in publication.not_here(place).items():
        screen.print(f"Publication {number} is not here: {why}")
    screen.print(f"The record is whole: {seen['events']} events, {seen['files']} files.")


def _audited(home: Home) -> tuple[Counter[str], list[Problem]]:
    """How many events and files were compared, and what is wrong with them."""
    from rich.progress import Progress

    from warehouse import landing, publication
    from warehouse.record.log import EventLog
    from warehouse.record.verify import verify_record

    seen: Counter[str] = Counter()
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def show(what: str, done: int, of: int) -> None:
            seen[what] = done
            progress.update(task, description=f"Verifying {what}", completed=done, total=of)

        problems = verify_record(home, on_progress=show)
        progress.update(task, description="Verifying publications", total=None)
        if not any(problem.kind in {"unreadable_log", "envelope"} for problem in problems):
            problems += publication.damage(home)
            progress.update(task, description="Verifying raw tables")
            with EventLog.open(home.event_log) as log:
                problems += landing.damage(home, log)
    return seen, problems


@commands.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    site: Annotated[str, typer.Option("--site", metavar="ID", help="The site that published it.")],
    home: HomeOption = None,
    sites: SitesOption = None,
    url: Annotated[str | None, typer.Option(help="The address it comes from.")] = None,
    title: Annotated[str | None, typer.Option(help="Its title on the site.")] = None,
) -> None:
    """Hand in documents that a crawl cannot reach; they enter the record like crawled ones, marked so."""
    from orchestration.pipeline import new_run_id
    from warehouse.record.archive import Archive
    from warehouse.record.handed_in import import_files
    from warehouse.record.log import EventLog

    place = Home.find(home)
    publisher = selected_sites(place, sites, [site])[site]
    with EventLog.open(place.event_log) as log:
        try:
            imported = import_files(
                Archive(place.archive),
                log,
                files,
                site_id=publisher.site_id,
                site_name=publisher.name,
                region_code=publisher.region_code,
                run_id=new_run_id(),
                url=url,
                title=title,
            )
        except ValueError as error:
            fail(str(error))
    for document in imported:
        screen.print(f"{document.file_name}: recorded as {document.sha256}")
    screen.print("`mingzhang run` reads and publishes what was handed in.")


@commands.command()
def history(
    subject: Annotated[str, typer.Argument(metavar="URL|SHA256|DISCLOSURE", help="Whose story.")],
    home: HomeOption = None,
) -> None:
    """Tell the story of a document, or of all documents of a disclosure; moments are of UTC."""
    from orchestration.timeline import concluded, standing, timeline
    from warehouse.record.history import TOLD, names_of
    from warehouse.record.history import history as story_of
    from warehouse.record.log import EventLog

    place = require_record(home)
    with EventLog.open(place.event_log) as log:
        names = names_of(log.read(types=TOLD), _documents_of(place, subject))
        moments = story_of(log.read(types=TOLD), names)
    if not moments:
        fail(f"{subject}: nothing in the record by this address, SHA-256 or disclosure_key")
    for line in standing(place.warehouse, names):
        typer.secho(line, bold=True)
    print_table(timeline([*moments, *concluded(place.warehouse, names)]))


@commands.command()
def correct(
    document: Annotated[
        str | None, typer.Argument(metavar="SHA256", help="The document; the beginning will do.")
    ] = None,
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help="fiscal_year, phase, scope, agency_name or table_type."),
    ] = None,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="What it is instead.")] = None,
    *,
    reason: Annotated[str, typer.Option(help="Why; shown with the document.")],
    table: Annotated[int | None, typer.Option(help="The table's ordinal, for table_type.")] = None,
    author: Annotated[str | None, typer.Option(show_default="your user name")] = None,
    revoke: Annotated[str | None, typer.Option(metavar="ID", help="Take this correction back.")] = None,
    home: HomeOption = None,
) -> None:
    """Record a decision on what a document or one of its tables is, or take one back (--revoke ID)."""
    from orchestration.pipeline import new_run_id
    from warehouse.record import corrections
    from warehouse.record.log import EventLog

    run_id = new_run_id()
    with EventLog.open(require_record(home).event_log) as log:
        try:
            if revoke:
                done = corrections.revoke(log, revoke, reason=reason, run_id=run_id, author=author)
                screen.print(f"Revoked: {done}")
            elif document and what and value:
                _check_table_type(what, value)
                done = corrections.correct(
                    log,
                    document=document,
                    what=what,
                    value=value,
                    reason=reason,
                    run_id=run_id,
                    table_ordinal=table,
                    author=author,
                )
                screen.print(f"Recorded as {done}; `mingzhang correct --revoke {done[:18]}` takes it back.")
            else:
                fail("say which document, what of it and which value, or --revoke ID")
        except corrections.CorrectionError as error:
            fail(str(error))
    screen.print("`mingzhang run` publishes it.")


@commands.command()
def publications(home: HomeOption = None) -> None:
    """List what was published, and whether it is still there."""
    from rich.table import Table

    from warehouse import publication
    from warehouse.record.log import EventLog

    place = require_record(home)
    headings = ("number", "events until", "loads", "SHA-256 of warehouse.duckdb", "where it is")
    table = Table(*headings, box=None)
    with EventLog.open(place.event_log) as log:
        cited, pruned = publication.cited(log), publication.pruned(log)
        for number, made in publication.publications(log).items():
            folder = publication.folder_of(place, number)
            gone = f"pruned: {pruned[number]}" if number in pruned else "not here"
            state = str(folder) if folder.exists() else f"{gone} (`mingzhang rebuild --publication {number}`)"
            current = " (current)" if folder == publication.current(place) else ""
            current += f" (cited by {cited[number]})" if number in cited else ""
            table.add_row(
                str(number),
                str(made.log_position),
                str(len(made.loads)),
                made.warehouse_sha256,
                f"{state}{current}",
            )
    print_table(table)


@commands.command()
def cite(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The publication that is relied on.")],
    reason: Annotated[str, typer.Option(help="Where it is cited.")],
    author: Annotated[str | None, typer.Option(show_default="your user name")] = None,
    home: HomeOption = None,
) -> None:
    """Keep a publication for good, because somebody relies on it."""
    from orchestration.pipeline import new_run_id
    from warehouse import publication
    from warehouse.record.log import EventLog

    with EventLog.open(require_record(home).event_log) as log:
        try:
            publication.cite(log, number, reason=reason, author=author, run_id=new_run_id())
        except ValueError as error:
            fail(str(error))
    screen.print(f"Publication {number} is kept.")


@commands.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest publications to keep.")],
    *,
    monthly: Annotated[bool, typer.Option("--monthly", help="Keep the last one of each month too.")] = False,
    home: HomeOption = None,
) -> None:
    """Remove old publications. The record stays, and so do the current one and those that were cited."""
    from orchestration.pipeline import new_run_id
    from warehouse import publication
    from warehouse.record.log import EventLog

    place = require_record(home)
    removed = []
    if place.publications.exists():
        with EventLog.open(place.event_log) as log:
            removed = publication.prune(place, log, keep, monthly=monthly, run_id=new_run_id())
    screen.print(f"Removed: {', '.join(map(str, removed)) or 'nothing'}")


@commands.command("export-warc")
def export_warc(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="`.warc`, or `.warc.gz` to compress.")],
    home: HomeOption = None,
) -> None:
    """Write what was fetched as a WARC file, for any reader of web archives."""
    try:
        from warehouse.record.warc import export_warc as export
    except ImportError as error:
        fail(f"{error}; `pip install mingzhang[warc]` adds it")
    from warehouse.record.archive import Archive
    from warehouse.record.log import EventLog

    place = require_record(home)
    with EventLog.open(place.event_log) as log:
        written, left_out = export(log, Archive(place.archive), target)
    screen.print(f"{target}: {written} records")
    if left_out:
        fail("\n".join(f"left out: {problem}" for problem in left_out))


def _check_table_type(what: str, value: str) -> None:
    """The vocabulary is that of the recogniser, of which the record knows nothing."""
    from warehouse.tables.types import UNRECOGNISED
    from warehouse.tables.vocabulary import load

    known = sorted({entry["type"] for entry in load("table_types")} | {UNRECOGNISED})
    if what == "table_type" and value not in known:
        fail(f"table_type {value}: not one of {', '.join(known)}")


def _documents_of(home: Home, subject: str) -> list[str]:
    """The documents of a disclosure of the publication; else what was asked for, taken for a document."""
    import duckdb

    found = []
    if home.warehouse.exists():
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            query = "SELECT DISTINCT document_sha256 FROM core.dim_document WHERE disclosure_key = $subject"
            found = [sha256 for (sha256,) in connection.execute(query, {"subject": subject}).fetchall()]
    return found or [subject]
