"""What commands share: where an installation and its sites are, how they print and how they fail.

Commands import what they need when they run.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from orchestration.exit_codes import EXIT_FAILED
from warehouse.home import Home

if TYPE_CHECKING:
    from scrapers.sites import Site

_WIDER_THAN_ANY_TABLE = 10_000

screen = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="MINGZHANG_HOME",
        show_default="./data",
        help="Where the record and the warehouse live.",
    ),
]


SitesOption = Annotated[
    Path | None,
    typer.Option(
        "--sites",
        envvar="MINGZHANG_SITES",
        show_default="HOME/sites if there is one, else the bundled ones",
        help="Folder of site YAML files.",
    ),
]


def require_record(home: Path | None) -> Home:
    """The installation, where it has a record; else the command ends."""
    place = Home.find(home)
    if not place.has_event_log:
        fail(f"{place.event_log}: no record here; --home names another place")
    return place


def selected_sites(home: Home, folder: Path | None, only: list[str]) -> Mapping[str, Site]:
    """The configured sites, or those that were asked for."""
    from scrapers.sites import SiteError, load_sites, sites_folder

    place = sites_folder(home, folder)
    try:
        sites = load_sites(place)
    except SiteError as error:
        fail(str(error))
    if unknown := sorted(set(only) - set(sites)):
        fail(f"no site {', '.join(unknown)} in {place}; there are: {', '.join(sites)}")
    return {site_id: site for site_id, site in sites.items() if site_id in only or not only}


def print_table(table: Table, file: IO[str] | None = None) -> None:
    """Print a table with nothing cut: folded to the width of a terminal, elsewhere as wide as it is."""
    for column in table.columns:
        column.overflow = "fold"
    console = Console(file=file, highlight=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDER_THAN_ANY_TABLE
    console.print(table)


def fail(message: str) -> NoReturn:
    """End the command with one line on standard error."""
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_FAILED)
