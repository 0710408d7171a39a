"""A home and the real command that works on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROJECT_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installation:
    """A home, and the command that works on it."""

    home: Path
    port: int

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "orchestration", *arguments]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "MINGZHANG_HOME": str(self.home), "COLUMNS": "200", "NO_COLOR": "1"}

    def run(self, *arguments: str, expected: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expected, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done

    def demo(self) -> subprocess.CompletedProcess[str]:
        return self.run("demo", "--port", str(self.port))

    def ask(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()


def free_ports(count: int = 3) -> int:
    """The first of several consecutive ports that are free now."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first + count < 65_535 and all(_is_free(first + offset) for offset in range(count)):
            return first
    raise RuntimeError("no consecutive free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
