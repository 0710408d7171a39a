"""Archives of documents (ZIP, tar, gzip): the members' lines and tables in order, a notice for each."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from warehouse.documents.model import Document, Line, Notice, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.package import one_deeper, open_zip, read_member

MAX_DOCUMENTS = 200
MAX_UNPACKED_BYTES = 256 * 2**20


def read_archive(data: bytes) -> Document:
    """One document made of all members that can be read, in the order of the archive.

    Each member gives its name as a line, then its own blocks; sheets are called `member/sheet`. A member that
    is the same file as one before is read once. What cannot be read is a notice (`member_<outcome>`), not a
    failure, as long as one member can. Names are labels: nothing is ever written to disk, so a name such as
    `../../etc/passwd` does no harm.

    Raises:
        UnreadableDocumentError: TOO_LARGE for a bomb or too deep nesting; ENCRYPTED, CORRUPT … where no
        member can be
            read, with the outcome of the first.
    """
    with one_deeper(), open_zip(data) as archive:
        return _join("zip", list(_zip_members(archive)))


def read_tar(data: bytes) -> Document:
    """The same for a tar archive.

    Raises:
        UnreadableDocumentError: as `read_archive`.
    """
    try:
        with one_deeper(), tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            files = [member for member in archive if member.isfile() and not _is_litter(member.name)]
            _refuse_many(len(files), sum(member.size for member in files))
            contents = ((member.name, archive.extractfile(member)) for member in files)
            return _join("tar", list(_each(((name, file.read()) for name, file in contents if file))))
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken tar archive: {error}") from error


def read_gzip(data: bytes) -> Document:
    """The document or the tar archive that is packed in a gzip file.

    Raises:
        UnreadableDocumentError: TOO_LARGE for a bomb; CORRUPT; as the document.
    """
    # Here, not above: reading what is packed may lead back into this module.
    from warehouse.documents import read_document  # noqa: PLC0415 a cycle, see above

    try:
        with gzip.open(io.BytesIO(data)) as packed:
            content = packed.read(MAX_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken gzip file: {error}") from error
    _refuse_many(1, len(content))
    with one_deeper():
        return read_document(content)


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


_Member = tuple[str, Document | UnreadableDocumentError]


def _zip_members(archive: zipfile.ZipFile) -> Iterator[_Member]:
    infos = [
        info
        for info in archive.infolist()
        if not info.filename.endswith("/") and not _is_litter(member_name(info))
    ]
    _refuse_many(len(infos), sum(info.file_size for info in infos))
    return _each((member_name(info), _content(archive, info)) for info in infos)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | UnreadableDocumentError:
    try:
        return read_member(archive, info)
    except UnreadableDocumentError as error:
        return _unless_too_large(error)


def _refuse_many(count: int, unpacked: int) -> None:
    if count > MAX_DOCUMENTS:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"an archive of {count} files")
    if unpacked > MAX_UNPACKED_BYTES:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"an archive of {unpacked} bytes unpacked")


def _is_litter(name: str) -> bool:
    """Files that systems leave behind."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return (
        name.startswith("__MACOSX/")
        or base in {".DS_Store", "Thumbs.db", "desktop.ini"}
        or base.startswith(("~$", "._"))
    )


def _each(contents: Iterable[tuple[str, bytes | UnreadableDocumentError]]) -> Iterator[_Member]:
    """Each file read; the second one of two that are the same is none."""
    # Here, not above: reading a member may lead back into this module.
    from warehouse.documents import read_document  # noqa: PLC0415 a cycle, see above

    names: dict[bytes, str] = {}
    for name, content in contents:
        if isinstance(content, UnreadableDocumentError):
            yield name, content
            continue
        first = names.setdefault(hashlib.sha256(content).digest(), name)
        if first is not name:
            yield name, Document("", (), notices=(Notice("member_repeated", f"the same file as {first}"),))
            continue
        try:
            yield name, read_document(content)
        except UnreadableDocumentError as error:
            yield name, _unless_too_large(error)


def _unless_too_large(error: UnreadableDocumentError) -> UnreadableDocumentError:
    if error.outcome == ReadOutcome.TOO_LARGE:
        raise error
    return error


def _join(file_format: str, members: list[_Member]) -> Document:
    blocks: list[Line | Table] = []
    notices: list[Notice] = []
    for name, result in members:
        if isinstance(result, UnreadableDocumentError):
            notices.append(Notice(f"member_{result.outcome}", f"{name}: {result.reason}"))
            continue
        if result.format:
            notices.append(Notice("member_read", f"{name}: {result.format}, {len(result.tables)} tables"))
        notices.extend(replace(notice, detail=f"{name}: {notice.detail}") for notice in result.notices)
        blocks += [Line(name)] if result.format else []
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
    return Document(file_format, tuple(blocks), notices=tuple(notices))


def _labelled(block: Line | Table, name: str) -> Line | Table:
    """Pages and sheets of different members must not be taken for each other's."""
    return replace(block, sheet=f"{name}/{block.sheet}" if block.sheet else name)
