"""Documents in the package of a Word file: chunks in another format, embedded workbooks, attachments."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
from dataclasses import dataclass, field

import olefile
from lxml import etree

from warehouse.documents.cell_styles import active_sheet
from warehouse.documents.model import Line, Notice, Table, UnreadableDocumentError
from warehouse.documents.package import one_deeper, parse_xml, read_member

MAX_EMBEDDED = 50
"""Documents in one Word file."""


@dataclass(slots=True)
class Parts:
    """The parts that the main part of a package refers to."""

    package: zipfile.ZipFile
    main: str
    notices: list[Notice] = field(default_factory=list)
    targets: dict[str, str] | None = None
    count: int = 0

    def blocks(self, element: etree._Element) -> list[Line | Table]:
        """What the part that an element refers to holds; a notice where it cannot be read.

        A workbook that stands in the text shows one sheet; one that is attached as an icon is a document.
        """
        target = self._target(element)
        self.count += 1
        if target not in self.package.namelist() or self.count > MAX_EMBEDDED:
            reason = "one of too many" if self.count > MAX_EMBEDDED else "not in the file"
            self.notices.append(Notice("embedded_part", f"{target}: {reason}"))
            return []
        return self._read(target, is_shown=_attribute(element, "DrawAspect") == "Content")

    def _target(self, element: etree._Element) -> str:
        if self.targets is None:
            folder, _, name = self.main.rpartition("/")
            part = f"{folder}/_rels/{name}.rels"
            known = part in self.package.namelist()
            root = parse_xml(read_member(self.package, part), part) if known else ()
            self.targets = {
                relation.get("Id", ""): posixpath.join(f"/{folder}", relation.get("Target", ""))
                for relation in root
            }
        return posixpath.normpath(self.targets.get(_attribute(element, "id"), "")).lstrip("/")

    def _read(self, target: str, *, is_shown: bool) -> list[Line | Table]:
        # Here, not above: reading a part may lead back into this module.
        from warehouse.documents import read_document  # noqa: PLC0415 a cycle, see above

        try:
            with one_deeper():
                data = _unwrapped(read_member(self.package, target))
                document = read_document(data)
        except UnreadableDocumentError as error:
            self.notices.append(Notice("embedded_part", f"{target}: {error.reason}"))
            return []
        self.notices.extend(document.notices)
        sheet = active_sheet(data, document.format) if is_shown else None
        return [block for block in document.blocks if sheet is None or block.sheet == sheet]


def _unwrapped(data: bytes) -> bytes:
    """An object in the old container may be a package of the new kind, kept whole in one of its streams."""
    if not data.startswith(olefile.MAGIC):
        return data
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return container.openstream("Package").read() if container.exists("Package") else data
    except (OSError, IndexError, struct.error, ValueError, TypeError):
        return data


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")
