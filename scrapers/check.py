"""Whether site files are right: mistakes of fields, regions, hosts, schedules, in plain words."""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from scrapers.schedule import ScheduleError, next_run
from scrapers.sites import NO_SITES, SITES_FOLDER, UNKNOWN_API, Site, SiteError, read_site
from warehouse.home import PROJECT_ROOT

SCHEMA = SITES_FOLDER / "site.schema.json"
REGIONS = PROJECT_ROOT / "dbt_project" / "seeds" / "region.csv"
_POLITE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a site file."""

    path: Path
    message: str


def check_folder(folder: Path = SITES_FOLDER) -> list[Mistake]:
    """All mistakes of all site files of a folder; those of one do not hide those of another."""
    regions = region_names()
    mistakes: list[Mistake] = []
    starts: dict[str, str] = {}
    paths = sorted(folder.glob("*.yml"))
    if not paths:
        return [Mistake(folder, NO_SITES)]
    for path in paths:
        try:
            site = read_site(path)
        except SiteError as error:
            mistakes.append(Mistake(path, str(error).removeprefix(f"{path}: ")))
            continue
        mistakes += [Mistake(path, message) for message in _mistakes(site, path, regions)]
        for column in site.columns:
            start = urljoin(site.base_url, column.url)
            if start in starts and urlsplit(start).path.strip("/"):
                mistakes.append(Mistake(path, f"columns: {start} is a column of {starts[start]} already"))
            starts[start] = path.name
    return mistakes


def _mistakes(site: Site, path: Path, regions: dict[str, str]) -> Iterator[str]:
    if site.site_id != path.stem:
        yield f"site_id: is {site.site_id!r}, expected the file's name {path.stem!r}"
    if site.region_code not in regions:
        yield f"region_code: GB/T 2260 has no region {site.region_code}{_regions_like(site, regions)}"
    for column in site.columns:
        host = urlsplit(urljoin(site.base_url, column.url)).netloc
        if not site.allows(host):
            yield f"columns: {column.name} is on {host}, which is not among allowed_hosts"
    if site.delay_seconds < _POLITE_SECONDS and not (site.replica or site.allow_private):
        yield f"delay_seconds: {site.delay_seconds} is impolite, at least {_POLITE_SECONDS} for a public site"
    yield from _mistakes_of_questions(site)
    try:
        run = next_run(site, datetime.now(UTC))
    except ScheduleError as error:
        yield str(error)
    else:
        if not site.is_open(run):
            yield f"schedule: {site.schedule!r} falls outside of crawl_between {site.crawl_between}"


def _regions_like(site: Site, regions: dict[str, str]) -> str:
    named = [f"{name} is {code}" for code, name in regions.items() if len(name) > 2 and name in site.name]
    return f"; {named[-1]}" if named else ""


def _mistakes_of_questions(site: Site) -> Iterator[str]:
    """Places in the address of the JSON, and of what is behind its records, that nothing fills in."""
    known = {"page", "admdiv", "category", "sid"}
    api = site.api
    if api.url == UNKNOWN_API:
        yield "api.url: still to be said; the browser's network tab shows where the page's script asks"
    asked = " ".join(map(str, (api.url, *api.form.values(), *api.json_body.values())))
    for place in sorted(set(re.findall(r"\{(\w+)\}", asked)) - known):
        close = difflib.get_close_matches(place, known, n=1)
        yield f"api: nothing fills in {{{place}}}" + (f"; did you mean {{{close[0]}}}?" if close else "")


def region_names() -> dict[str, str]:
    """GB/T 2260: code → name."""
    with REGIONS.open(encoding="utf-8", newline="") as lines:
        return {row["region_code"]: row["region_name"] for row in csv.DictReader(lines)}


def schema_text() -> str:
    """The JSON Schema of a site file, for editors. `site_id` is the file's name and need not be written."""
    schema = Site.model_json_schema()
    schema["required"] = [name for name in schema["required"] if name != "site_id"]
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
