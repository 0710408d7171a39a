"""Suites of expectations as data: `suites/raw/<table>.yml`, `suites/marts/<relation>.yml`.

A suite judges one table by itself. What must agree between tables (totals, references) is dbt's to say.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parent / "suites"
SEVERITIES: Final = frozenset({"critical", "warning"})


@dataclass(frozen=True, slots=True)
class Expectation:
    """One rule. `critical` keeps a load out of the publication, `warning` is reported.

    `type` is the name of a Great Expectations class (`expect_…`), `kwargs` its arguments; a value
    `{"$PARAMETER": name}` is filled in for each load. `note` says why the rule exists.
    """

    type: str
    severity: str
    note: str
    kwargs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Suite:
    """The rules of one table; `place` names the columns that tell where a failing row is printed."""

    name: str
    subject: str
    """The raw table (`amounts`) or the relation of the marts (`core.fct_amount`)."""
    note: str
    place: tuple[str, ...]
    expectations: tuple[Expectation, ...]

    @property
    def columns(self) -> frozenset[str]:
        """The columns that the rules and the place name."""
        named = {
            rule.kwargs.get(key) for rule in self.expectations for key in ("column", "column_A", "column_B")
        }
        listed = {
            column
            for rule in self.expectations
            for key in ("column_list", "column_set")
            for column in rule.kwargs.get(key, ())
        }
        return frozenset(name for name in {*named, *listed, *self.place} if name)


def raw_suites() -> tuple[Suite, ...]:
    """The suites of a load: one per raw table, and `completeness` against the site's previous load."""
    return _suites_of("raw")


def marts_suites() -> tuple[Suite, ...]:
    """The suites of what dbt built; the subject is `schema.relation`."""
    return _suites_of("marts")


@functools.cache
def _suites_of(folder: str) -> tuple[Suite, ...]:
    return tuple(
        read_suite(path, f"{folder}.{path.stem}") for path in sorted((FOLDER / folder).glob("*.yml"))
    )


def read_suite(path: Path, name: str) -> Suite:
    """Read one suite.

    Raises:
        ValueError: an expectation without a type, a known severity or a note; names the file.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    shared = [
        rule
        for include in document.get("include", ())
        for rule in yaml.safe_load((FOLDER / "shared" / f"{include}.yml").read_text(encoding="utf-8"))
    ]
    return Suite(
        name=name,
        subject=document.get("relation", path.stem),
        note=document["note"],
        place=tuple(document.get("place", ())),
        expectations=tuple(_expectation(rule, path) for rule in [*shared, *document["expectations"]]),
    )


def _expectation(rule: Mapping[str, Any], path: Path) -> Expectation:
    missing = {"expect", "severity", "note"} - rule.keys()
    if missing or rule["severity"] not in SEVERITIES:
        raise ValueError(
            f"{path.name}: expect, note and a severity of {sorted(SEVERITIES)} are needed: {dict(rule)}"
        )
    kwargs = {key: value for key, value in rule.items() if key not in {"expect", "severity", "note"}}
    return Expectation(rule["expect"], rule["severity"], rule["note"], kwargs)
