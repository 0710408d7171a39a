"""What a web page holds beside its text: pages in the texts of scripts, documents in its addresses."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from lxml import etree

from warehouse.documents.model import Notice

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`(?:[^`\\]|\\.)*`', re.DOTALL)
_TEMPLATE = re.compile(r"\s*<")
_DOCUMENT = re.compile(
    r"data:application/(?:pdf|msword|vnd\.(?:ms-|openxmlformats|oasis))[^,]*,", re.IGNORECASE
)
_MAX_DOCUMENTS = 20
_NO_FILE = re.compile(r"(?:data|about|javascript):", re.IGNORECASE)
_ASKS = re.compile(
    r"XMLHttpRequest|\bfetch\s*\(|\baxios\b|\.(?:ajax|getJSON)\s*\(|\$\.(?:get|post)\s*\(|new\s+Vue\b|createApp\s*\("
)
"""What scripts do that fill a page when it is open."""


def hidden_documents(root: etree._Element) -> Iterator[bytes]:
    """Files that stand whole in the address of a frame, an object or a link (`data:application/pdf;…`)."""
    found = 0
    for element in root.iter("iframe", "embed", "object", "a"):
        for name in ("src", "data", "href"):
            address = element.get(name, "").strip()
            head = _DOCUMENT.match(address)
            if head is None or found >= _MAX_DOCUMENTS:
                continue
            found += 1
            content = unquote_to_bytes(address[head.end() :])
            try:
                yield base64.b64decode(content) if ";base64" in head.group().lower() else content
            except binascii.Error:
                yield b""


def parts_elsewhere(root: etree._Element) -> list[Notice]:
    """Where the tables of a page may be that holds none: in other files, or in what its scripts ask for."""
    addresses = (
        element.get(name, "").strip()
        for element in root.iter("iframe", "frame", "embed", "object")
        for name in ("src", "data")
    )
    files = [address for address in addresses if address and not _NO_FILE.match(address)]
    found = [Notice("frame", f"the page shows {len(files)} other files, first {files[0]}")] if files else []
    if any(_ASKS.search("".join(map(str, script.itertext()))) for script in root.iter("script")):
        found.append(Notice("script", "scripts of the page ask for data: its tables may come from elsewhere"))
    return found


def hidden_pages(root: etree._Element) -> Iterator[str]:
    """Pages with tables that scripts put into the page: in their texts, in templates and in form fields."""
    for element in root.iter("script", "textarea", "template", "iframe"):
        text = element.get("srcdoc") or "".join(map(str, element.itertext()))
        for string in _strings(text) if element.tag == "script" and not _TEMPLATE.match(text) else [text]:
            if "<table" in string.lower():
                yield string


def _strings(script: str) -> Iterator[str]:
    """The texts in a script that hold a table, their escapes undone."""
    for match in _STRING.finditer(script):
        raw = match.group()[1:-1]
        if "table" in raw.lower():
            text = raw.replace("\\'", "'").replace("\\`", "`").replace("\n", "\\n").replace("\t", " ")
            if match.group()[0] != '"':
                text = re.sub(r'(?<!\\)"', r"\"", text)
            try:
                yield html.unescape(text) if "&lt;table" in text else json.loads(f'"{text}"', strict=False)
            except ValueError:
                yield raw
