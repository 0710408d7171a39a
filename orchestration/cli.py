"""The command `mingzhang`. Commands are thin: they call the same functions as the assets.

Commands import what they need when they run: Dagster, dbt, Scrapy and Great Expectations take seconds each.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast
from urllib.parse import urlsplit

import typer

from orchestration.exit_codes import EXIT_FAILED, EXIT_QUARANTINED, EXIT_UNREADABLE
from orchestration.options import HomeOption, SitesOption, fail, require_record, screen, selected_sites
from orchestration.record_cli import commands as record_commands
from orchestration.sites_cli import app as sites_commands
from warehouse.home import Home

if TYPE_CHECKING:
    from scrapers.sites import Site

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(record_commands)
app.add_typer(sites_commands, name="sites")


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mingzhang {version('mingzhang')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and exit."),
    ] = False,
) -> None:
    """Mingzhang 明账: an event-sourced warehouse of Chinese local-government budget disclosures."""


class Form(StrEnum):
    """Output formats of `extract`."""

    JSONL = "jsonl"
    CSV = "csv"
    TABLE = "table"


@app.command()
def demo(
    home: HomeOption = None,
    port: Annotated[
        int | None, typer.Option(help="First of the replica's three ports on 127.0.0.1.", show_default="8731")
    ] = None,
) -> None:
    """Crawl the bundled replica of three government sites and publish a warehouse from it."""
    from scrapers.replica import DEFAULT_PORT, serve
    from scrapers.sites import write_sites

    place = Home.find(home)
    with serve(port or DEFAULT_PORT) as served:
        write_sites(served.sites, place.path / "sites")
        _run(place, served.sites)


@app.command()
def run(
    home: HomeOption = None,
    sites: SitesOption = None,
    site: Annotated[
        list[str] | None, typer.Option("--site", metavar="ID", help="Only this site; may be repeated.")
    ] = None,
    years: Annotated[
        str | None,
        typer.Option(
            metavar="2020-2022",
            help="Collect these years: listings are walked to their end, documents of other years left out.",
        ),
    ] = None,
    due: Annotated[
        bool,
        typer.Option("--due", help="Only sites whose schedule asks for a crawl by now: for cron and timers."),
    ] = False,
) -> None:
    """Crawl, read, land, validate, build, publish and report, for configured sites.

    Exit code 0: published, or nothing was new. 3: published, but a load is in quarantine. 1: failed.
    """
    from scrapers.sites import of_years

    place = Home.find(home)
    selected = selected_sites(place, sites, site or [])
    if due:
        selected = _due(place, selected)
    if years:
        selected = {site_id: of_years(one, _years(years)) for site_id, one in selected.items()}
    with _replica_of(selected):
        _run(place, selected)


@app.command()
def extract(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Documents, or folders of documents.")],
    form: Annotated[Form, typer.Option("--format", help="Output format.")] = Form.JSONL,
) -> None:
    """Read documents without a warehouse: one line per published amount.

    A file that cannot be read gives one line on standard error, and exit code 4; the others are still read.
    """
    from orchestration.extract import read_paths, write_amounts

    failures: list[str] = []
    write_amounts(read_paths(paths, failures), sys.stdout, form)
    for failure in failures:
        typer.echo(failure, err=True)
    if failures:
        raise typer.Exit(EXIT_UNREADABLE)


@app.command()
def rebuild(
    home: HomeOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIMESTAMP",
            help="What was known at this moment (ISO 8601, UTC unless it says otherwise); does not replace "
            "the current publication.",
        ),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option("--publication", metavar="N", help="Publication N again, beside the current one."),
    ] = None,
) -> None:
    """Make the warehouse again from the record alone: raw files are read anew, marts built and published."""
    from orchestration import pipeline

    place = require_record(home)
    if as_of and number:
        fail("--as-of and --publication exclude each other")
    if number:
        try:
            built = pipeline.publication_again(place, number)
        except ValueError as error:
            fail(str(error))
    else:
        built = pipeline.rebuild(place, _moment(as_of) if as_of else None)
    screen.print(f"Rebuilt: {built}")


@app.command()
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL")],
    home: HomeOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values instead of a table.")] = False,
) -> None:
    """Ask the published warehouse, read-only."""
    import duckdb

    place = Home.find(home)
    if not sql.strip():
        fail("the query is empty")
    if not place.warehouse.exists():
        fail(f"{place.warehouse}: no warehouse here; `mingzhang run` makes one")
    with duckdb.connect(str(place.warehouse), read_only=True) as connection:
        try:
            result = cast("duckdb.DuckDBPyRelation | None", connection.sql(sql))
            if result is None:  # a statement without rows, as `copy … to` is
                return
            if csv:
                result.to_df().to_csv(sys.stdout, index=False)
            else:
                result.show(max_rows=200, max_width=shutil.get_terminal_size((160, 40)).columns)
        except duckdb.Error as error:
            fail(str(error))


@app.command()
def show(
    amount_id: Annotated[str, typer.Argument(metavar="AMOUNT_ID", help="`amount_key` of core.fct_amount.")],
    home: HomeOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", show_default="AMOUNT_ID.png", help="Where to write the PNG."),
    ] = None,
) -> None:
    """Draw the page that an amount is printed on, with its cell outlined."""
    from orchestration.show import NoPictureError, draw_amount

    try:
        picture = draw_amount(Home.find(home), amount_id)
    except NoPictureError as error:
        fail(str(error))
    target = output or Path(f"{amount_id}.png")
    target.write_bytes(picture)
    screen.print(f"Drawn: {target}")


@app.command()
def dev(
    home: HomeOption = None,
    sites: SitesOption = None,
    port: Annotated[int, typer.Option(help="Port of the page.")] = 3000,
) -> None:
    """Open the Dagster UI on 127.0.0.1 with everything configured: assets, checks, schedules, the sensor."""
    from orchestration.instance import prepare_dagster_home
    from scrapers.sites import sites_folder

    place = Home.find(home)
    prepare_dagster_home(place)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(place.dagster),
        "PYTHONWARNINGS": "ignore",  # Dagster recommends its other command line, which is another product
        "MINGZHANG_HOME": str(place.path),
        "MINGZHANG_SITES": str(sites_folder(place, sites)),
    }
    command = ["-m", "dagster", "dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port)]
    with _replica_of(selected_sites(place, sites, [])):
        raise typer.Exit(_until_it_ends([sys.executable, *command], environment))


@app.command()
def replica(
    port: Annotated[int | None, typer.Option(help="First of three ports on 127.0.0.1.")] = None,
) -> None:
    """Serve the bundled replica of government sites until Ctrl-C, to look at it in a browser."""
    from scrapers.replica import DEFAULT_PORT, serve

    with serve(port or DEFAULT_PORT) as served:
        for site in served.sites.values():
            screen.print(f"{site.name}: {site.base_url}")
        with suppress(KeyboardInterrupt):
            screen.print("Ctrl-C stops.")
            threading.Event().wait()


def _run(home: Home, sites: Mapping[str, Site]) -> None:
    from orchestration.console import print_run
    from orchestration.runner import run as run_all

    outcome = run_all(home, sites)
    print_run(home, outcome, screen)
    if outcome.publication_failed or len(outcome.failed_sites) == len(sites):
        raise typer.Exit(EXIT_FAILED)
    if outcome.summary.quarantined:
        raise typer.Exit(EXIT_QUARANTINED)


def _until_it_ends(command: list[str], environment: Mapping[str, str]) -> int:
    """Run a server in the foreground, its ending included: Ctrl-C reaches it too, and it says so itself."""
    with subprocess.Popen(command, env=environment) as server:  # noqa: S603 - our own
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                continue


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--as-of {text}: not a moment such as 2024-06-01 or 2024-06-01T12:00:00+08:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _years(text: str) -> set[int]:
    """`2020`, `2020-2022` or `2018,2020-2022`."""
    years: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{4})(?:-(\d{4}))?\s*", part)
        if not found:
            fail(f"--years {text}: not years such as 2020, 2020-2022 or 2018,2020-2022")
        first, last = int(found[1]), int(found[2] or found[1])
        years.update(range(first, last + 1))
    if not years:
        fail(f"--years {text}: the last year is before the first")
    return years


def _due(home: Home, sites: Mapping[str, Site]) -> Mapping[str, Site]:
    """Those sites that are to be crawled by now, once for however many moments that were missed."""
    from scrapers.status import site_statuses

    statuses = site_statuses(home, sites, datetime.now(UTC))
    due = {status.site_id: sites[status.site_id] for status in statuses if status.is_due}
    if not due:
        soonest = min(status.next_run_at for status in statuses)
        screen.print(f"No site is due; the next one is at {soonest:%Y-%m-%d %H:%M %z}.")
        raise typer.Exit
    return due


def _replica_of(sites: Mapping[str, Site]) -> ExitStack:
    """Those of the sites that are the bundled replica's, each served where its file says; else nothing."""
    stack = ExitStack()
    for site in sites.values():
        if site.replica:
            from scrapers.replica import serve

            stack.enter_context(serve(urlsplit(site.base_url).port or 80, [site.site_id]))
    return stack
