"""Events, logs and real servers to test with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from warehouse.home import Home
from warehouse.record.events import Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.log import EventLog

BACKENDS = ("sqlite", "postgresql")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until a server listens on loopback."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{server.args!r} does not listen on {port}")


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "")]
    if not (found[-1].parent / "postgres").exists():
        pytest.skip("no PostgreSQL server is installed here")
    return found[-1].parent


@pytest.fixture(scope="session")
def postgresql(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server that lives as long as the tests."""
    pytest.importorskip("psycopg_pool", reason="psycopg is absent: pip install mingzhang[postgres]")
    # PostgreSQL refuses to run as root.
    as_user: dict[str, object] = {}
    folder = tmp_path_factory.mktemp("postgresql")
    if os.geteuid() == 0:
        as_user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        folder = Path(f"/var/tmp/mingzhang-{uuid4().hex}")  # noqa: S108 - others may enter it, and only then
        folder.mkdir()
        shutil.chown(folder, "nobody", "nogroup")
    data, port = folder / "data", free_port()
    initialise = [
        programs / "initdb",
        "-D",
        data,
        "-A",
        "trust",
        "-U",
        "mingzhang",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(initialise, check=True, capture_output=True, cwd=folder, **as_user)  # type: ignore[call-overload]
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "shared_buffers=16MB"]
    with (folder / "server.log").open("wb") as messages:
        server = subprocess.Popen(  # type: ignore[call-overload]
            [programs / "postgres", "-D", data, *options], stderr=messages, cwd=folder, **as_user
        )
        try:
            wait_for(port, server)
            # It listens before it has started up.
            is_ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            deadline = time.monotonic() + 60
            while subprocess.run(is_ready, check=False).returncode and time.monotonic() < deadline:
                time.sleep(0.05)
            yield f"postgresql://mingzhang@127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(postgresql: str) -> str:
    """The address of a fresh database."""
    import psycopg  # noqa: PLC0415 - absent where the fixture skips

    name = f"log_{uuid4().hex}"
    with psycopg.connect(f"{postgresql}postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgresql}{name}"


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server of the S3 protocol that lives as long as the tests."""
    pytest.importorskip("s3fs", reason="s3fs is absent: pip install mingzhang[s3]")
    pytest.importorskip("moto.server", reason="moto[server,s3] is absent")
    port = free_port()
    with (tmp_path_factory.mktemp("s3") / "server.log").open("wb") as messages:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(command, stdout=messages, stderr=messages)
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a fresh bucket."""
    import s3fs  # noqa: PLC0415 - absent where the fixture skips

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    name = f"archive-{uuid4().hex}"
    s3fs.S3FileSystem().mkdir(name)
    return f"s3://{name}/mingzhang"


@pytest.fixture(params=BACKENDS)
def log_address(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a fresh log is; one parameter per storage, all bound by the same tests."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("database")
        return address
    return tmp_path / "events.sqlite"


@pytest.fixture
def home(tmp_path: Path, log_address: Path | str, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A fresh installation whose log is in the storage of the test."""
    if not isinstance(log_address, Path):
        monkeypatch.setenv("MINGZHANG_EVENT_LOG", log_address)
    return Home(tmp_path)


@pytest.fixture
def open_log(log_address: Path | str) -> Callable[[], EventLog]:
    """Opens the same log again each time."""
    return lambda: EventLog.open(log_address)


def fetched(
    number: int, *, site_id: str = "xinzhou", run_id: str = "run-1", sha256: str | None = None
) -> Event:
    """A document that was fetched from a site."""
    return Event(
        payload=FetchFinished(
            url=f"http://site.example/附件{number}.pdf",
            kind=PageKind.DOCUMENT,
            outcome=FetchOutcome.STORED,
            sha256=sha256 or f"{number:064x}",
            byte_count=number,
        ),
        run_id=run_id,
        site_id=site_id,
    )


@pytest.fixture
def make_event() -> Callable[..., Event]:
    """`fetched`, for test modules."""
    return fetched
