"""`python -m scrapers.replica`: serve until Ctrl-C."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from scrapers.replica import DEFAULT_PORT, ReplicaError, serve


def main(port: Annotated[int, typer.Option(help="First of three consecutive ports.")] = DEFAULT_PORT) -> None:
    """Serve the three replica sites on 127.0.0.1 until Ctrl-C."""
    try:
        with serve(port) as replica:
            for site in replica.sites.values():
                typer.echo(f"{site.name}  {site.base_url}")
            threading.Event().wait()
    except ReplicaError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("stopped")


if __name__ == "__main__":
    typer.run(main)
