"""The list of contents → the tables that it announces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from warehouse.documents.model import Line, Table
from warehouse.tables import types
from warehouse.tables.captions import is_title, without_number
from warehouse.tables.model import AnnouncedTable
from warehouse.tables.text import key, printed

_HEADING = re.compile(r"(?:.{0,30}(?:预算|决算|公开|说明))?目[录次](?:\(.*\))?")
_NUMBER = r"[一二三四五六七八九十\d]+"
_ORDINAL = re.compile(rf"第{_NUMBER}[部章节]分?[:：、]?|附件{_NUMBER}?[:：]|[（(]?{_NUMBER}[）)、.．:：]")
# ……12, ....12, or the number of the page right behind 表 (a tab or blanks stood between).
_LEADER = re.compile(r"[.．…·・_—-]{2,}[-—]?\d{0,3}[-—]?$|(?<=[表)）])\d{1,3}$")
_PROSE = re.compile(r"[;；!！?？,，]|。(?!$)")
_MAX_ENTRY = 60
_MAX_ENTRIES = 150
_MAX_CAPTION = 40
_FEW = 3


@dataclass(slots=True)
class _Entry:
    """One line of the list, or two where it is broken."""

    ordinal: int
    page: int | None
    text: str
    is_ended: bool
    """Whether the number of its page stands behind it."""

    @property
    def title(self) -> str:
        return without_number(
            _ORDINAL.sub("", self.text, count=1) if _ORDINAL.match(self.text) else self.text
        )


def announced_tables(blocks: Sequence[Line | Table]) -> Iterator[AnnouncedTable]:
    """The tables that the list of contents names, in its order; nothing where a document has no such list.

    The list begins at its heading (目录), and ends where its first entry, or any other, is printed again,
    where prose begins, or at a table.
    """
    lines = [block for block in blocks if isinstance(block, Line)]
    heading = next((line for line in lines if "目" in line.text and _is_heading(line)), None)
    if heading is None:
        return
    behind = dropwhile(lambda block: block is not heading, blocks)
    listed = sum(1 for _ in takewhile(lambda block: isinstance(block, Line), behind))
    start = next(at for at, line in enumerate(lines) if line is heading)
    numbered = list(enumerate(lines, start=1))[start + 1 :]
    entries = _entries(numbered[: listed - 1])
    if len(entries) < _FEW:
        return
    captions = _captions(numbered, entries[-1].ordinal)
    for number, entry in enumerate((entry for entry in entries if is_title(entry.title)), start=1):
        yield AnnouncedTable(
            ordinal=number,
            page=entry.page,
            line_ordinal=entry.ordinal,
            title=entry.title,
            table_type=types.by_title(entry.title)[1],
            caption_line_ordinal=_caption_of(entry.title, captions),
        )


def _caption_of(title: str, captions: Mapping[str, int]) -> int | None:
    """The first line that names the same table: 财政拨款支出决算表 is another than 支出决算表."""
    plain, named = key(title), types.by_title(title)[1]
    return next(
        (ordinal for text, ordinal in captions.items() if plain in text and types.by_title(text)[1] == named),
        None,
    )


def _is_heading(line: Line) -> bool:
    return _HEADING.fullmatch(key(line.text)) is not None


def _entries(lines: Sequence[tuple[int, Line]]) -> list[_Entry]:
    entries: list[_Entry] = []
    seen: set[str] = set()
    for ordinal, line in lines[:_MAX_ENTRIES]:
        shown = printed(line.text)
        text = _LEADER.sub("", shown)
        is_ended = text != shown
        if not is_ended and _is_beyond(text, seen, entries):
            break
        if text and entries and _goes_on(entries[-1], text):
            entries[-1].text += text
            entries[-1].is_ended = is_ended
        elif text:
            entries.append(_Entry(ordinal, line.page, text, is_ended))
        seen |= {key(text), key(entries[-1].title)} if entries else set()
    return entries


def _is_beyond(text: str, seen: set[str], entries: Sequence[_Entry]) -> bool:
    """Whether a line without the number of a page is no entry: prose, or what the list has named already."""
    plain = key(text)
    if len(plain) > _MAX_ENTRY or _is_prose(text) or plain in seen:
        return True
    first = key(entries[0].text) if entries else ""
    return len(plain) >= _FEW and (first.startswith(plain) or (first != "" and plain.startswith(first)))


def _is_prose(text: str) -> bool:
    """Whether a line has the marks of a sentence; a numbered heading may end in a full stop."""
    return _PROSE.search(text) is not None or (text.endswith("。") and _ORDINAL.match(text) is None)


def _goes_on(entry: _Entry, text: str) -> bool:
    """Whether a line is the rest of a numbered entry that was broken (…培训费支 | 出预算表)."""
    return (
        not entry.is_ended
        and _ORDINAL.match(entry.text) is not None
        and _ORDINAL.match(text) is None
        and not is_title(entry.text)
        and is_title(entry.text + text)
    )


def _captions(lines: Sequence[tuple[int, Line]], last: int) -> dict[str, int]:
    """What may be titles behind the list, for comparison, each with the line where it first stands."""
    found: dict[str, int] = {}
    for ordinal, line in lines:
        if ordinal > last and "表" in line.text:
            plain = key(line.text)
            if len(plain) <= _MAX_ENTRY + _MAX_CAPTION and not _is_prose(line.text):
                found.setdefault(plain, ordinal)
    return found
