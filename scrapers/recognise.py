"""Which platform a site runs on, from the address and markup of a listing page. Pure."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from scrapers.pages import Page
from scrapers.platforms import PLATFORMS
from scrapers.sites import Column, PlatformName, Site

_FEWEST_POINTS = 2
"""One weak sign is none: every other site has columns that are folders."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """A platform that fits, and what shows it."""

    platform: PlatformName
    points: int
    evidence: tuple[str, ...]


@functools.cache
def _signs() -> dict[str, list[dict[str, Any]]]:
    content: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        Path(__file__).with_name("platforms.yml").read_text("utf-8")
    )
    return content


def recognise(page: Page) -> list[Recognition]:
    """The platforms that fit a listing page, the best first; none where nothing shows.

    Args:
        page: The page; with an empty text only its address is judged.
    """
    found = []
    for platform, signs in _signs().items():
        shown = [sign for sign in signs if _shows(sign, page)]
        if sum(sign["points"] for sign in shown) >= _FEWEST_POINTS:
            points = sum(sign["points"] for sign in shown)
            says = tuple(sign["says"] for sign in shown)
            found.append(Recognition(cast("PlatformName", platform), points, says))
    return sorted(found, key=lambda recognition: -recognition.points)


def _shows(sign: dict[str, Any], page: Page) -> bool:
    match sign["where"]:
        case "address":
            return bool(re.search(sign["pattern"], page.url))
        case "markup":
            return bool(re.search(sign["pattern"], page.text))
        case _:
            return _matrix_entries(page) >= 3


def _matrix_entries(page: Page) -> int:
    """Links in tables of departments × years; other platforms have none of these."""
    column = Column(name="部门预算", url=page.url)
    site = Site(
        site_id="draft",
        name="draft",
        region_code="000000",
        base_url=page.url,
        platform="matrix",
        columns=(column,),
        contact="",
    )
    return len(PLATFORMS["matrix"](page, column, site).entries)
