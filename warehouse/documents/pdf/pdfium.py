"""pdfium for large files and doubtful pages: cuts parts out of a file, and tells characters and their widths.

It reads the bytes that it is given without copying them, and makes objects of them as they are asked for. Its
library is called directly: pypdfium2, which brings it, describes 460 functions, 7 MB in every process.
"""

from __future__ import annotations

import ctypes
import math
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from ctypes import POINTER, c_double, c_float, c_int, c_size_t, c_uint, c_ulong, c_void_p
from functools import cache, partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.documents.pdf.content import SourceError


class Character(NamedTuple):
    """A printed character, under the names that pdf_oxide has for its properties, in PDF space."""

    char: str
    bbox: tuple[float, float, float, float]
    """Where it begins on its baseline (x, y), how far away the next one is, and the size of its font."""
    rotation_degrees: float
    color: tuple[float, float, float]


class _Box(ctypes.Structure):
    _fields_ = [(side, c_float) for side in ("left", "top", "right", "bottom")]


class _Matrix(ctypes.Structure):
    _fields_ = [(name, c_float) for name in "abcdef"]


_Write = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_ulong)


class _Target(ctypes.Structure):
    _fields_ = [("version", c_int), ("write", _Write)]


_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "FPDF_InitLibrary": (None, []),
    "FPDF_SetSystemFontInfo": (None, [c_void_p]),
    "FPDF_GetDefaultSystemFontInfo": (c_void_p, []),
    "FPDF_LoadMemDocument64": (c_void_p, [ctypes.c_char_p, c_size_t, ctypes.c_char_p]),
    "FPDF_CreateNewDocument": (c_void_p, []),
    "FPDF_CloseDocument": (None, [c_void_p]),
    "FPDF_GetPageCount": (c_int, [c_void_p]),
    "FPDF_ImportPagesByIndex": (c_int, [c_void_p, c_void_p, POINTER(c_int), c_ulong, c_int]),
    "FPDF_SaveAsCopy": (c_int, [c_void_p, POINTER(_Target), c_ulong]),
    "FPDF_LoadPage": (c_void_p, [c_void_p, c_int]),
    "FPDF_ClosePage": (None, [c_void_p]),
    "FPDFText_LoadPage": (c_void_p, [c_void_p]),
    "FPDFText_ClosePage": (None, [c_void_p]),
    "FPDFText_CountChars": (c_int, [c_void_p]),
    "FPDFText_IsGenerated": (c_int, [c_void_p, c_int]),
    "FPDFText_GetUnicode": (c_uint, [c_void_p, c_int]),
    "FPDFText_GetFontSize": (c_double, [c_void_p, c_int]),
    "FPDFText_GetCharOrigin": (c_int, [c_void_p, c_int, POINTER(c_double), POINTER(c_double)]),
    "FPDFText_GetLooseCharBox": (c_int, [c_void_p, c_int, POINTER(_Box)]),
    "FPDFText_GetMatrix": (c_int, [c_void_p, c_int, POINTER(_Matrix)]),
    "FPDFText_GetFillColor": (c_int, [c_void_p, c_int, *[POINTER(c_uint)] * 4]),
}
"""What is called, as `fpdfview.h` and its neighbours declare it: result and arguments."""

_NOT_INCREMENTAL = 2


@cache
def _library() -> ctypes.CDLL:
    package = find_spec("pypdfium2_raw")
    folders = package.submodule_search_locations if package else None
    found = sorted(Path(folders[0]).glob("*pdfium.*")) if folders else []
    if not found:
        raise ImportError("pypdfium2 is not installed", name="pypdfium2_raw")
    library = ctypes.CDLL(str(found[0]))
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.FPDF_InitLibrary()  # it knows whether pypdfium2 has done so
    return library


@contextmanager
def _held(handle: int | None, close: Callable[[int], object]) -> Iterator[int]:
    """What the library hands out, closed afterwards; it hands out nothing where it fails."""
    if not handle:
        raise SourceError("pdfium cannot open it")
    try:
        yield handle
    finally:
        close(handle)


@contextmanager
def _no_fonts_of_the_system(library: ctypes.CDLL) -> Iterator[None]:
    """Keep the library from loading 20 MB of a font that the file does not bring: its widths are in the file.

    It lists the fonts once: where pages may have been drawn, or read with them, nothing is changed.
    """
    if "pypdfium2" in sys.modules or PdfiumFile.has_listed_fonts:
        yield
        return
    library.FPDF_SetSystemFontInfo(None)
    try:
        yield
    finally:
        library.FPDF_SetSystemFontInfo(library.FPDF_GetDefaultSystemFontInfo())


