"""A PostgreSQL server on loopback that lives as long as it is needed, where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; None where no server is installed."""
    # ruff: noqa: S603 - PostgreSQL's own programs
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "")]
    return found[-1].parent if (found[-1].parent / "postgres").exists() else None


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until a server listens on loopback.

    Raises:
        RuntimeError: it does not within a minute, or has ended.
    """
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{server.args!r} does not listen on {port}")


@contextmanager
def postgresql_server(binaries: Path, folder: Path) -> Iterator[str]:
    """The address `postgresql://…/` of a server with its data in a folder; as root, in one of its own.

    Args:
        binaries: The folder of PostgreSQL's programs.
        folder: An empty folder.
    """
    # PostgreSQL refuses to run as root.
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:
        as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        folder = Path(f"/var/tmp/mingzhang-{uuid4().hex}")  # noqa: S108 - others may enter it, and only then
        folder.mkdir()
        shutil.chown(folder, "nobody", "nogroup")
    data, port = folder / "data", free_port()
    form = ["-D", data, "-A", "trust", "-U", "mingzhang", "-E", "UTF8", "--no-sync"]
    initialise = [binaries / "initdb", *form]
    subprocess.run(initialise, check=True, capture_output=True, cwd=folder, **as_user)  # type: ignore[call-overload]
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "shared_buffers=16MB"]
    with (folder / "server.log").open("wb") as messages:
        server = subprocess.Popen(  # type: ignore[call-overload]
            [binaries / "postgres", "-D", data, *options], stderr=messages, cwd=folder, **as_user
        )
        try:
            wait_for(port, server)
            # It listens before it has started up.
            is_ready = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            deadline = time.monotonic() + 60
            while subprocess.run(is_ready, check=False).returncode and time.monotonic() < deadline:
                time.sleep(0.05)
            yield f"postgresql://mingzhang@127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait()
            shutil.rmtree(folder, ignore_errors=True)
