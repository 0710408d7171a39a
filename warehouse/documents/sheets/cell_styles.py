"""What a sheet says of its cells beside their values: how they print, what of them is hidden or struck."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from warehouse.documents.model import Notice, ReadOutcome, UnreadableDocumentError
from warehouse.documents.note_marks import note_marks
from warehouse.documents.sheets.number_format import shown
from warehouse.documents.unseen import is_figure, unseen_figures
from warehouse.documents.word.table import struck_text

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

MAX_POSITIONS = 5_000_000
"""Rows times columns of one sheet's used area; beyond it a stray cell far out would cost gigabytes."""

NARROW = 0.8
"""Characters: the width up to which a column may be where edges of rows miss each other by a little."""
ERROR_CODES = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
"""What the errors print that binary workbooks number."""


class CellStyle(NamedTuple):
    """What a cell format says."""

    code: str | None
    """Of numbers."""
    indent: int
    is_struck: bool
    is_unseen: bool
    """In the colour of the paper."""


@dataclass(slots=True)
class SheetStyles:
    """Of one sheet; rows and columns count from 0 in the sheet."""

    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    """Number format codes of cells that hold numbers, where they have one."""
    shows_zeros: bool = True
    """Whether cells that hold 0 print it (a setting of the sheet)."""
    indents: dict[tuple[int, int], int] = field(default_factory=dict)
    """Steps by which the text of a cell stands to the right, where it does."""
    formulas_without_value: int = 0
    """Cells whose figure no program has worked out yet."""
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells that print an error (#REF!) in the place of a figure."""
    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    """What cells print in whose texts a part is struck out, or the mark of a note."""
    struck: set[tuple[int, int]] = field(default_factory=set)
    """Cells that are struck out."""
    unseen: set[tuple[int, int]] = field(default_factory=set)
    """Cells in the colour of the paper."""
    unseen_figures: int = 0
    struck_texts: int = 0
    note_marks: int = 0
    """Texts of which a part is struck out, and those of which only the mark of a note was left out."""
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    """First and last place of merged areas, where the reader of values does not report them."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    narrow_columns: set[int] = field(default_factory=set)

    def note(self, place: tuple[int, int], style: CellStyle, *, is_text: bool) -> None:
        """Note how a cell prints."""
        if style.is_struck:
            self.struck.add(place)
        if style.is_unseen:
            self.unseen.add(place)
        if is_text and style.indent:
            self.indents[place] = style.indent
        elif not is_text and style.code is not None:
            self.formats[place] = style.code


def refuse_vast_area(last_row: int, last_column: int) -> None:
    """Refuse a sheet that would take gigabytes.

    Raises:
        UnreadableDocumentError: TOO_LARGE.
    """
    if (last_row + 1) * (last_column + 1) > MAX_POSITIONS:
        raise UnreadableDocumentError(
            ReadOutcome.TOO_LARGE, f"a sheet that uses {last_row + 1} rows and {last_column + 1} columns"
        )


def printed(value: Value, place: tuple[int, int], styles: SheetStyles) -> str:
    """What a cell shows of its value."""
    if place in styles.struck:
        styles.struck_texts += value not in {"", None}
        return ""
    if place in styles.unseen and (is_figure(value) if isinstance(value, str) else _is_number(value)):
        styles.unseen_figures += 1
        return ""
    if place in styles.errors or place in styles.texts:
        return styles.errors.get(place) or styles.texts[place]
    if not styles.shows_zeros and _is_zero(value):
        return ""
    return _indented(_text(value, styles.formats.get(place)), styles.indents.get(place, 0))


def _text(value: Value, code: str | None) -> str:
    match value:
        case bool():
            return str(value).upper()
        case int() | float():
            return shown(value, code)
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return str(value)
        case _:
            return value.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").rstrip()


def _indented(text: str, steps: int) -> str:
    """The text, moved to the right as its cell does it; labels say so what they are a part of."""
    return "\u3000" * steps + text if text and not text[0].isspace() else text


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_zero(value: Value) -> bool:
    return _is_number(value) and value == 0


def what_was_left_out(styles: SheetStyles, name: str) -> list[Notice]:
    """What of a sheet is not printed as it stands there, once its cells have been."""
    found: list[Notice] = []
    if styles.errors:
        kinds = ", ".join(sorted(set(styles.errors.values())))
        found.append(Notice("formula_error", f"{len(styles.errors)} cells of sheet {name!r} print {kinds}"))
    if styles.formulas_without_value:
        count = styles.formulas_without_value
        detail = f"{count} formulas of sheet {name!r} have no value in the file"
        found.append(Notice("formula_without_value", detail))
    if styles.struck_texts:
        found.append(struck_text(styles.struck_texts))
    return [*found, *note_marks(styles.note_marks), *unseen_figures(styles.unseen_figures)]
