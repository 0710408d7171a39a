"""Data Docs: a page for each stored validation result and each suite, readable without a network.

Great Expectations renders the pages. Only their content is kept, in a page of ours: theirs load scripts,
styles and a tracking image from elsewhere, and need the scripts to show the index.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import lxml.html
from jinja2 import Environment, PackageLoader, StrictUndefined
from lxml.html import HtmlElement

from expectations.suites import Suite, marts_suites, raw_suites
from warehouse.home import Home

KEPT_RESULTS: Final = 200
"""Stored results, newest first; a page is rendered in a twelfth of a second and the index lists them all."""

_LOADING: Final = (
    "script",
    "style",
    "link",
    "meta",
    "img",
    "iframe",
    "object",
    "embed",
    "form",
    "button",
    "input",
)
"""Elements that fetch something, or do nothing without a script."""


@dataclass(frozen=True, slots=True)
class StoredResult:
    """One stored validation result: `suite` judged under `run_name`, which is a load or `marts`."""

    path: Path
    key: tuple[str, ...]
    """The key in the store: the suite's name at its dots, run name, time, batch."""
    success: bool
    evaluated: int
    failed: int

    @property
    def suite(self) -> str:
        """The name of the suite."""
        return ".".join(self.key[:-3])

    @property
    def run_name(self) -> str:
        """What was judged: a load's id, or the marts."""
        return self.key[-3]

    @property
    def ran_at(self) -> datetime:
        """When, in UTC."""
        return datetime.strptime(self.key[-2], "%Y%m%dT%H%M%S.%f%z")

    @property
    def page(self) -> str:
        """The page of this result, relative to the index."""
        return "/".join(("validations", *self.key)) + ".html"


def build_data_docs(home: Home) -> Path:
    """Render the results that have no page yet, drop the oldest, and write the index anew.

    Nothing is done where every result has its page: a run that judged nothing does not load the library.

    Returns:
        The index page.
    """
    results = _kept_results(home.validations)
    suites = (*raw_suites(), *marts_suites())
    new = [result for result in results if not (home.data_docs / result.page).is_file()]
    index = home.data_docs / "index.html"
    if index.is_file() and _pages(home.data_docs) == {result.page for result in results}:
        return index
    rendered = home.scratch / "data_docs"
    shutil.rmtree(rendered, ignore_errors=True)
    _render(home, new, suites)
    for page in rendered.rglob("*.html"):
        place = page.relative_to(rendered)
        _write(home.data_docs / place, _own_page(page, depth=len(place.parts) - 1))
    shutil.rmtree(rendered)
    _drop_pages(home.data_docs, {result.page for result in results})
    runs: dict[str, list[StoredResult]] = {}
    for result in results:
        runs.setdefault(result.run_name, []).append(result)
    _write(index, _template("data_docs_index.html.j2", runs=runs, suites=suites))
    return index


def _kept_results(folder: Path) -> list[StoredResult]:
    """The newest results, newest first; older ones, and ones that a kill left torn, are deleted."""
    kept: list[StoredResult] = []
    for path in sorted(folder.rglob("*.json"), key=lambda path: path.parent.name, reverse=True):
        result = _stored_result(folder, path) if len(kept) < KEPT_RESULTS else None
        if result:
            kept.append(result)
        else:
            path.unlink()
    return kept


def _stored_result(folder: Path, path: Path) -> StoredResult | None:
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError:
        return None
    return StoredResult(
        path=path,
        key=path.relative_to(folder).with_name(path.name.removesuffix(".json")).parts,
        success=result["success"],
        evaluated=result["statistics"]["evaluated_expectations"],
        failed=result["statistics"]["unsuccessful_expectations"],
    )


def _render(home: Home, results: list[StoredResult], suites: tuple[Suite, ...]) -> None:
    from expectations import context  # noqa: PLC0415  takes seconds; see the module

    gx = context.open_context(home)
    context.add_suites(gx, suites)
    context.render_pages(gx, {result.key for result in results})


def _own_page(page: Path, depth: int) -> str:
    """The content of a rendered page in a page of ours that loads nothing."""
    source = lxml.html.document_fromstring(page.read_text(encoding="utf-8"))
    sections = source.cssselect("div.ge-section") or source.cssselect("body")
    for section in sections:
        _clean(section)
    return _template(
        "data_docs_page.html.j2",
        title=" · ".join(page.with_suffix("").parts[-depth - 1 :]),
        index="../" * depth + "index.html",
        sections=[lxml.html.tostring(section, encoding="unicode") for section in sections],
    )


def _clean(section: HtmlElement) -> None:
    for element in list(section.iter(*_LOADING)):
        element.drop_tree()
    for element in section.iter():
        for name, value in list(element.attrib.items()):
            outside = name == "href" and ":" in value
            if outside or name in {"style", "src", "srcset", "data-toggle"} or name.startswith("on"):
                del element.attrib[name]


def _template(name: str, **values: object) -> str:
    environment = Environment(
        loader=PackageLoader("expectations"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name).render(**values)


def _write(path: Path, text: str) -> None:
    """Write aside and rename: a page is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".new")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _pages(folder: Path) -> set[str]:
    """The pages of results, relative to the index."""
    return {page.relative_to(folder).as_posix() for page in (folder / "validations").rglob("*.html")}


def _drop_pages(folder: Path, kept: set[str]) -> None:
    for page in _pages(folder) - kept:
        (folder / page).unlink()
