"""ZIP containers (DOCX, XLSX, archives) opened with care: what a hostile one could do is refused here."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lxml import etree

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError

MAX_MEMBERS = 5_000
MAX_MEMBER_BYTES = 256 * 2**20
MAX_TOTAL_BYTES = 1024 * 2**20
MAX_RATIO = 200
"""Unpacked to packed size. Word's own XML reaches 40; what exceeds this above `_RATIO_FLOOR` is a bomb."""

MAX_NESTING = 3
"""Documents within documents: archives in archives, workbooks in Word files."""

_depth: ContextVar[int] = ContextVar("nesting_of_documents", default=0)
_RATIO_FLOOR = 16 * 2**20
_ENCRYPTED = 0x1


@contextmanager
def one_deeper() -> Iterator[None]:
    """The reading of a document that stands in another.

    Raises:
        UnreadableDocumentError: TOO_LARGE where it is nested too deep.
    """
    depth = _depth.get()
    if depth >= MAX_NESTING:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"archives nested deeper than {MAX_NESTING}")
    token = _depth.set(depth + 1)
    try:
        yield
    finally:
        _depth.reset(token)


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive, its directory checked.

    Raises:
        UnreadableDocumentError: CORRUPT where the directory cannot be read (a truncated file); TOO_LARGE
        where it
            announces more than a document can hold.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, OverflowError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken ZIP container: {error}") from error
    total = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or total > MAX_TOTAL_BYTES:
        raise UnreadableDocumentError(
            ReadOutcome.TOO_LARGE, f"ZIP container of {len(members)} members, {total} bytes unpacked"
        )
    return archive


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo | str) -> bytes:
    """One member's bytes.

    Raises:
        UnreadableDocumentError: CORRUPT (missing, damaged, more bytes than announced), ENCRYPTED, UNSUPPORTED
            (unknown compression) or TOO_LARGE (a bomb).
    """
    try:
        info = archive.getinfo(member) if isinstance(member, str) else member
        _refuse_bomb(info)
        with archive.open(info) as stream:
            content = stream.read(info.file_size + 1)
    except KeyError as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"part {member} is missing") from error
    except NotImplementedError as error:
        raise UnreadableDocumentError(ReadOutcome.UNSUPPORTED, f"ZIP container: {error}") from error
    except RuntimeError as error:
        raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, f"ZIP container: {error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, UnicodeDecodeError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken ZIP member: {error}") from error
    return content


def _refuse_bomb(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, "the ZIP container needs a password")
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > MAX_MEMBER_BYTES or (info.file_size > _RATIO_FLOOR and ratio > MAX_RATIO):
        raise UnreadableDocumentError(
            ReadOutcome.TOO_LARGE,
            f"{info.filename!r} unpacks from {info.compress_size} to {info.file_size} bytes",
        )


def refuse_bombs(data: bytes) -> None:
    """Check the parts of a package that a library is going to unpack by itself.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED, or TOO_LARGE where a part is a bomb.
    """
    with open_zip(data) as archive:
        for info in archive.infolist():
            if info.filename.endswith((".xml", ".rels", ".bin")):
                _refuse_bomb(info)


def parse_xml(content: bytes, part: str) -> etree._Element:
    """The root of one XML part; entities are not resolved, nothing is fetched, depth is limited by libxml2.

    Raises:
        UnreadableDocumentError: CORRUPT where it is not well-formed or declares entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"{part} is not well-formed: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        # No office program writes a DTD; its only use here would be entities.
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"{part} declares a document type")
    return root
