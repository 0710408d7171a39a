"""A file system so small that it can be filled, or that refuses to be written."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of so much (`8m`) at a place that is not there yet; the test skips without the means."""
    place.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place],  # noqa: S607 - from the system's path
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.decode()}")
    yield place
    subprocess.run(["umount", "-l", place], check=True)  # noqa: S607 - the same


def remount(disk: Path, how: str) -> None:
    """Change how it is mounted: `ro`, `rw`, `size=16m`."""
    subprocess.run(["mount", "-o", f"remount,{how}", disk], check=True)  # noqa: S607 - from the system's path
