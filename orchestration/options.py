"""What several commands share: where an installation is, where messages go, how a command fails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

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


def fail(message: str) -> NoReturn:
    """End the command with one line on standard error."""
    typer.echo(message, err=True)
    raise typer.Exit(EXIT_FAILED)
