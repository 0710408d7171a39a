"""Runs the dbt project over the landed Parquet into one DuckDB file.

dbt runs in this process: starting its command line costs ten times the build of a small warehouse. It reads
Parquet and nothing else; what it builds refers to no other file.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from warehouse.home import PROJECT_ROOT, Home
from warehouse.raw_tables import RAW_SCHEMAS, RawTablesWriter
from warehouse.record.export import EVENT_SCHEMA, snapshot

DBT_PROJECT = PROJECT_ROOT / "dbt_project"

WORKING_SCHEMAS = ("staging", "intermediate", "seeds")
"""Schemas that only the build needs; the first of them reads Parquet outside the built file."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """How one model, seed or test of the dbt project ended."""

    unique_id: str
    """dbt's name of the node in its manifest."""
    name: str
    resource_type: str
    """`model`, `seed`, `test`, `unit_test` or `operation`."""
    status: str
    """dbt's word: `success`, `pass`, `warn`, `fail`, `error` or `skipped`."""
    message: str
    failures: int
    """Rows that a test found; 0 for everything else."""
    seconds: float


@dataclass(frozen=True, slots=True)
class BuildResult:
    """A built warehouse: every model was built, and the tests of keys passed."""

    target: Path
    nodes: tuple[NodeResult, ...]

    @property
    def warnings(self) -> tuple[NodeResult, ...]:
        """Tests that found values outside their set: reported, and no reason to stop."""
        return tuple(node for node in self.nodes if node.status == "warn")


class BuildError(Exception):
    """The warehouse could not be built; the message names the models and the reasons."""


def build(
    home: Home, target: Path, *, as_of: datetime | None = None, until: int | None = None
) -> BuildResult:
    """Build the warehouse from the copy of the log and the accepted loads.

    Args:
        home: the installation; its `scratch` takes dbt's logs and caches.
        target: the DuckDB file to make; replaced whole when the build succeeds, untouched when it fails.
        as_of: leave out what was observed after this moment (must be aware of its time zone).
        until: leave out every event after this position: what was known and read then.

    Raises:
        BuildError: a model or the test of a key failed, or the dbt project does not parse.
    """
    built = Path(_variables(home)["MINGZHANG_BUILD"])
    built.parent.mkdir(parents=True, exist_ok=True)
    for stale in (built, built.with_suffix(".duckdb.wal")):
        stale.unlink(missing_ok=True)
    moment = as_of.astimezone(UTC).isoformat() if as_of else "infinity"
    variables = {"MINGZHANG_AS_OF": moment, "MINGZHANG_UNTIL": str(until or sys.maxsize)}
    nodes = _build_nodes(home, _inputs(home) | variables)
    _check_models(nodes)
    _finish(built)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(built, target)
    return BuildResult(target, nodes)


def parse(home: Home) -> Path:
    """The manifest of the dbt project, made anew where a file of the project is younger.

    Raises:
        BuildError: the dbt project does not parse.
    """
    manifest = _folder(home) / "target" / "manifest.json"
    sources = [path for path in DBT_PROJECT.rglob("*") if path.is_file()]
    if manifest.exists() and manifest.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return manifest
    outcome = _invoke_dbt(home, "parse")
    if not outcome.success:
        raise BuildError(f"dbt could not parse the project: {outcome.exception}") from outcome.exception
    return manifest


def _folder(home: Home) -> Path:
    """What dbt writes, and what it remembers of the project."""
    return home.scratch / "dbt"


def _variables(home: Home) -> dict[str, str]:
    """Where dbt reads and writes. It parses the project anew when one of these differs from the last time."""
    folder = _folder(home)
    return {
        "MINGZHANG_BUILD": str(folder / "warehouse.duckdb"),
        "MINGZHANG_EVENTS": str(folder / "events"),
        "MINGZHANG_RAW": str(home.raw),
    }


def _inputs(home: Home) -> dict[str, str]:
    """Put in place what dbt reads: an empty set of files where there are no events or raw tables yet."""
    variables = _variables(home)
    # The copy of the log may be put together while dbt reads it: dbt gets the files of now.
    events = Path(variables["MINGZHANG_EVENTS"])
    shutil.rmtree(events, ignore_errors=True)
    snapshot(home.events_parquet, events)
    if not any(events.glob("*.parquet")):
        pq.write_table(EVENT_SCHEMA.empty_table(), events / "none.parquet")
    if not all(any(home.raw.glob(f"*/{table}.parquet")) for table in RAW_SCHEMAS):
        variables["MINGZHANG_RAW"] = str(_with_empty_tables(home))
    return variables


def _with_empty_tables(home: Home) -> Path:
    """The loads and one without rows beside them: older readers gave fewer tables, and no load gives none."""
    raw = _folder(home) / "empty" / "raw"
    shutil.rmtree(raw, ignore_errors=True)
    with RawTablesWriter(raw / "none", load_id="none", site_id="none", reader_version="none"):
        pass
    for load in home.raw.glob("*"):
        (raw / load.name).symlink_to(load.resolve())
    return raw


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """The process environment with these variables, restored afterwards: dbt takes its profile from there."""
    wanted = {**variables, "DO_NOT_TRACK": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _invoke_dbt(home: Home, command: str, *options: str, variables: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - dbt ships no types
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - importing dbt takes two seconds

    folder = _folder(home)
    arguments = [command, *options, "--quiet", "--log-level", "none", "--log-level-file", "none"]
    arguments += ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    arguments += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    with _environment({**_variables(home), **(variables or {})}):
        outcome = dbtRunner().invoke(arguments)
    if outcome.exception and not isinstance(outcome.exception, Exception):
        raise outcome.exception  # Ctrl-C, which dbt hands over like a failure of its own
    return outcome


def _build_nodes(home: Home, variables: Mapping[str, str]) -> tuple[NodeResult, ...]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 - dbt takes two seconds
    from dbt.artifacts.schemas.run import RunExecutionResult  # noqa: PLC0415 - the same

    try:
        outcome = _invoke_dbt(home, "build", "--no-write-json", variables=variables)
    finally:
        # The adapter keeps its file open for the next run, which would then write to this one, long moved.
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call] # dbt is partly typed
    if not isinstance(outcome.result, RunExecutionResult):
        raise BuildError(f"dbt could not start: {outcome.exception}") from outcome.exception
    return tuple(_node_result(result) for result in outcome.result.results)


def _node_result(result: Any) -> NodeResult:  # noqa: ANN401 - dbt ships no types
    return NodeResult(
        unique_id=result.node.unique_id,
        name=result.node.name,
        resource_type=str(result.node.resource_type),
        status=str(result.status),
        message=result.message or "",
        failures=result.failures or 0,
        seconds=round(result.execution_time, 3),
    )


def _check_models(nodes: tuple[NodeResult, ...]) -> None:
    """A test that fails keeps dbt from building what depends on it, so that it counts like a failed model."""
    broken = [node for node in nodes if node.status in {"error", "fail"}]
    if broken:
        reasons = "\n".join(f"{node.resource_type} {node.name}: {node.message.strip()}" for node in broken)
        raise BuildError(f"{len(broken)} of {len(nodes)} nodes of the dbt project failed:\n{reasons}")


def _finish(built: Path) -> None:
    """Leave in the file what analysts use."""
    with duckdb.connect(str(built)) as connection:
        for schema in WORKING_SCHEMAS:
            connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute("checkpoint")
