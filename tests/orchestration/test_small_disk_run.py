"""A disk that fills up in any step of a run, or cannot be written: a clear error, nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestration.runs import Runner, assert_whole, runner
from tests.orchestration.small_site import serve_small_site
from tests.small_disk import remount, small_disk
from warehouse.home import Home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

MEGABYTE = 2**20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 megabytes."""
    with small_disk(tmp_path / "disk", "256m") as place:
        yield place


def leave(disk: Path, room: int) -> Path:
    """Fill a disk but for some bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - room)
    return filler


def step_reached(said: str, home: Home, before: set[str]) -> str:
    if "building the marts" not in said:
        return "collect"
    return "build" if {path.name for path in home.reports.glob("*")} == before else "publish"


def run(runs: Runner) -> tuple[int, str]:
    started = runs.start("run")
    return runs.end(), started.log.read_text("utf-8")


def test_whichever_step_has_no_room_nothing_is_lost(disk: Path, tmp_path: Path) -> None:
    home = Home(disk / "home")
    failed_in: list[str] = []
    with serve_small_site() as small, runner(home.path, small, tmp_path / "logs") as runs:
        assert run(runs)[0] == 0
        published = (home.publications / "current").resolve()
        for kilobytes in range(500, 80_000, 4000):
            small.publish()
            before = {path.name for path in home.reports.glob("*")}
            filler = leave(disk, kilobytes * 1024)
            code, said = run(runs)
            filler.unlink()
            assert_whole(home)
            if code == 0:
                break
            failed_in.append(step_reached(said, home, before))
            assert "space" in said.lower() or "full" in said.lower(), said
            assert (home.publications / "current").resolve() == published
        assert code == 0, said
        assert (home.publications / "current").resolve() != published
        assert "Nothing new." in run(runs)[1]
        small.publish()
        remount(disk, "ro")
        code, said = run(runs)
        remount(disk, "rw")
        assert (code, "read-only" in said, "Traceback" in said) == (1, True, False), said
        assert_whole(home)
        assert run(runs)[0] == 0
    assert {"collect", "build", "publish"} <= set(failed_in), failed_in
