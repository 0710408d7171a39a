"""The commands `mingzhang sites …`: check, status, add.

Commands import what they need when they run.
"""
# ruff: noqa: PLC0415 - see above

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from orchestration.exit_codes import EXIT_FAILED
from orchestration.options import HomeOption, SitesOption, fail, print_table
from warehouse.home import PROJECT_ROOT, Home

app = typer.Typer(help="Government sites: check their files, see how they do, add one.", no_args_is_help=True)


@app.command()
def check(
    sites: SitesOption = None,
    home: HomeOption = None,
    schema: Annotated[bool, typer.Option("--schema", help="Also write the JSON Schema for editors.")] = False,
) -> None:
    """Explain mistakes in site files. Exit code 1 where there are any."""
    from scrapers.check import SCHEMA, check_folder, schema_text
    from scrapers.sites import sites_folder

    folder = sites_folder(Home.find(home), sites)
    if schema:
        SCHEMA.write_text(schema_text(), "utf-8")
    mistakes = check_folder(folder)
    for mistake in mistakes:
        typer.echo(f"{mistake.path}: {mistake.message}", err=True)
    if mistakes:
        raise typer.Exit(EXIT_FAILED)
    typer.echo(f"{folder}: no mistakes in {len(list(folder.glob('*.yml')))} site files")


@app.command()
def status(
    sites: SitesOption = None,
    home: HomeOption = None,
) -> None:
    """Each site's last success, documents, last new documents, failures in a row and next run."""
    from scrapers.sites import SiteError, load_sites, sites_folder
    from scrapers.status import site_statuses

    place = Home.find(home)
    try:
        configured = load_sites(sites_folder(place, sites))
    except SiteError as error:
        fail(str(error))
    headings = (
        "site",
        "last success (UTC)",
        "documents",
        "last new (UTC)",
        "failures",
        "next run",
        "last end",
    )
    table = Table(*headings, box=None)
    for site in site_statuses(place, configured, datetime.now(UTC)):
        table.add_row(
            site.site_id,
            _minute(site.last_success_at),
            str(site.documents_linked),
            _minute(site.last_new_documents_at),
            str(site.failures_in_a_row),
            f"{site.next_run_at:%Y-%m-%d %H:%M %z}" + (", and due now" if site.is_due else ""),
            site.last_reason,
        )
    print_table(table)


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the listing of budget disclosures.")],
    contact: Annotated[str, typer.Option(help="Page or address that requests name.")],
    site_id: Annotated[str | None, typer.Option("--id", help="Name of the site's file.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--sites",
            envvar="MINGZHANG_SITES",
            show_default="the bundled ones",
            help="Folder of site YAML files.",
        ),
    ] = None,
    fixtures: Annotated[
        Path | None, typer.Option(show_default="those of the tests", help="Where captured pages go.")
    ] = None,
    allow_private: Annotated[bool, typer.Option(help="The site is on a private network.")] = False,
) -> None:
    """Probe a site, write a draft of its file, and capture pages for a test that must be reviewed."""
    from scrapers.fixtures import FIXTURES
    from scrapers.probe import ProbeError, probe, write_draft
    from scrapers.sites import SITES_FOLDER

    try:
        draft = probe(url, contact, site_id, allow_private=allow_private)
        site_file, fixture = write_draft(draft, folder or SITES_FOLDER, fixtures or PROJECT_ROOT / FIXTURES)
    except ProbeError as error:
        fail(str(error))
    for fact in draft.seen:
        typer.echo(f"seen: {fact}")
    if not draft.recognitions:
        typer.echo(
            "no platform is told by this page: the draft is of platform generic, with the rows above as its "
            "listing; compare selectors with the page, and say next_page where it goes on"
        )
    for found in draft.recognitions:
        typer.echo(f"{found.platform} ({found.points}): {'; '.join(found.evidence)}")
    typer.echo(f"wrote {site_file}: read it, then `mingzhang sites check --sites {site_file.parent}`")
    typer.echo(f"wrote {fixture}/expected.yml: compare it with the pages, then set reviewed: true")


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
