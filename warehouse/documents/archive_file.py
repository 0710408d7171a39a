"""ZIP archives of documents: the members' lines and tables one after the other, a notice for each member."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace

from warehouse.documents.model import Document, Line, Notice, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.package import one_deeper, open_zip, read_member

MAX_DOCUMENTS = 200
MAX_UNPACKED_BYTES = 256 * 2**20


def read_archive(data: bytes) -> Document:
    """One document made of all members that can be read, in the order of the archive.

    Each member gives its name as a line, then its own blocks; sheets are called `member/sheet`. What cannot
    be read is a notice (`member_<outcome>`), not a failure, as long as one member can. Names are labels:
    nothing is ever written to disk, so a name such as `../../etc/passwd` does no harm.

    Raises:
        UnreadableDocumentError: TOO_LARGE for a bomb or too deep nesting; ENCRYPTED, CORRUPT … where no
        member can be
            read, with the outcome of the first.
    """
    with one_deeper(), open_zip(data) as archive:
        return _join(list(_members(archive)))


def member_name(info: zipfile.ZipInfo) -> str:
    """The name as its maker wrote it: zipfile takes unflagged names, GBK on Chinese systems, for cp437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, Document | UnreadableDocumentError]]:
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(member_name(info))]
    if len(infos) > MAX_DOCUMENTS:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"an archive of {len(infos)} files")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"an archive of {unpacked} bytes unpacked")
    for info in infos:
        yield member_name(info), _read(archive, info)


def _is_litter(name: str) -> bool:
    """Files that systems leave behind."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return (
        name.startswith("__MACOSX/")
        or base in {".DS_Store", "Thumbs.db", "desktop.ini"}
        or base.startswith("~$")
    )


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Document | UnreadableDocumentError:
    # Here, not above: reading a member may lead back into this module.
    from warehouse.documents import read_document  # noqa: PLC0415 a cycle, see above

    try:
        return read_document(read_member(archive, info))
    except UnreadableDocumentError as error:
        if error.outcome == ReadOutcome.TOO_LARGE:
            raise
        return error


def _join(members: list[tuple[str, Document | UnreadableDocumentError]]) -> Document:
    blocks: list[Line | Table] = []
    notices: list[Notice] = []
    for name, result in members:
        if isinstance(result, UnreadableDocumentError):
            notices.append(Notice(f"member_{result.outcome}", f"{name}: {result.reason}"))
            continue
        notices.append(Notice("member_read", f"{name}: {result.format}, {len(result.tables)} tables"))
        notices.extend(replace(notice, detail=f"{name}: {notice.detail}") for notice in result.notices)
        blocks.append(Line(name))
        blocks.extend(_labelled(block, name) for block in result.blocks)
    failures = [result for _, result in members if isinstance(result, UnreadableDocumentError)]
    if len(failures) == len(members):
        if not failures:
            raise UnreadableDocumentError(ReadOutcome.EMPTY, "an archive without files")
        reasons = "; ".join(
            f"{name}: {error.reason}" for (name, _), error in zip(members, failures, strict=True)
        )
        raise UnreadableDocumentError(
            failures[0].outcome, f"no file of the archive can be read: {reasons[:500]}"
        )
    return Document("zip", tuple(blocks), notices=tuple(notices))


def _labelled(block: Line | Table, name: str) -> Line | Table:
    """Pages and sheets of different members must not be taken for each other's."""
    return replace(block, sheet=f"{name}/{block.sheet}" if block.sheet else name)
