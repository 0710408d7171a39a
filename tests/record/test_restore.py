"""Backup and restore: a copied record gives the same publication on an empty machine, wherever it is kept."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest

from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.events import CrawlStarted, Event
from warehouse.record.handed_in import import_files
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SITE = {"site_id": "qinhuangdao", "site_name": "秦皇岛", "region_code": "130300"}


def publish_two_documents(home: Home, shared: Path) -> None:
    """What runs do: two documents of one site are recorded, and published one after the other."""
    from orchestration import pipeline  # noqa: PLC0415 - Dagster's neighbours take seconds to import

    for number, name in enumerate(("qinhuangdao-industry-2024.pdf", "xinzhou-commerce-2024.pdf")):
        run_id = f"run-{number}"
        with EventLog.open(home.event_log) as log:
            log.append([Event(payload=CrawlStarted(**_STARTED), run_id=run_id, site_id=SITE["site_id"])])
            import_files(Archive(home.archive), log, [shared / "corpus" / name], run_id=run_id, **SITE)
        assert pipeline.land(home, SITE["site_id"], run_id)
        assert [verdict.accepted for verdict in pipeline.validate(home, SITE["site_id"], run_id)] == [True]
        pipeline.build_models(home, run_id)
        pipeline.publish(home, run_id, pipeline.audit(home, run_id))


_STARTED = {
    "site_name": SITE["site_name"],
    "region_code": SITE["region_code"],
    "platform": "generic",
    "start_urls": (),
}


def difference(one: Path, other: Path) -> dict[str, int]:
    """Rows that only one of two publications has, by table."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{one}' AS one (READ_ONLY); ATTACH '{other}' AS other (READ_ONLY)")
        names = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'one'"
        ).fetchall()
        assert ("core.fct_amount",) in names
        counts = {}
        for (name,) in names:
            query = (
                f"SELECT count(*) FROM ((FROM one.{name} EXCEPT ALL FROM other.{name})"
                f" UNION ALL (FROM other.{name} EXCEPT ALL FROM one.{name}))"
            )
            (counts[name],) = connection.execute(query).fetchone() or (0,)
    return {name: count for name, count in counts.items() if count}


def restored(home: Home, first: Home) -> None:
    """The copied record is whole and gives the last publication under its number, and the first one too."""
    from orchestration import pipeline  # noqa: PLC0415 - see above

    assert verify_record(home) == []
    pipeline.rebuild(home)
    assert difference(first.warehouse.resolve(), home.warehouse.resolve()) == {}
    assert home.warehouse.resolve().parent.name == first.warehouse.resolve().parent.name == "000002"
    again = pipeline.publication_again(home, 1)
    assert difference(first.publications / "000001" / "warehouse.duckdb", again) == {}


def test_a_copied_folder(shared: Path, tmp_path: Path) -> None:
    home, elsewhere = Home(tmp_path / "one"), Home(tmp_path / "other")
    publish_two_documents(home, shared)
    shutil.copytree(home.record, elsewhere.record)
    restored(elsewhere, home)


def test_a_copied_bucket_and_a_dumped_database(  # noqa: PLR0917 - fixtures, by name
    bucket: str,
    postgresql: str,
    programs: Path,
    database: str,
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import psycopg  # noqa: PLC0415 - absent where the fixture skips
    import s3fs  # noqa: PLC0415 - the same

    monkeypatch.setenv("MINGZHANG_ARCHIVE", bucket)
    monkeypatch.setenv("MINGZHANG_EVENT_LOG", database)
    home, elsewhere = Home(tmp_path / "one"), Home(tmp_path / "other")
    publish_two_documents(home, shared)

    copy_of_bucket, copy_of_database = f"s3://copy-{uuid4().hex}/mingzhang", f"copy_{uuid4().hex}"
    files = s3fs.S3FileSystem()
    files.mkdir(copy_of_bucket.removeprefix("s3://").split("/")[0])
    files.copy(bucket, copy_of_bucket, recursive=True)
    with psycopg.connect(f"{postgresql}postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {copy_of_database}")
    dump = subprocess.run([programs / "pg_dump", database], check=True, capture_output=True).stdout
    into = [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", f"{postgresql}{copy_of_database}"]
    subprocess.run(into, input=dump, check=True, capture_output=True)
    files.rm(bucket, recursive=True)
    monkeypatch.setenv("MINGZHANG_ARCHIVE", copy_of_bucket)
    monkeypatch.setenv("MINGZHANG_EVENT_LOG", f"{postgresql}{copy_of_database}")
    restored(elsewhere, home)
