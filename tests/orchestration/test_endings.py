"""How commands end: by Ctrl-C whenever it is pressed, and by a failure with one line that says it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import pytest
from sqlalchemy.exc import OperationalError

from orchestration import __main__ as command
from orchestration import cli, record_cli
from orchestration.exit_codes import EXIT_INTERRUPTED
from orchestration.interrupts import heeded, stop_if_interrupted
from tests.orchestration.installation import PROJECT_ROOT, Installation, free_ports
from warehouse.home import Home


def test_a_signal_that_a_handler_swallows_is_noted_once() -> None:
    swallowed: list[int] = []

    def swallow(number: int, _frame: FrameType | None) -> None:
        swallowed.append(number)

    before = signal.signal(signal.SIGINT, swallow)
    try:
        with heeded():
            stop_if_interrupted()
            os.kill(os.getpid(), signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                stop_if_interrupted()
            stop_if_interrupted()
    finally:
        signal.signal(signal.SIGINT, before)
    assert swallowed == [signal.SIGINT]
    assert signal.set_wakeup_fd(-1) == -1


def test_an_interruption_in_a_finaliser_comes_again_and_leaves_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Finalised:
        def __init__(self, error: BaseException) -> None:
            self.error = error

        def __del__(self) -> None:
            raise self.error

    usual, sys.unraisablehook = sys.unraisablehook, sys.__unraisablehook__
    try:
        with heeded():
            Finalised(KeyboardInterrupt())
            with pytest.raises(KeyboardInterrupt):
                time.sleep(10)
            assert capsys.readouterr().err == ""
            Finalised(ValueError("a mistake"))
            assert "ValueError: a mistake" in capsys.readouterr().err
        assert sys.unraisablehook is sys.__unraisablehook__
    finally:
        sys.unraisablehook = usual


def test_other_signals_stop_nothing() -> None:
    before = signal.signal(signal.SIGUSR1, lambda _number, _frame: None)
    try:
        with heeded():
            os.kill(os.getpid(), signal.SIGUSR1)
            stop_if_interrupted()
    finally:
        signal.signal(signal.SIGUSR1, before)


COMMAND_THAT_WAITS = """
import sys, time
class Waits:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[-1]:
            print("loading", flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Waits())
from orchestration.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["typer", "scrapers.check"])
def test_while_commands_are_loaded(module: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND_THAT_WAITS, "sites", "check", "--sites", module],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as loading:
        assert loading.stdout is not None
        assert loading.stdout.readline() == "loading\n"
        time.sleep(0.05)
        loading.send_signal(signal.SIGINT)
        _, said = loading.communicate(timeout=30)
    assert loading.returncode == EXIT_INTERRUPTED
    assert said == "Interrupted. What was recorded is kept; the same command goes on from there.\n"


def test_the_replica_stops_as_it_says(tmp_path: Path) -> None:
    with subprocess.Popen(
        Installation(tmp_path, 0).command("replica", "--port", str(free_ports())),
        cwd=PROJECT_ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stderr is not None
        said = [serving.stderr.readline() for _ in range(4)]
        serving.send_signal(signal.SIGINT)
        assert (serving.wait(30), serving.stderr.read()) == (0, "")
    assert (sum("http://127.0.0.1:" in line for line in said), said[-1]) == (3, "Ctrl-C stops.\n")


def test_an_interruption_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_home: Path | None) -> Home:
        raise KeyboardInterrupt

    monkeypatch.setattr(record_cli, "require_record", interrupt)
    monkeypatch.setattr("sys.argv", ["mingzhang", "verify"])
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 130
    assert capsys.readouterr().err.startswith("Interrupted. What was recorded is kept")


@pytest.mark.parametrize("given", ["abc", "0", "-1"])
def test_a_setting_that_cannot_be_is_named_before_anything_begins(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINGZHANG_KEEP_PUBLICATIONS", given)
    monkeypatch.setattr("sys.argv", ["mingzhang", "run", "--home", str(tmp_path / "home")])
    with pytest.raises(SystemExit) as end:
        command.main()
    said = f"MINGZHANG_KEEP_PUBLICATIONS={given}: not a number of publications to keep\n"
    assert (end.value.code, capsys.readouterr().err) == (1, said)
    assert not (tmp_path / "home").exists()


def of_dagster(message: str) -> OperationalError:
    """As SQLAlchemy raises it."""
    error = OperationalError("INSERT", {}, Exception())
    error.__cause__ = sqlite3.OperationalError(message)
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (of_dagster("disk I/O error"), "disk I/O error (is the disk full"),
    ],
    ids=["ours", "Dagster's storage"],
)
def test_a_full_disk_is_one_line(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit):
        command.main()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_a_mistake_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "app", lambda: {}["absent"])
    with pytest.raises(KeyError):
        command.main()
