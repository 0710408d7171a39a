"""Events, logs and real servers to test with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from bench import postgres_server
from bench.postgres_server import free_port, postgresql_server, wait_for
from warehouse.home import Home
from warehouse.record.events import Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.log import EventLog

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of PostgreSQL's programs."""
    return postgres_server.programs() or pytest.skip("no PostgreSQL server is installed here")


@pytest.fixture(scope="session")
def postgresql(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server that lives as long as the tests."""
    pytest.importorskip("psycopg_pool", reason="psycopg is absent: pip install mingzhang[postgres]")
    with postgresql_server(programs, tmp_path_factory.mktemp("postgresql")) as address:
        yield address


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
