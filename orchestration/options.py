"""What commands share: where an installation is, how they print messages and tables, how they fail."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from warehouse.home import Home

EXIT_FAILED = 1
_WIDER_THAN_ANY_TABLE = 10_000

screen = Console(stderr=True, highlight=False)

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
