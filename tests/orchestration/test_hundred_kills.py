"""kill -9 in every step of a run, a hundred times: nothing is lost or doubled, publications are whole.

MINGZHANG_KILLS says how many other than a hundred, MINGZHANG_SEED repeats the moments of an earlier test.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from tests.orchestration.runs import Run, Runner, assert_whole, runner
from tests.orchestration.small_site import serve_small_site
from tests.orchestration.test_rebuild import differences
from warehouse.home import Home
from warehouse.loads import loads
from warehouse.publication import publications
from warehouse.record.log import EventLog

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

KILLS = int(os.environ.get("MINGZHANG_KILLS", "100"))
PHASES = ("crawl", "read", "land", "build", "publish")
SECONDS_BETWEEN_LOOKS = 0.01
SECONDS_BETWEEN_QUERIES = 0.5
OF_A_RUN = {"load_id", "recorded_from", "recorded_to", "reader_seconds"}
"""Columns that say when something was seen, and in which run."""
OF_RUNS = {
    "core.dim_document_history",
    "core.fct_document_read",
    "core.fct_document_state",
    "core.fct_fetch",
    "core.fct_listing",
}
"""Relations of what each run saw: more runs have seen more."""


class Analyst:
    """Asks the published warehouse again and again; finds it whole, and never an older one than before."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._asked_at = 0.0
        self._amounts = 0
        self.answers = 0

    def ask(self) -> None:
        if time.monotonic() < self._asked_at + SECONDS_BETWEEN_QUERIES or not self._home.warehouse.exists():
            return
        with duckdb.connect(str(self._home.warehouse), read_only=True) as connection:
            row = connection.execute("select count(*), count(distinct amount_key) from core.fct_amount")
            amounts, keys = row.fetchone() or (0, 0)
        assert amounts == keys >= self._amounts > -1
        self._amounts, self._asked_at = amounts, time.monotonic()
        self.answers += 1


def watch(
    run: Run, until: Callable[[str], bool], meanwhile: Callable[[], None] | None = None
) -> dict[str, float]:
    """Look at a run until it is in some phase or has ended; returns when each phase began."""
    began: dict[str, float] = {}
    while _is_alive(run):
        phase = run.phase()
        began.setdefault(phase, time.monotonic())
        if until(phase):
            break
        if meanwhile:
            meanwhile()
            time.sleep(SECONDS_BETWEEN_LOOKS)
    return began


def reached(aim: str) -> Callable[[str], bool]:
    """Whether a phase is this one, or one after it."""
    return lambda phase: PHASES.index(phase) >= PHASES.index(aim)


def _is_alive(run: Run) -> bool:
    with suppress(ProcessLookupError):
        os.kill(run.process_id, 0)
        return True
    return False


def kill(run: Run, *, alone: bool) -> None:
    """kill -9: the process with all its children, or alone, so that they find themselves without it."""
    with suppress(ProcessLookupError):
        if alone:
            os.kill(run.process_id, signal.SIGKILL)
        else:
            os.killpg(run.process_id, signal.SIGKILL)


def orphans_end(run: Run) -> None:
    """Children that were left alone end by themselves."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            os.killpg(run.process_id, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("children of a killed run still run")


def assert_nothing_is_left_over(home: Home) -> None:
    """Every document was landed once, and nothing lies about that the record does not know."""
    with EventLog.open(home.event_log) as log:
        landed, made = loads(log), publications(log)
    read = [sha256 for load in landed for sha256 in load.documents]
    assert len(read) == len(set(read))
    assert {path.name for path in home.raw.iterdir()} == {load.load_id for load in landed}
    assert {int(path.name) for path in home.publications.glob("0*")} == set(made)
    assert list((home.scratch / "loads").iterdir()) == []
    assert list(home.scratch.glob("*.duckdb*")) == []


def relations(warehouse: Path) -> dict[str, str]:
    """Every relation of core and marts, with its columns that do not depend on the run."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            """select table_schema || '.' || table_name, column_name from information_schema.columns
               where table_schema in ('core', 'marts') order by all"""
        ).fetchall()
    columns: dict[str, list[str]] = {}
    for relation, column in rows:
        if relation not in OF_RUNS and column not in OF_A_RUN and not column.endswith("_at"):
            columns.setdefault(relation, []).append(column)
    return {relation: ", ".join(names) for relation, names in columns.items()}


def undisturbed_run(runs: Runner) -> tuple[str, dict[str, float]]:
    """Let a run come to its end; returns what it said and how long each phase took."""
    run = runs.start("run")
    began = watch(run, lambda _: False)
    ended = time.monotonic()
    said = run.log.read_text("utf-8")
    assert runs.end() == 0, said
    ends = dict(zip(began, [*list(began.values())[1:], ended], strict=True))
    return said, {phase: ends[phase] - began[phase] for phase in began}


def killed_run(
    runs: Runner, aim: str, seconds: dict[str, float], analyst: Analyst, chance: random.Random
) -> str:
    """Kill a run at a random moment of some phase; returns the phase in which it was hit."""
    run = runs.start("run")
    # To write a load takes milliseconds: nothing else is done while its beginning is waited for.
    meanwhile = None if aim == "land" else analyst.ask
    if aim == "land":
        watch(run, reached("read"), analyst.ask)
    watch(run, reached(aim), meanwhile)
    within = 0.02 if aim == "land" and chance.random() < 0.5 else seconds.get(aim, 0.02)
    moment = time.monotonic() + chance.uniform(0, within)
    watch(run, lambda _: time.monotonic() >= moment, meanwhile)
    alive = _is_alive(run)
    kill(run, alone=chance.random() < 0.5)
    runs.end()
    orphans_end(run)
    return run.phase() if alive else "nothing"


def test_killed_a_hundred_times_it_ends_in_the_same_publication(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("MINGZHANG_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"MINGZHANG_SEED={seed}\n")
    chance = random.Random(seed)  # noqa: S311 # only when to kill
    hit: Counter[str] = Counter()
    killed, undisturbed = Home(tmp_path / "killed"), Home(tmp_path / "undisturbed")
    analyst = Analyst(killed)
    with serve_small_site() as small:
        with runner(killed.path, small, tmp_path / "logs") as runs:
            undisturbed_run(runs)
            small.publish()
            _, seconds = undisturbed_run(runs)
            for number in range(KILLS):
                small.publish()
                hit[killed_run(runs, PHASES[number % len(PHASES)], seconds, analyst, chance)] += 1
                assert_whole(killed)
            undisturbed_run(runs)
            assert_whole(killed)
            assert_nothing_is_left_over(killed)
            assert "Nothing new." in undisturbed_run(runs)[0]
        with runner(undisturbed.path, small, tmp_path / "more logs") as runs:
            undisturbed_run(runs)
    record_property("phases hit", dict(hit))
    sys.stdout.write(f"phases hit: {dict(hit)}; {analyst.answers} queries answered\n")
    for relation, columns in relations(undisturbed.warehouse).items():
        assert differences(undisturbed.warehouse, killed.warehouse, relation, columns) == 0, relation
    assert set(hit) >= set(PHASES)
