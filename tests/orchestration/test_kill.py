"""A run that is killed anywhere, and run again, ends in the same publication."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.orchestration.installation import PROJECT_ROOT, Installation
from tests.orchestration.test_rebuild import differences
from warehouse.home import Home
from warehouse.record.verify import verify_record

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CONTENT = ("core.fct_amount", "marts.agency_year", "marts.expenditure_by_function", "marts.project_history")


def interrupted(installation: Installation, after_seconds: float, how: signal.Signals) -> None:
    """Start the demo and stop it, with all its children, after a while."""
    with subprocess.Popen(
        installation.command("demo", "--port", str(installation.port)),
        env=installation.environment(),
        cwd=PROJECT_ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(after_seconds)
        if process.poll() is None:
            os.killpg(process.pid, how)


@pytest.mark.parametrize(
    ("moments", "how"),
    [((4, 9, 14, 19, 24, 29), signal.SIGKILL), ((6, 16, 26), signal.SIGINT)],
    ids=["kill", "interrupt"],
)
def test_killed_runs_end_in_the_same_publication(
    demo: tuple[Installation, str], tmp_path: Path, moments: Sequence[float], how: signal.Signals
) -> None:
    undisturbed, _ = demo
    killed = Installation(tmp_path / "home", undisturbed.port)
    for moment in moments:
        interrupted(killed, moment, how)
        if (home := Home(killed.home)).has_event_log:  # else it was killed before it began one
            assert verify_record(home) == []
    killed.demo()
    for table in CONTENT:
        assert (
            differences(undisturbed.home / "warehouse.duckdb", killed.home / "warehouse.duckdb", table) == 0
        )
    assert "Nothing new." in killed.run("run").stderr
