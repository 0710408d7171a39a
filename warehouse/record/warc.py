"""What was fetched, as a WARC file (ISO 28500): evidence for any reader of web archives."""

from __future__ import annotations

import io
from pathlib import Path

from warcio.warcwriter import WARCWriter

from warehouse.files import sync
from warehouse.record.archive import Archive
from warehouse.record.envelope import timestamp
from warehouse.record.errors import CorruptArchiveError
from warehouse.record.events import DocumentImported, FetchFinished, FetchOutcome, Payload
from warehouse.record.log import EventLog


def export_warc(log: EventLog, archive: Archive, target: Path) -> tuple[int, list[str]]:
    """Write every stored answer and every file that was handed in, in the order of the log.

    So is what shows why an answer was taken for none: the page of a blockade, the error page sent as a PDF.
    The log keeps of an answer its status and a few headers, not the bytes on the wire: records are of the
    type `resource`, with the body as it was archived. A body that is damaged is left out and named.

    Returns:
        How many records were written, and what was left out.
    """
    written, left_out = 0, []
    partial = target.with_name(f"{target.name}.partial")
    try:
        with partial.open("wb") as file:
            writer = WARCWriter(file, gzip=target.suffix == ".gz")
            for event in log.read(types=(FetchFinished.type, DocumentImported.type)):
                if not (fetched := _body_of(event.payload)):
                    continue
                url, sha256, kind, file_name = fetched
                try:
                    body = archive.get(sha256)
                except CorruptArchiveError as error:
                    left_out.append(str(error))
                    continue
                headers = {"WARC-Date": timestamp(event.occurred_at).replace("+00:00", "Z")}
                if file_name:
                    headers["WARC-Filename"] = file_name
                writer.write_record(
                    writer.create_warc_record(
                        url,
                        "resource",
                        payload=io.BytesIO(body),
                        length=len(body),
                        warc_content_type=kind or "application/octet-stream",
                        warc_headers_dict=headers,
                    )
                )
                written += 1
        partial.replace(target)
        sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)
    return written, left_out


def _body_of(payload: Payload) -> tuple[str, str, str | None, str | None] | None:
    """Address, hash, content type and file name of what came with an event; None where nothing new did."""
    match payload:
        case (
            FetchFinished(outcome=FetchOutcome.STORED, sha256=str(sha256))
            | FetchFinished(evidence_sha256=str(sha256)) as fetch
        ):
            return fetch.url, sha256, fetch.content_type, fetch.file_name
        case DocumentImported(url=url, sha256=sha256, file_name=file_name):
            return url, sha256, None, file_name
    return None
