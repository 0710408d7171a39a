"""Word's flat sequence of paragraphs, in which marks end cells and rows, → lines and nested tables.

DOC and RTF share this model of a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from warehouse.documents.model import Notice, ReadOutcome, UnreadableDocumentError
from warehouse.documents.word.table import MAX_NESTING, Block, WordCell, lines, word_table


@dataclass(frozen=True, slots=True)
class Row:
    """Layout of a row: `edges` in twips, one more than cells, and each cell's merge flags.

    A flag of `vertical` is 1 where the cell goes on with the one above. In `horizontal` the first flag that
    is not 0 marks the first cell of a merged set, and a different one its other cells.
    """

    edges: tuple[int, ...]
    horizontal: tuple[int, ...]
    vertical: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; the end of a row is a paragraph of its own that holds the row's layout, not text."""

    text: str
    depth: int = 0
    """Of table nesting: 0 outside tables."""
    ends_cell: bool = False
    ends_row: bool = False
    row: Row | None = None
    is_struck: bool = False
    """Whether it had text that is deleted or hidden."""
    inner: tuple[Block, ...] = ()
    """What the documents hold that stand in it."""


def story_blocks(paragraphs: Sequence[Paragraph], notices: list[Notice]) -> Iterator[Block]:
    """Paragraphs outside tables as lines, each stretch of those inside as a table with what it nests."""
    yield from _blocks(paragraphs, 0, notices)


def _blocks(paragraphs: Sequence[Paragraph], depth: int, notices: list[Notice]) -> Iterator[Block]:
    """Paragraphs of this depth as lines, each stretch of deeper ones as a table."""
    if depth > MAX_NESTING:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"tables nested deeper than {MAX_NESTING}")
    position = 0
    while position < len(paragraphs):
        if paragraphs[position].depth <= depth:
            yield from lines([paragraphs[position].text])
            yield from paragraphs[position].inner
            position += 1
            continue
        end = position
        while end < len(paragraphs) and paragraphs[end].depth > depth:
            end += 1
        yield from _table(paragraphs[position:end], depth + 1, notices)
        position = end


def _table(paragraphs: Sequence[Paragraph], depth: int, notices: list[Notice]) -> Iterator[Block]:
    is_frame = sum(p.depth == depth and p.ends_cell for p in paragraphs) <= sum(
        p.depth == depth and p.ends_row for p in paragraphs
    )
    if is_frame and any(p.depth > depth for p in paragraphs):
        # One column around other tables: what it holds, in its order.
        yield from _blocks(paragraphs, depth, notices)
        return
    rows: list[list[WordCell]] = []
    inner: list[Block] = []
    texts: list[str] = []
    content: list[Paragraph] = []
    is_struck = False
    for paragraph in paragraphs:
        if paragraph.depth == depth and paragraph.ends_row:
            if not is_struck or any(map(str.strip, texts)):  # a deleted row is still in the file
                rows.append(_cells(texts, paragraph.row))
            texts, content, is_struck = [], [], False
            continue
        is_struck = is_struck or paragraph.is_struck
        content.append(paragraph)
        if paragraph.depth == depth and paragraph.ends_cell:
            text, nested = _cell_content(content, depth, notices)
            texts.append(text)
            inner.extend(nested)
            content = []
    left_over = [p.text for p in content if p.text.strip()]
    if texts or left_over:
        notices.append(
            Notice("unfinished_row", "the last row of a table has no end: " + " ".join(texts + left_over))
        )
        rows.append(_cells(texts + left_over, None))
    yield from word_table(rows, inner, notices)


def _cell_content(
    paragraphs: Sequence[Paragraph], depth: int, notices: list[Notice]
) -> tuple[str, list[Block]]:
    own = [p.text for p in paragraphs if p.depth <= depth]
    nested = [block for paragraph in paragraphs if paragraph.depth <= depth for block in paragraph.inner]
    if any(p.depth > depth for p in paragraphs):
        deeper = [p for p in paragraphs if p.depth > depth]
        nested += _blocks(deeper, depth, notices)
    return "\n".join(own).rstrip().lstrip("\n"), nested


def _cells(texts: Sequence[str], row: Row | None) -> list[WordCell]:
    """The row's cells with their edges; those of a row without layout (a damaged file) an inch wide each."""
    if row is None:
        return [WordCell(1440 * i, 1440 * (i + 1), text) for i, text in enumerate(texts)]
    cells: list[WordCell] = []
    opening = 0
    for i, (left, right) in enumerate(pairwise(row.edges)):
        flag = row.horizontal[i]
        # The first flag of a horizontally merged set marks its first cell; a different one continues the set.
        continues = bool(flag and opening and flag != opening)
        opening = opening if continues else flag
        text = texts[i] if i < len(texts) else ""
        cells.append(WordCell(left, max(left, right), text, continues, row.vertical[i] == 1))
    beyond = texts[len(row.horizontal) :]
    end = cells[-1].right if cells else 0
    return cells + [
        WordCell(end + 1440 * i, end + 1440 * (i + 1), text) for i, text in enumerate(beyond) if text
    ]
