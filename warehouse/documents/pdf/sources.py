"""Pages of an open file, each from the source that can read it: fast, reference, or optical."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from warehouse.documents.model import Notice
from warehouse.documents.pdf.content import Glyph, PageContent, PageSource, ScanReader, SourceError
from warehouse.documents.pdf.spaces import has_unnamed, with_spaces
from warehouse.documents.pdf.text import WIDE_FROM, has_words
from warehouse.workers import share_of_time_used, still_working

if TYPE_CHECKING:
    from warehouse.documents.pdf.plumber import PlumberFile

_NOT_TEXT = re.compile(
    r"[^\s!-~\u00a0\u00a7\u00ab\u00ad\u00b0-\u00b7\u00bb\u00d7\u00f7\u0370-\u03ff\u2000-\u27bf\u2e80-\u30ff\u3200-\u9fff\uf900-\ufaff\ufe10-\ufe4f\uff00-\uffef"
    r"\U00020000-\U0003ffff\ufffe]|\(cid:\d+\)"
)
"""Characters that no budget prints: private use, replacement, controls, letters of other languages."""

_COMMON = re.compile(r"[的一年度预算支出收入单位部门项目合计公共财政总和是在有了]")
_NEARLY_ALL = 0.9
_ENOUGH = 20
_GIBBERISH = 0.3

_NUMBER = re.compile(r"\d\.\d\d")
_DISGUISED = re.compile(
    r"[^\W\d_]{1,3}(?:,[^\W\d_]{3})+\.[^\W\d_]{2}|(?<![A-Za-z.@])[A-Za-z]{1,6}\.[A-Za-z]{2}(?![A-Za-z.])"
)
"""What has the form of an amount but no digits: `A,BCD.EF`."""

_TIME_FOR_SCANS = 0.8
"""Of the longest time for a file; the rest is for its other pages, and for making tables of all."""

_A_SCAN = 0.5
_NOTABLE = 0.25
_MAY_BE_A_TABLE = 0.08
"""Shares of the page that a picture covers."""


def open_reference(data: bytes) -> PlumberFile:
    """The file, opened by pdfplumber.

    Raises:
        SourceError: It cannot be opened.
    """
    from warehouse.documents.pdf.plumber import PlumberFile  # noqa: PLC0415 30 MB that few files need

    return PlumberFile(data)


def pages(
    file: PageSource, data: bytes, read_scan: ScanReader | None, *, hides: bool
) -> Iterator[PageContent]:
    """The content of each page in turn; one that nothing can read is blank and has a notice.

    Args:
        file: The open file.
        data: Its bytes.
        read_scan: As for `read_pdf`.
        hides: Whether the file may hold text that is not seen.
    """
    reference: PlumberFile | None = None
    for number in range(1, file.page_count + 1):
        try:
            content = file.read(number)
        except SourceError as error:
            content = _unreadable(number, error)
        if content.doubt:
            try:
                reference = reference or open_reference(data)
                content = _better(content, reference.read(number, content.turn))
            except SourceError:
                pass  # the notice of the page, or its content as it is, stands
        may_hide = content.is_patched or content.is_covered or (hides and content.picture < _A_SCAN)
        if may_hide and content.glyphs:
            content = _without_hidden(content, data)
        yield _without_pictures_of_text(content, data, read_scan)
        still_working()


def _without_hidden(content: PageContent, data: bytes) -> PageContent:
    """The page without text that is not seen."""
    from warehouse.documents.pdf.seen import without_covered, without_unseen  # noqa: PLC0415 few files need it

    return (without_covered if content.is_patched else without_unseen)(content, data)


def _better(content: PageContent, second: PageContent) -> PageContent:
    """The page by pdfplumber, unless that finds less of it."""
    if _printed(second) < _NEARLY_ALL * _printed(content):
        return content
    second.notices.append(Notice("fallback", f"read by pdfplumber: {content.doubt}", content.number))
    return replace(second, is_patched=content.is_patched, is_covered=content.is_covered)


def _printed(content: PageContent) -> int:
    """How many Chinese characters and digits a page has: what garbled text is not made of."""
    return sum(text >= WIDE_FROM or text.isdecimal() for _, _, _, _, text, _ in content.glyphs)


def _unreadable(number: int, error: Exception) -> PageContent:
    return PageContent(
        number, 0, 0, [], [], [], notices=[Notice("unreadable_page", str(error)[:200], number)]
    )


def _without_pictures_of_text(content: PageContent, data: bytes, read_scan: ScanReader | None) -> PageContent:
    """The content, read optically where the page has a picture of text, or text that is not what is seen.

    A text layer that nobody sees comes from the recognition by a scanner's software, of unknown quality and
    without the rules of the table: the picture is read instead, and the layer taken where that gives nothing.
    """
    number = content.number
    if has_unnamed(content):
        content = _with_names(content, data)
    if is_gibberish(content.glyphs):
        content.notices.append(Notice("not_text", "the fonts do not tell their characters", number))
        content = replace(content, glyphs=[])
    elif content.picture and not has_words(content.glyphs):
        content.notices.append(Notice("scanned_page", "a picture without text", number))
    elif content.picture >= _A_SCAN and _is_invisible(data, number):
        content.notices.append(Notice("hidden_text", "a picture with a text layer that is not seen", number))
    else:
        return _with_pictures(content, data, is_read=read_scan is not None and is_time_for_scans())
    if read_scan is None:
        return content
    scan = read_scan(data, number)
    notices = [*content.notices, *scan.notices]
    return replace(scan if scan.glyphs or not has_words(content.glyphs) else content, notices=notices)


def _with_names(content: PageContent, data: bytes) -> PageContent:
    """The page with signs and spaces for characters without a name."""
    from warehouse.documents.pdf.signs import with_signs  # noqa: PLC0415 8 MB that most files do not need

    return with_spaces(with_signs(content, data))


def _with_pictures(content: PageContent, data: bytes, *, is_read: bool) -> PageContent:
    """A page of text with its pictures of tables, or a notice of a large picture that was not read."""
    if is_read and content.picture >= _MAY_BE_A_TABLE:
        # As in `_read_scan`: only pages with pictures pay for the libraries of optical recognition.
        from warehouse.documents.pdf.scan.pictures import with_pictures_read  # noqa: PLC0415

        read = with_pictures_read(content, data)
        if read is not content:
            return read
    if content.picture >= _NOTABLE:
        share = f"a picture over {min(content.picture, 1):.0%} of the page was not read"
        content.notices.append(Notice("picture", share, content.number))
    return content


def is_time_for_scans() -> bool:
    """Whether the time for a file allows another page to be recognised optically."""
    return share_of_time_used() <= _TIME_FOR_SCANS


def _is_invisible(data: bytes, number: int) -> bool:
    from warehouse.documents.pdf.layer import is_invisible  # noqa: PLC0415 8 MB that most files do not need

    return is_invisible(data, number)


def is_gibberish(glyphs: Sequence[Glyph]) -> bool:
    """Whether the characters cannot be what is printed, as with fonts that have no Unicode map."""
    if len(glyphs) < _ENOUGH:
        return False
    text = "".join([text for _, _, _, _, text, _ in glyphs])
    not_text = len(_NOT_TEXT.findall(text))
    if not_text > _GIBBERISH * len(glyphs) or _has_digits_in_disguise(text, not_text):
        return True
    if _COMMON.search(text):
        return False
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return chinese > 5 * _ENOUGH or (not chinese and _is_without_words(text))


def _is_without_words(text: str) -> bool:
    """Whether letters stand without spaces: codes of a font, not English."""
    letters, spaces = sum(map(str.isalpha, text)), sum(map(str.isspace, text))
    return letters > max(2 * _ENOUGH, len(text) / 2) and spaces < letters / 20


def _has_digits_in_disguise(text: str, not_text: int) -> bool:
    """Whether most digits are other characters: the font of the numbers alone may lack its Unicode map."""
    if not_text >= _ENOUGH and not_text > sum(map(str.isdecimal, text)):
        return True
    disguised = len(_DISGUISED.findall(text))
    return disguised >= _ENOUGH / 4 and disguised > len(_NUMBER.findall(text))
