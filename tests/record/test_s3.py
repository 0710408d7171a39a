"""The archive in a bucket, on a real server of the S3 protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.errors import CorruptArchiveError, RecordUnavailableError
from warehouse.record.events import Event
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

PDF = b"%PDF-1.7 \xe9\xa2\x84\xe7\xae\x97"
SHA256 = hashlib.sha256(PDF).hexdigest()


def test_bytes_are_kept_under_their_hash_and_read_back(bucket: str) -> None:
    archive = Archive(bucket)
    assert SHA256 not in archive
    assert archive.put(PDF) == SHA256
    assert archive.put(PDF) == SHA256
    assert SHA256 in archive
    assert archive.get(SHA256) == PDF
    other = archive.put(b"another")
    assert list(Archive(bucket).hashes()) == sorted([SHA256, other])


def test_a_file_is_never_written_twice(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(bucket)
    archive.put(PDF)
    before = archive._fs.info(archive.path_of(SHA256))["LastModified"]
    # Another machine looked before the file was there, and writes after it.
    monkeypatch.setattr(archive._fs, "exists", lambda _path: False)
    monkeypatch.setattr(Archive, "_write", _counted(writes := [], Archive._write))
    assert archive.put(PDF) == SHA256
    assert len(writes) == 1
    assert archive._fs.info(archive.path_of(SHA256))["LastModified"] == before


def _counted(calls: list[object], function: Callable[..., None]) -> Callable[..., None]:
    return lambda *given: (calls.append(given), function(*given))[1]


def test_what_is_missing_damaged_or_out_of_reach_is_told_apart(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs  # noqa: PLC0415 - absent where the fixture skips

    archive = Archive(bucket)
    with pytest.raises(CorruptArchiveError, match="is missing"):
        archive.get(SHA256)
    archive.put(PDF)
    s3fs.S3FileSystem().pipe_file(archive.path_of(SHA256), b"damaged")
    with pytest.raises(CorruptArchiveError, match="its bytes have the SHA-256"):
        archive.get(SHA256)
    with pytest.raises(CorruptArchiveError, match="holds 7 bytes instead of"):
        archive.put(PDF)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(RecordUnavailableError, match=f"archive .*{SHA256}"):
        Archive(bucket).get(SHA256)


def test_a_home_keeps_its_archive_where_the_setting_says(
    bucket: str, home: Home, make_event: Callable[..., Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGZHANG_ARCHIVE", bucket)
    Archive(home.archive).put(PDF)
    with EventLog.open(home.event_log) as log:
        log.append([make_event(1, sha256=SHA256)])
        assert verify_record(home) == []
        log.append([make_event(2, sha256="0" * 64)])
    assert [problem.kind for problem in verify_record(home)] == ["missing_file"]
    assert not (home.record / "archive").exists()
