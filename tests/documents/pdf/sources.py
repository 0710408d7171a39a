"""The sources of pages, opened on whole files."""

from __future__ import annotations

from warehouse.documents.pdf.hints import hints_of
from warehouse.documents.pdf.oxide import OxideFile
from warehouse.documents.pdf.parts import PartedFile
from warehouse.documents.pdf.words import words_of


def whole(data: bytes) -> OxideFile:
    """The file by the fast source, with all that is in it."""
    return OxideFile(data, hints_of(data, words_of(data)))


def parted(data: bytes) -> PartedFile:
    """The file as it is read: in parts, without the shapes of its characters."""
    return PartedFile(data, words_of(data))