class PdfiumFile:
    """An open file; it is closed when nobody has it any more."""

    has_listed_fonts = False
    """Whether a file was opened with the fonts of the system in this process."""

    def __init__(self, data: bytes, *, with_fonts: bool = False) -> None:
        """Open a file.

        Args:
            data: Its bytes.
            with_fonts: Whether fonts of the system stand for those that the file does not bring. Without them
                the library tells nothing of a character that is drawn alone.

        Raises:
            SourceError: It cannot be opened.
        """
        library = _library()
        self._data = data  # not to be freed before the file is closed
        PdfiumFile.has_listed_fonts |= with_fonts
        self._fonts = nullcontext if with_fonts else partial(_no_fonts_of_the_system, library)
        self._document = library.FPDF_LoadMemDocument64(data, len(data), None)
        if not self._document:
            raise SourceError("pdfium cannot open the file")
        closing = weakref.finalize(self, library.FPDF_CloseDocument, self._document)
        # At the end pypdfium2 may have closed the library before.
        closing.atexit = False  # type: ignore[misc] # a property that typeshed has for a slot
        self.page_count = int(library.FPDF_GetPageCount(self._document))

    def cut(self, pages: range) -> bytes:
        """A file of these pages, counted from 1, and of all that they need.

        Raises:
            SourceError: They cannot be taken out of the file.
        """
        library = _library()
        indexes = (c_int * len(pages))(*(number - 1 for number in pages))
        with _held(library.FPDF_CreateNewDocument(), library.FPDF_CloseDocument) as part:
            if not library.FPDF_ImportPagesByIndex(part, self._document, indexes, len(indexes), 0):
                raise SourceError(f"pdfium cannot take out pages {pages[0]} to {pages[-1]}")
            return _saved(part)

    def characters(self, number: int) -> list[Character]:
        """The characters of a page, counted from 1.

        Raises:
            SourceError: The page cannot be read.
        """
        library = _library()
        with (
            self._fonts(),
            _held(library.FPDF_LoadPage(self._document, number - 1), library.FPDF_ClosePage) as page,
            _held(library.FPDFText_LoadPage(page), library.FPDFText_ClosePage) as text,
        ):
            return _cut_at_the_next(list(_characters(library, text)))


def _saved(document: int) -> bytes:
    library = _library()
    written: list[bytes] = []

    def write(_: object, block: int, size: int) -> int:
        written.append(ctypes.string_at(block, size))
        return 1

    if not library.FPDF_SaveAsCopy(document, _Target(version=1, write=_Write(write)), _NOT_INCREMENTAL):
        raise SourceError("pdfium cannot write a part of the file")
    return b"".join(written)


def _characters(library: ctypes.CDLL, text: int) -> Iterator[Character]:
    """The characters; of those that the library puts in, only blanks between words of Latin script."""
    x, y = c_double(), c_double()
    box, matrix = _Box(), _Matrix()
    red, green, blue, alpha = (c_uint() for _ in range(4))
    char = ""
    for i in range(library.FPDFText_CountChars(text)):
        before, char = char, chr(library.FPDFText_GetUnicode(text, i))
        if library.FPDFText_IsGenerated(text, i) and not (
            char == " " and before.isalnum() and before.isascii()
        ):
            continue
        library.FPDFText_GetCharOrigin(text, i, x, y)
        library.FPDFText_GetLooseCharBox(text, i, box)
        library.FPDFText_GetMatrix(text, i, matrix)
        library.FPDFText_GetFillColor(text, i, red, green, blue, alpha)
        degrees = round(math.degrees(math.atan2(matrix.b, matrix.a)), 1)
        size = library.FPDFText_GetFontSize(text, i) * math.hypot(matrix.c, matrix.d)
        yield Character(
            char,
            (x.value, y.value, _advance(x.value, y.value, degrees, box), size),
            degrees,
            (red.value / 255, green.value / 255, blue.value / 255),
        )


def _advance(x: float, y: float, degrees: float, box: _Box) -> float:
    """From where a character begins to the far side of its box, along its line; across where that leans."""
    if degrees == 90:
        return float(box.top) - y
    if abs(degrees) == 180:
        return x - float(box.left)
    if degrees == -90:
        return y - float(box.bottom)
    return float(box.right) - x


def _cut_at_the_next(characters: list[Character]) -> list[Character]:
    """The characters of upright lines, none wider than to where the next one begins.

    The library tells the width of the shape where that is more, and the shape may be that of another font.
    """
    for i, (char, after) in enumerate(pairwise(characters)):
        x, y, width, size = char.bbox
        step = after.bbox[0] - x
        if 0 < step < width and y == after.bbox[1] and not char.rotation_degrees:
            characters[i] = char._replace(bbox=(x, y, step, size))
    return characters
