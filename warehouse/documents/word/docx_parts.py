"""Documents in the package of a Word file: chunks in another format, embedded workbooks, attachments."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from warehouse.documents.embedded import MAX_PICTURES, read_embedded, read_picture
from warehouse.documents.model import Line, Notice, Table, UnreadableDocumentError
from warehouse.documents.package import parse_xml, read_member

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
    pictures: int = 0

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
        is_shown = _attribute(element, "DrawAspect") == "Content"
        try:
            content = read_member(self.package, target)
        except UnreadableDocumentError as error:
            self.notices.append(Notice("embedded_part", f"{target}: {error.reason}"))
            return []
        blocks, notices = read_embedded(content, target, is_shown=is_shown)
        self.notices.extend(notices)
        return blocks

    def table_shown(self, element: etree._Element) -> list[Line | Table]:
        """The table that a picture shows, with the lines around it; nothing where it shows none."""
        target = self._target(element)
        self.pictures += 1
        if target not in self.package.namelist() or self.pictures > MAX_PICTURES:
            return []
        try:
            content = read_member(self.package, target)
        except UnreadableDocumentError as error:
            self.notices.append(Notice("embedded_part", f"{target}: {error.reason}"))
            return []
        blocks, notices = read_picture(content, target)
        self.notices.extend(notices)
        return blocks

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
        relation = _attribute(element, "id") or _attribute(element, "embed")
        return posixpath.normpath(self.targets.get(relation, "")).lstrip("/")


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")
