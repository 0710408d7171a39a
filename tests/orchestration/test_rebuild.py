"""The warehouse again from the record alone, in an empty home."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from tests.orchestration.installation import Installation


COMPARED = {
    "core.fct_amount": "*",
    "core.dim_document_version": "*",
    "core.fct_check_result": "*",
    "marts.agency_year": "*",
}


def differences(one: Path, other: Path, table: str, columns: str = "*") -> int:
    """Rows that only one of two warehouses has."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        (count,) = connection.execute(
            f"""select count(*) from (
                (select {columns} from one.{table} except all select {columns} from other.{table})
                union all
                (select {columns} from other.{table} except all select {columns} from one.{table}))"""
        ).fetchone() or (0,)
    return int(count)


def test_a_copied_record_gives_the_same_publication(demo: tuple[Installation, str], tmp_path: Path) -> None:
    installation, _ = demo
    elsewhere = type(installation)(tmp_path / "elsewhere", installation.port)
    shutil.copytree(installation.home / "record", elsewhere.home / "record")
    elsewhere.run("rebuild")
    one, other = installation.home / "warehouse.duckdb", elsewhere.home / "warehouse.duckdb"
    for table, columns in COMPARED.items():
        assert elsewhere.ask(f"select count(*) from {table}") != [(0,)]
        assert differences(one, other, table, columns) == 0, table
    folders = [path.name for path in (elsewhere.home / "publications").glob("0*")]
    assert folders == [(installation.home / "publications" / "current").resolve().name]


def test_a_rebuild_goes_on_without_a_damaged_file(demo: tuple[Installation, str], tmp_path: Path) -> None:
    installation, _ = demo
    elsewhere = type(installation)(tmp_path / "elsewhere", installation.port)
    shutil.copytree(installation.home / "record", elsewhere.home / "record")
    (lost,), *_ = installation.ask("select any_value(document_sha256) from core.fct_amount")
    (elsewhere.home / "record" / "archive" / str(lost)[:2] / str(lost)).unlink()
    elsewhere.run("rebuild")
    (read,) = elsewhere.ask("select outcome, reason from core.dim_document where document_sha256 = ?", lost)
    assert read[0] == "corrupt"
    assert str(lost) in str(read[1])
    ((others,),) = elsewhere.ask("select count(distinct document_sha256) from core.fct_amount")
    ((all_of_them,),) = installation.ask("select count(distinct document_sha256) from core.fct_amount")
    assert others == int(str(all_of_them)) - 1


def test_as_of_a_moment_before_anything_was_seen_there_is_nothing(
    demo: tuple[Installation, str], tmp_path: Path
) -> None:
    installation, _ = demo
    elsewhere = type(installation)(tmp_path / "elsewhere", installation.port)
    shutil.copytree(installation.home / "record", elsewhere.home / "record")
    elsewhere.run("rebuild", "--as-of", "2020-01-01")
    (built,) = (elsewhere.home / "as_of").glob("*.duckdb")
    with duckdb.connect(str(built), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.agency_year").fetchone() == (0,)
    assert not (elsewhere.home / "warehouse.duckdb").exists()
