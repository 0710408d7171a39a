"""Pictures of a web page that are in its file: in their own addresses, or beside the page in one message."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from lxml import etree

from warehouse.documents.embedded import MAX_PICTURES, read_picture
from warehouse.documents.model import Line, Notice, Table

_DATA = re.compile(r"data:image/(?!svg)[\w.+-]+([^,]*),", re.IGNORECASE)
_SMALLEST = 4096
"""Bytes; a table does not fit into fewer."""


_SMALLEST_SIDE = 200
"""Pixels; emblems and buttons are smaller."""
_FURNITURE = re.compile(
    r"logo|icon|ico\b|\.ico|\.svg|qr_?code|ewm|erweima|weixin|wechat|banner|beian|\.gif", re.IGNORECASE
)
"""What addresses call emblems, buttons and codes of pages."""


def _is_small(element: etree._Element) -> bool:
    sides = (element.get(name, "").removesuffix("px") for name in ("width", "height"))
    return _FURNITURE.search(element.get("src", "")) is not None or any(
        side.isascii() and side.isdigit() and int(side) < _SMALLEST_SIDE for side in sides
    )


@dataclass(slots=True)
class Pictures:
    """What pictures show, each read once."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """Those beside the page, by the addresses that the page has for them."""
    notices: list[Notice] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)
    """Addresses of pictures that are not in the file."""
    shown: dict[str, tuple[Line | Table, ...]] = field(default_factory=dict)

    def blocks(self, element: etree._Element) -> tuple[Line | Table, ...]:
        """The table that a picture shows, with the lines around it; nothing where it shows none."""
        address = element.get("src", "").strip()
        if address not in self.shown:
            self.shown[address] = self._read(address)
            if self._content(address) is None and not _is_small(element):
                self.elsewhere.add(address)
        return self.shown[address]

    def not_in_the_file(self) -> list[Notice]:
        """That there are pictures which could not be looked at."""
        detail = f"{len(self.elsewhere)} pictures of the page are not in the file: they may show tables"
        return [Notice("picture", detail)] if self.elsewhere else []

    def _read(self, address: str) -> tuple[Line | Table, ...]:
        content = self._content(address)
        if content is None or len(content) < _SMALLEST or len(self.shown) >= MAX_PICTURES:
            return ()
        blocks, notices = read_picture(content, "a picture of the page")
        self.notices.extend(notices)
        return tuple(blocks)

    def _content(self, address: str) -> bytes | None:
        head = _DATA.match(address)
        if head is None:
            return self.files.get(address)
        content = unquote_to_bytes(address[head.end() :])
        try:
            return base64.b64decode(content) if ";base64" in head[1].lower() else content
        except binascii.Error:
            return b""
