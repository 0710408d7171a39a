"""The gate: what Great Expectations says of a load before it is published, and of the marts before they are.

A load that breaks a critical expectation is kept in quarantine; one that breaks a warning is published, and
the warning is in the report. The caller appends the event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from expectations import batches
from expectations.suites import Suite, marts_suites, raw_suites
from warehouse.home import Home
from warehouse.record.events import DocumentRead, FailedExpectation, LoadValidated

if TYPE_CHECKING:
    import pandas as pd


def validate_load(
    home: Home, folder: Path, known: Mapping[str, DocumentRead] = MappingProxyType({})
) -> LoadValidated:
    """Judge the raw tables of a load.

    Args:
        home: The installation.
        folder: Where they are; its name is the load's id.
        known: What the documents of the same site gave before, by hash, for completeness.

    Returns:
        The payload of `load.validated`.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    load_id = folder.name
    if not folder.is_dir():
        raise FileNotFoundError(f"load {load_id}: no folder {folder}")

    def frame_of(suite: Suite) -> pd.DataFrame:
        if suite.subject == "completeness":
            return batches.completeness_frame(folder, known)
        return batches.raw_frame(folder, suite.subject, suite.columns)

    return _judge(home, raw_suites(), frame_of, load_id, {"load_ids": [load_id]})


def validate_marts(home: Home, built: Path) -> LoadValidated:
    """Judge the core and marts of a DuckDB file that was built aside, before it is published.

    Returns:
        The verdict, under the file's name in place of a load's id.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if not built.is_file():
        raise FileNotFoundError(f"{built}: no built warehouse to judge")
    with duckdb.connect(str(built), read_only=True) as connection:

        def frame_of(suite: Suite) -> pd.DataFrame:
            if suite.subject == "completeness":
                return batches.growth_frame(connection, home.warehouse)
            return batches.relation_frame(connection, suite.subject, suite.columns)

        return _judge(home, marts_suites(), frame_of, built.stem, {})


def _judge(
    home: Home,
    suites: tuple[Suite, ...],
    frame_of: Callable[[Suite], pd.DataFrame],
    name: str,
    parameters: Mapping[str, Any],
) -> LoadValidated:
    from expectations import context  # noqa: PLC0415  takes seconds; see the module

    gx = context.open_context(home)
    context.add_suites(gx, suites)
    failures: list[FailedExpectation] = []
    for suite in suites:
        try:
            frame = frame_of(suite)
        except (OSError, pa.ArrowException, duckdb.Error) as error:
            failures.append(_unreadable(suite, error))
            continue
        failures += context.judge(gx, suite, frame, run_name=name, parameters=parameters)
    return LoadValidated(
        load_id=name,
        accepted=not any(failure.severity == "critical" for failure in failures),
        expectations_evaluated=sum(len(suite.expectations) for suite in suites),
        failures=tuple(failures),
    )


def _unreadable(suite: Suite, error: Exception) -> FailedExpectation:
    """A table that is not there fails as badly as the worst of its rules."""
    critical = any(rule.severity == "critical" for rule in suite.expectations)
    return FailedExpectation(
        suite=suite.name,
        expectation="table can be read",
        severity="critical" if critical else "warning",
        observed=f"{suite.subject}: {error}",
    )
