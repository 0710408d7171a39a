"""Evidence that leaves the system, read back with the field's library."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.record.archive import Archive
from warehouse.record.events import DocumentImported, Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.log import EventLog

pytest.importorskip("warcio", reason="warcio is absent: pip install mingzhang[warc]")


@pytest.mark.parametrize("name", ["evidence.warc", "evidence.warc.gz"])
def test_what_was_fetched_is_in_the_warc_byte_by_byte(
    tmp_path: Path, make_event: Callable[..., Event], name: str
) -> None:
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - absent where the module skips

    from warehouse.record.warc import export_warc  # noqa: PLC0415 - the same

    archive = Archive(tmp_path / "archive")
    page, handed_in, blockade = "<h1>预算</h1>".encode(), b"%PDF-1.7", "请求被拦截".encode()
    fetch = FetchFinished(
        url="http://site.example/预算.html",
        kind=PageKind.ARTICLE,
        outcome=FetchOutcome.STORED,
        sha256=archive.put(page),
        content_type="text/html; charset=utf-8",
    )
    unchanged = fetch.model_copy(update={"outcome": FetchOutcome.UNCHANGED})
    blocked = FetchFinished(
        url="http://site.example/预算.pdf",
        kind=PageKind.DOCUMENT,
        outcome=FetchOutcome.BLOCKED,
        evidence_sha256=archive.put(blockade),
        content_type="text/html",
    )
    imported = DocumentImported(
        site_name="",
        region_code="140900",
        url="import:x",
        sha256=archive.put(handed_in),
        byte_count=8,
        file_name="预算.pdf",
        title="",
        imported_by="li",
    )
    at = datetime(2024, 3, 15, 0, 30, tzinfo=UTC)
    with EventLog.open(tmp_path / "events.sqlite") as log:
        log.append(
            [Event(payload=p, run_id="r", occurred_at=at) for p in (fetch, unchanged, blocked, imported)]
        )
        log.append([make_event(1)])
        written, left_out = export_warc(log, archive, tmp_path / name)
    assert written == 3
    assert left_out == [f"{archive.path_of(f'{1:064x}')}: is missing"]
    with (tmp_path / name).open("rb") as file:
        records = [
            (
                record.rec_type,
                record.rec_headers["WARC-Target-URI"],
                record.rec_headers["WARC-Date"],
                record.content_type,
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file, check_digests=True)
        ]
    date = "2024-03-15T00:30:00.000000Z"
    html, pdf = "text/html; charset=utf-8", "application/octet-stream"
    assert [record[2:] for record in records] == [
        (date, html, page),
        (date, "text/html", blockade),
        (date, pdf, handed_in),
    ]
    assert {record[0] for record in records} == {"resource"}
    assert records[2][1] == "import:x"
    assert list(tmp_path.glob("*.partial")) == []
