"""The log can be audited as docs/record.md says, without Mingzhang."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.home import PROJECT_ROOT
from warehouse.record.events import Event
from warehouse.record.log import EventLog


@pytest.mark.parametrize("tampered", [False, True])
def test_the_documented_audit_holds_for_a_log_and_fails_for_a_changed_one(
    tmp_path: Path, make_event: Callable[..., Event], tampered: bool
) -> None:
    path = tmp_path / "record" / "events.sqlite"
    with EventLog.open(path) as log:
        log.append([make_event(number) for number in range(3)])
    if tampered:
        connection = sqlite3.connect(path)
        connection.execute(
            "UPDATE stored_events SET state = replace(state, 'stored', 'lost') WHERE rowid = 2"
        )
        connection.commit()
        connection.close()
    documentation = (PROJECT_ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    (audit,) = re.findall(r"```python\n(.*?)```", documentation, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", audit], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr.endswith("AssertionError: 2\n" if tampered else "")
    assert (done.returncode != 0) is tampered
