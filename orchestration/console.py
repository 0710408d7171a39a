"""What a run prints at its end: a summary that a person can use."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from expectations.figures import RunSummary
from expectations.summary import EXAMPLE_QUERY
from orchestration.runner import RunOutcome
from warehouse.home import Home


def print_run(home: Home, outcome: RunOutcome, screen: Console) -> None:
    """Sites, documents, amounts, checks, where the publication and the report are, and one query to try."""
    summary = outcome.summary
    screen.print()
    if not summary.documents_stored and not summary.loads and summary.publication_id is None:
        _print_nothing_new(outcome, screen)
    rows = [*_findings(summary), *_troubles(outcome), *_places(home, summary)]
    rows.append(("Took", f"{outcome.seconds:.0f} s"))
    for label, text in rows:
        screen.print(f"[bold]{label:<13}[/bold] {escape(text)}", soft_wrap=True)
    if home.warehouse.exists():
        screen.print()
        screen.print("Try:")
        home_option = "" if home == Home.find() else f"--home {_short(home.path)} "
        screen.print(
            f'  .venv/bin/mingzhang query {home_option}"{EXAMPLE_QUERY}"', soft_wrap=True, markup=False
        )


def _print_nothing_new(outcome: RunOutcome, screen: Console) -> None:
    requests = sum(site.requests for site in outcome.summary.sites)
    if outcome.failed_sites or outcome.publication_failed:
        screen.print("[bold]Nothing published.[/bold]")
        return
    if outcome.summary.not_started and not outcome.summary.sites_crawled:
        screen.print("[bold]Nothing asked.[/bold] Every site was outside of its hours (crawl_between).")
        return
    screen.print(
        f"[bold]Nothing new.[/bold] {requests} requests, no document changed: "
        "nothing downloaded, read, loaded or published."
    )


def _findings(summary: RunSummary) -> list[tuple[str, str]]:
    rows = [("Site", f"{site.site_name}: {site.ended}") for site in summary.not_started]
    for site in summary.sites:
        if site.not_started:
            continue
        failed = sum(fetch.site_id == site.site_id for fetch in summary.failed_fetches)
        found = f"{site.documents_linked} documents linked, {site.documents_stored} new"
        rows.append(("Site", f"{site.site_name}: {site.requests} requests, {failed} failed; {found}"))
    if summary.loads:
        rows.append(
            ("This run", f"{summary.documents_read} documents read, {summary.amounts} amounts landed")
        )
    if summary.warehouse:
        checks = summary.checks
        held = summary.warehouse
        content = f"{held.documents} documents, {held.disclosures} disclosures, {held.amounts} amounts"
        rows += [
            ("Warehouse", content),
            ("Checks", f"{checks.held} held, {checks.failed} failed, {checks.not_evaluated} not evaluated"),
        ]
    return rows


def _troubles(outcome: RunOutcome) -> list[tuple[str, str]]:
    summary = outcome.summary
    troubles = [("Not fetched", f"{fetch.outcome}: {fetch.url}") for fetch in summary.failed_fetches]
    troubles += [
        ("Not read", f"{read.outcome}: {read.name} ({read.reason})") for read in summary.failed_readings
    ]
    troubles += [
        ("Quarantined", f"{load.load_id}: " + "; ".join(f"{f.suite} {f.expectation}" for f in load.failures))
        for load in summary.quarantined
    ]
    troubles += [("Monitor", f"{raised.site_id}: {raised.detail}") for raised in summary.monitors]
    troubles += [("Undecided", f"{article.title}: {article.url}") for article in summary.undecided]
    troubles += [("Failed", f"{site_id}: see the messages above") for site_id in outcome.failed_sites]
    return troubles


def _places(home: Home, summary: RunSummary) -> list[tuple[str, str]]:
    places = []
    if summary.publication_id is not None:
        places.append(("Publication", f"number {summary.publication_id}: {_short(home.warehouse)}"))
    elif home.warehouse.exists():
        places.append(("Publication", f"unchanged: {_short(home.warehouse)}"))
    places.append(("Report", _short(home.reports / f"{summary.run_id}.html")))
    places.append(("Data Docs", _short(home.data_docs / "index.html")))
    return places


def _short(path: Path) -> str:
    """A path as a person would type it from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
