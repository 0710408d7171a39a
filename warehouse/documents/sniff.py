"""What a file is, by its content: names and headers of government sites say little."""

from __future__ import annotations

import io
import re
import struct

_PDF, _OLE, _ZIP = b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_MAGIC = (
    (_PDF, "pdf"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ\x00", "packed"),
    (b"MSCF", "packed"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x09\x08\x08\x00", "biff"),
    (b"\x09\x08\x10\x00", "biff"),
    (b"\x09\x00\x04\x00", "excel4"),
    (b"\x09\x02\x06\x00", "excel4"),
    (b"\x09\x04\x06\x00", "excel4"),
    (b"\xdb\xa5", "word2"),
    (b"\x31\xbe\x00\x00", "word2"),
)
_HTML_TAG = re.compile(
    r"<\s*(?:!doctype\s+html|html|head|body|table|div|meta|script|title|p|br|span|center|font)\b",
    re.IGNORECASE,
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_XML_ROOTS = {"wordDocument", "Workbook", "package", "document", "UOF"}
_OLE_STREAMS = (
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("EncryptedPackage", "encrypted_ooxml"),
    ("PowerPoint Document", "ppt"),
    ("MatOST", "works"),
    ("CONTENTS", "works"),
)


def sniff(data: bytes) -> str:
    """The name of the file's format.

    Those with a reader: pdf, docx, doc, rtf, xlsx, xlsb, xls, biff (XLS without its container), ods, odt,
    xml, html, mhtml, text, image, zip, tar, gzip.
    Those without: ofd, rar, 7z, packed (other archives), ppt, pptx, encrypted_ooxml, word2, excel4, works,
    ole (any other), empty, unknown.
    """
    if not data.strip(b"\x00\r\n\t "):
        return "empty"
    # Some servers put blank lines or a byte order mark first; PDF readers accept up to 1,024 bytes of it.
    start = data[:1024].lstrip(b"\xef\xbb\xbf\r\n\t ")
    if start.startswith(_ZIP) or data.startswith(b"PK\x05\x06"):
        return _in_zip(data)
    if data.startswith(_OLE):
        return _in_ole(data)
    if (by_magic := _by_magic(data, start)) is not None:
        return by_magic
    text_format = _as_text(data)
    if _PDF in data[:1024] and text_format != "html":
        return "pdf"
    return text_format


def _by_magic(data: bytes, start: bytes) -> str | None:
    """The format that the first bytes are the mark of; those of old workbooks begin with a tab."""
    if data[257:262] == b"ustar":
        return "tar"
    return next((name for magic, name in _MAGIC if start.startswith(magic) or data.startswith(magic)), None)


def _in_zip(data: bytes) -> str:
    import zipfile  # noqa: PLC0415 1 MB that other files do not need

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:80].decode("ascii", "replace") if "mimetype" in names else ""
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        KeyError,
        EOFError,
        OverflowError,
    ):
        return _truncated_zip(data)
    if "[Content_Types].xml" in names or "_rels/.rels" in names:
        folders = {name.partition("/")[0] for name in names}
        if "xl" in folders:
            return "xlsb" if "xl/workbook.bin" in names else "xlsx"
        return "pptx" if "ppt" in folders else "docx"
    if "opendocument.spreadsheet" in kind:
        return "ods"
    if "opendocument.text" in kind:
        return "odt"
    return "ofd" if "OFD.xml" in names else "zip"


def _truncated_zip(data: bytes) -> str:
    """The directory stands at a ZIP's end; the names of the first members tell what a truncated one was."""
    if b"word/" in data[:20_000]:
        return "docx"
    return "xlsx" if b"xl/" in data[:20_000] else "zip"


def _in_ole(data: bytes) -> str:
    import olefile  # noqa: PLC0415 1 MB that other files do not need

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return next((name for stream, name in _OLE_STREAMS if container.exists(stream)), "ole")
    except (OSError, IndexError, struct.error, ValueError, TypeError):
        # The directory names streams in UTF-16; it is often intact where the allocation table is cut off.
        return next(
            (name for stream, name in _OLE_STREAMS if stream.encode("utf-16-le") in data), "broken_ole"
        )


def _as_text(data: bytes) -> str:
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:200].count(b"\x00") > 50:
        text = head.decode(
            "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-16-le", "replace"
        )
    else:
        text = head.decode("latin-1")
    if re.match(r"\s*(?:MIME-Version:|From:.*\n|Content-Type:\s*multipart)", text, re.IGNORECASE):
        return "mhtml"
    stripped = text.lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    root = _ROOT.search(stripped)
    if root and (root[1] in _XML_ROOTS or (stripped.startswith("<?xml") and not _HTML_TAG.search(text))):
        return "xml"
    if _HTML_TAG.search(text) or (stripped.startswith("<") and b"</" in data):
        return "html"
    controls = sum(1 for c in text if ord(c) < 32 and c not in "\t\r\n\f")
    return "unknown" if controls > len(text) // 50 else "text"
