"""The raw archive."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.record.archive import Archive
from warehouse.record.errors import CorruptArchiveError, RecordUnavailableError

PDF = b"%PDF-1.7 budget"
SHA256 = hashlib.sha256(PDF).hexdigest()


def test_a_file_is_kept_under_its_hash_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    assert SHA256 not in archive
    assert list(archive.hashes()) == []
    assert archive.put(PDF) == SHA256
    path = tmp_path / "archive" / SHA256[:2] / SHA256
    assert path.read_bytes() == PDF
    first = path.stat()
    assert archive.put(PDF) == SHA256
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    assert SHA256 in archive
    assert archive.get(SHA256) == PDF
    assert list((tmp_path / "archive" / "partial").iterdir()) == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(files=st.lists(st.binary(), max_size=8))
def test_any_bytes_come_back_and_hashes_are_listed_in_order(
    tmp_path_factory: pytest.TempPathFactory, files: list[bytes]
) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    hashes = [archive.put(data) for data in files]
    assert [archive.get(sha256) for sha256 in hashes] == files
    assert list(archive.hashes()) == sorted(set(hashes))


def test_an_address_of_another_file_system_is_served(tmp_path: Path) -> None:
    archive = Archive(f"memory://{tmp_path.name}/archive")
    assert archive.put(PDF) == SHA256
    assert archive.get(SHA256) == PDF
    assert list(archive.hashes()) == [SHA256]


def test_changed_bytes_are_never_handed_out(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = Path(archive.path_of(archive.put(PDF)))
    path.write_bytes(PDF.replace(b"budget", b"BUDGET"))
    with pytest.raises(CorruptArchiveError, match=f"{SHA256}: its bytes have the SHA-256"):
        archive.get(SHA256)


def test_a_shortened_file_is_found_when_it_is_put_again_and_is_not_overwritten(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = Path(archive.path_of(archive.put(PDF)))
    path.write_bytes(PDF[:4])
    with pytest.raises(CorruptArchiveError, match=f"{SHA256}: holds 4 bytes instead of {len(PDF)}"):
        archive.put(PDF)
    assert path.read_bytes() == PDF[:4]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptArchiveError, match=f"{SHA256}: is missing"):
        Archive(tmp_path).get(SHA256)


@pytest.mark.parametrize("name", ["../../etc/passwd", SHA256.upper(), SHA256[:-1], ""])
def test_only_hashes_are_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Archive(tmp_path).get(name)


def test_where_nothing_can_be_written_the_error_says_so(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where the folder should be")
    with pytest.raises(RecordUnavailableError, match=r"archive .*archive"):
        Archive(tmp_path / "archive").put(PDF)


def test_partial_files_of_killed_writers_are_swept_but_not_those_of_running_ones(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(PDF)
    old, new = tmp_path / "partial" / "old", tmp_path / "partial" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    archive.sweep()
    assert not old.exists()
    assert new.exists()
    assert list(archive.hashes()) == [SHA256]
