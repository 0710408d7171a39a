"""Documents that a person hands in: for sites that refuse a crawler, or files that are gone."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from pathlib import Path

from warehouse.record.archive import Archive
from warehouse.record.events import DocumentImported, Event
from warehouse.record.log import EventLog


def import_files(  # noqa: PLR0913 - what is known of a file, by name
    archive: Archive,
    log: EventLog,
    files: Iterable[Path],
    *,
    site_id: str,
    site_name: str,
    region_code: str,
    run_id: str,
    url: str | None = None,
    title: str | None = None,
) -> list[DocumentImported]:
    """Archive files and record who handed them in; reading them is left to the next run.

    Raises:
        ValueError: one `url` was given for several files, or a file is empty.
    """
    contents = [(path, path.read_bytes()) for path in files]
    if url and len(contents) > 1:
        raise ValueError("--url names one document; hand in its file alone")
    if empty := [str(path) for path, data in contents if not data]:
        raise ValueError(f"{', '.join(empty)}: empty")
    imported = []
    for path, data in contents:
        sha256 = archive.put(data)
        imported.append(
            DocumentImported(
                site_name=site_name,
                region_code=region_code,
                url=url or f"import:{sha256}",
                sha256=sha256,
                byte_count=len(data),
                file_name=path.name,
                title=title or path.stem,
                imported_by=getpass.getuser(),
            )
        )
    log.append([Event(payload=payload, run_id=run_id, site_id=site_id) for payload in imported])
    return imported
