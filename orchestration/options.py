"""What several commands share: where an installation is, where messages go, how a command fails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from warehouse.home import Home

EXIT_FAILED = 1

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


def fail(message: str) -> NoReturn:
    """End the command with one line on standard error."""
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_FAILED)
