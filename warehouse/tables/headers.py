"""The grid of a table → its header rows and what each column means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import dropwhile, pairwise

from warehouse.documents.model import Cell
from warehouse.immutable import immutable
from warehouse.tables import meanings, money
from warehouse.tables.captions import unit_in
from warehouse.tables.rates import rate_columns
from warehouse.tables.text import key, printed, remembered

Grid = Sequence[Sequence[Cell]]

_COLUMN_NUMBER = re.compile(
    r"\(?\d{1,2}\)?(?:栏)?|\d{1,2}=[\d+\-=()*/]+|[A-Z]|\*\*|[-—]|\d{1,2}\.?|[甲乙丙丁]"
)
_SEVERAL = 3
_COLUMN_NUMBER_LABEL = re.compile(r"(?:栏次|档次|列次|栏目|行次|序号|栏号|合计)?(?:[-—*]*)|\*\*")
_CODE = re.compile(r"\d{3}|\d{5}|\d{7}|\d{9}")
_CATALOGUE = re.compile(r"[ABC]\d{0,9}")
_YEAR = re.compile(r"20\d\d年?")
_CAPTION = re.compile(r".*(?:单位[::]|年度[::]|部门[::]|(?:万|^)元$).*|20\d\d年?度?|.{2,40}表(?:\(.*\))?")
_MONEY = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+|-?\d{1,3}(?:,\d{3})+")
_CODE_PARTS = {"类": "code_class", "款": "code_group", "项": "code_item"}
_CODE_ROLES = frozenset({"code", *_CODE_PARTS.values()})
_IDENTITY_ROLES = frozenset({"name", *_CODE_ROLES})
_TEXT_ROLES = frozenset({"name", "text", "goal", "agency_name", "description", "basis"})
_MAX_CAPTION_ROWS = 6
_MAX_HEADER_ROWS = 9


@immutable
class Column:
    """One column of a grid: what its header says.

    `role` is `amount` or one of `vocabulary/columns.yml`; `group` counts lists that stand side by side;
    `unit` is the unit of money that the header itself states.
    """

    index: int
    parts: tuple[str, ...]
    role: str
    group: int = 0
    side: str | None = None
    fund_type: str | None = None
    nature: str | None = None
    period: str | None = None
    unit: str | None = None

    @property
    def path(self) -> str:
        """Header texts from top to bottom, joined by `/`."""
        return _path(self.parts)


@remembered
def _path(parts: tuple[str, ...]) -> str:
    return "/".join(parts)


@immutable
class HeaderRows:
    """Rows `first` to `end - 1` are the header; captions in the grid stand above, the body from `end` on.

    `numbers` are the rows among them that only number the columns (栏次).
    """

    first: int
    end: int
    numbers: frozenset[int] = frozenset()


@immutable
class Header:
    """Header rows and columns of one table."""

    rows: HeaderRows
    columns: tuple[Column, ...]

    @property
    def row_count(self) -> int:
        """Rows above the first row of data, captions and column numbers included."""
        return self.rows.end

    def with_role(self, *roles: str) -> tuple[Column, ...]:
        """Columns that play one of these roles, from the left."""
        return tuple(column for column in self.columns if column.role in roles)


def distinct(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a grid row, each once, from the left; cells spanning from above included."""
    return [cell for index, cell in enumerate(row) if index == 0 or row[index - 1] is not cell]


def _texts(row: Sequence[Cell]) -> list[str]:
    return [text for cell in distinct(row) if (text := key(cell.text))]


def is_data_row(row: Sequence[Cell]) -> bool:
    """Whether a row prints numbers that are neither years nor numbers of columns."""
    texts = _texts(row)
    if not any(text[-1].isdigit() or text[-1] == ")" or text[-1] == "%" for text in texts):
        return False
    if any(_MONEY.fullmatch(text) for text in texts):
        return True
    return not numbers_columns(row) and any(
        money.parse_number(text) is not None and not _YEAR.fullmatch(text) for text in texts
    )


def numbers_columns(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: `栏次 1 2 3`, `** 1 2 3`, `A B 1 2=3+4`."""
    texts = [text for text in _texts(row) if text not in _CODE_PARTS]
    if len(texts) > 1 and (_COLUMN_NUMBER_LABEL.fullmatch(texts[0]) or _is_misread_label(row[0], texts)):
        texts = [text for text in texts[1:] if text != texts[0]]
    if not texts or not all(_COLUMN_NUMBER.fullmatch(text) for text in texts):
        return any(cell.confidence is not None for cell in row) and _numbers_all_but_one(texts)
    numbers = [int(match.group()) for text in texts if (match := re.match(r"\d+", text.strip("(")))]
    return bool(numbers) and numbers[0] in (1, 2, 3, 4) and all(b - a == 1 for a, b in pairwise(numbers))


def _is_misread_label(first: Cell, texts: Sequence[str]) -> bool:
    """Whether what optical recognition made of 栏次 stands before several numbers."""
    return first.confidence is not None and len(texts) > _SEVERAL and len(texts[0]) <= len("栏次")


def _numbers_all_but_one(texts: Sequence[str]) -> bool:
    """Whether texts count from 1, 2 or 3, but for one that optical recognition got wrong."""
    counted = max(sum(text == str(first + i) for i, text in enumerate(texts)) for first in (1, 2, 3))
    return len(texts) > _SEVERAL and counted >= len(texts) - 1


def is_caption_row(row: Sequence[Cell]) -> bool:
    """Whether a row on top of a grid holds title, unit, year or name of the unit instead of headers."""
    cells = [cell for cell in distinct(row) if cell.text.strip()]
    if not cells:
        return True
    if any(cell.row_span > 1 for cell in cells) or len(cells) > 5:
        return False
    texts = [key(cell.text) for cell in cells]
    if len(cells) == 1 and cells[0].col_span == len(row) > 1:
        return _CAPTION.fullmatch(texts[0]) is not None
    return all(
        _CAPTION.fullmatch(text) or re.match(r"(?!20\d\d年)\d{3,6}[^\d]{3,}", text) for text in texts
    ) and any("单位:" in text or "年度:" in text for text in texts)


def find_header_rows(grid: Grid) -> HeaderRows:
    """Where the header stands: after captions in the grid, as deep as its merged cells and its words go."""
    first = 0
    while first < min(len(grid), _MAX_CAPTION_ROWS) and is_caption_row(grid[first]):
        first += 1
    if first == len(grid):
        return HeaderRows(0, 0)
    data = next((row for row in range(first, len(grid)) if is_data_row(grid[row])), len(grid))
    limit = min(data, first + _MAX_HEADER_ROWS)
    if limit <= first or not (_looks_like_header(grid[first]) or _heads_figures(grid, first, data)):
        return HeaderRows(first, first)
    end = first + 1
    while end < limit:
        spanned = min(max(cell.row + cell.row_span for row in grid[first:end] for cell in row), limit)
        if spanned > end:
            end = spanned
        elif _goes_on(grid, first, end):
            end += 1
        else:
            break
    return _with_column_numbers(grid, first, end)


def _with_column_numbers(grid: Grid, first: int, end: int) -> HeaderRows:
    numbers = {row for row in range(first, end) if numbers_columns(grid[row])}
    while end < len(grid) and numbers_columns(grid[end]):
        numbers.add(end)
        end += 1
    return HeaderRows(first, end, frozenset(numbers))


def _looks_like_header(row: Sequence[Cell]) -> bool:
    texts = _texts(row)
    known = sum(meanings.is_header_word(text) for text in texts)
    return known * 2 >= len(texts) and known > 0 and (len(texts) > 1 or known == len(texts))


def _heads_figures(grid: Grid, first: int, data: int) -> bool:
    """Whether a row of few known words is a header by its place: texts stand above columns of figures."""
    if not any(meanings.is_header_word(text) for text in _texts(grid[first])):
        return False
    headed = 0
    for col, cell in enumerate(grid[first]):
        figures = [text for row in grid[data:] if not money.is_blank(text := row[col].text)]
        numbers = sum(money.parse_number(text) is not None for text in figures)
        headed += bool(cell.text.strip()) and numbers > 0 and numbers == len(figures)
    return headed > 1


def _goes_on(grid: Grid, first: int, end: int) -> bool:
    """Whether the row below a header row divides the cells above it, and so is header too."""
    row, above = grid[end], grid[end - 1]
    texts = _texts(row)
    if len(texts) < 2 or sum(meanings.is_header_word(text) for text in texts) * 2 < len(texts):
        return numbers_columns(row)
    for start, stop in _spans(above):
        below = {
            id(cell): key(cell.text)
            for cell in row[start:stop]
            if cell.text.strip() and cell.col_span < stop - start
        }
        if len(below) > 1:
            return True
    return not any(key(cell.text) for cell in above if cell.row >= first) or _fills_gaps(row, above)


def _spans(row: Sequence[Cell]) -> list[tuple[int, int]]:
    """Stretches of columns under one header text, the blank cells to its right taken for part of it.

    Where nothing is merged, a text that heads several columns is printed in each of them.
    """
    texts = [key(cell.text) for cell in row]
    starts = [index for index, text in enumerate(texts) if text and (index == 0 or texts[index - 1] != text)]
    return [
        (start, stop) for start, stop in zip(starts, [*starts[1:], len(row)], strict=True) if stop - start > 1
    ]


def _fills_gaps(row: Sequence[Cell], above: Sequence[Cell]) -> bool:
    """Whether a row has header words only where the row above is blank (a header drawn in steps)."""
    pairs = [
        (cell, upper)
        for cell, upper in zip(row, above, strict=True)
        if cell.text.strip() and cell is not upper
    ]
    return len(pairs) > 1 and all(not upper.text.strip() for _, upper in pairs)


def _header_texts(grid: Grid, rows: HeaderRows) -> list[list[str]]:
    """Header texts per row and column; a blank under a divided header takes the text from its left."""
    texts = [
        [printed(cell.text) for cell in grid[row]]
        for row in range(rows.first, rows.end)
        if row not in rows.numbers
    ]
    for level, row in enumerate(texts[:-1]):
        for col in range(1, len(row)):
            divided = any(below[col] for below in texts[level + 1 :]) and any(
                below[col - 1] for below in texts[level + 1 :]
            )
            same_parent = all(upper[col] == upper[col - 1] for upper in texts[:level])
            if not row[col] and row[col - 1] and divided and same_parent:
                row[col] = row[col - 1]
    return texts


def _parts(texts: list[list[str]], col: int) -> tuple[str, ...]:
    parts: list[str] = []
    for row in texts:
        if row[col] and (not parts or parts[-1] != row[col]):
            parts.append(row[col])
    return tuple(parts)


def _role(parts: tuple[str, ...], cells: list[str]) -> str:
    """The role by header; where that is silent or contradicted by every cell, by what the cells print."""
    role = meanings.role_of(parts)
    if role is None and len(parts) > 1 and meanings.is_total(parts[-1]):
        outer = meanings.role_of(parts[:-1])
        role = outer if outer in _IDENTITY_ROLES else None
    if _may_hold_codes(role, parts) and _mostly(_CODE, cells):
        return "code"
    if role in _TEXT_ROLES and _mostly(_MONEY, cells):
        return "amount"
    if role in {"project_code", "item_name"} and _mostly(_CATALOGUE, cells):
        return "code"
    if role is not None:
        return role
    if meanings.counts_things(parts) and not any("." in text for text in cells):
        return "quantity"
    has_numbers = any(money.parse_number(text) is not None for text in cells)
    is_amount = has_numbers or meanings.says_amount(parts) or all(map(money.is_blank, cells))
    return "amount" if is_amount else "text"


def _may_hold_codes(role: str | None, parts: tuple[str, ...]) -> bool:
    """Whether a header leaves open that codes stand below it."""
    said = "".join(parts)
    return role == "name" or (role in {None, "text"} and ("科目" in said or "编码" in said))


def _mostly(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    """Whether six of ten texts that print something match."""
    matching = sum(pattern.fullmatch(text) is not None for text in texts)
    return matching > 0 and matching * 10 >= sum(not money.is_blank(text) for text in texts) * 6


def read_header(grid: Grid, *, fiscal_year: int | None = None, phase: str | None = None) -> Header:
    """Header rows and the meaning of every column of a table.

    Args:
        grid: Rows of cells, a spanning cell at every position that it covers.
        fiscal_year: Of the table, where known: printed years are set against it, else against the newest.
        phase: `budget` or `final_account`, where known.

    Returns:
        The header. Without header rows every column has an empty path.
    """
    rows = find_header_rows(grid)
    texts = _header_texts(grid, rows)
    year = (
        fiscal_year or max((meanings.year_of(text) or 0 for row in texts for text in row), default=0) or None
    )
    columns = []
    below = grid[rows.end :]
    for col in range(len(grid[0]) if grid else 0):
        parts = _parts(texts, col)
        body = [key(row[col].text) for row in below]
        role = _CODE_PARTS.get(body[0]) if body else None
        columns.append(
            Column(
                index=col,
                parts=parts,
                role=role or _role(parts, body),
                fund_type=meanings.fund_of(parts),
                nature=meanings.nature_of(parts),
                period=meanings.period_of(parts, year, phase),
                unit=next((unit for part in reversed(parts) if (unit := unit_in(part))), None),
            )
        )
    grouped = _with_groups(columns)
    rates = _rates(grouped, grid[rows.end :])
    columns = [replace(column, role="percent") if column.index in rates else column for column in grouped]
    return Header(rows, _with_totals(columns))


def _rates(columns: Sequence[Column], body: Grid) -> frozenset[int]:
    """Columns of amounts that print rates by their figures, where their headers leave it open."""
    amounts = [(column.group, column.index, column.parts) for column in columns if column.role == "amount"]
    if not any(meanings.may_be_rate(parts) for _, _, parts in amounts):
        return frozenset()
    groups = {group for group, _, _ in amounts}
    lists = ([(index, parts) for of, index, parts in amounts if of == group] for group in groups)
    return frozenset().union(*(rate_columns(each, body) for each in lists))


def repeated_header_rows(header: Header, grid: Grid) -> frozenset[int]:
    """Rows of the body that print the header again: of two texts or more, the same in the same columns."""
    rows = header.rows
    printed_above = {tuple(key(cell.text) for cell in grid[row]) for row in range(rows.first, rows.end)}
    first = {texts[0] for texts in printed_above if texts}
    return frozenset(
        at
        for at, row in enumerate(grid[rows.end :], start=rows.end)
        if key(row[0].text) in first
        and (texts := tuple(key(cell.text) for cell in row)) in printed_above
        and len({*texts} - {""}) > 1
    )


def reuse_header(header: Header, grid: Grid) -> Header:
    """The header of the part before, for a part of a table that repeats none."""
    first = 0
    while first < min(len(grid), _MAX_CAPTION_ROWS) and is_caption_row(grid[first]):
        first += 1
    return replace(header, rows=HeaderRows(first, first))


def _with_groups(columns: list[Column]) -> list[Column]:
    """Number the lists that stand side by side: a list begins where name or code come again after amounts."""
    grouped: list[Column] = []
    group, seen, amounts = 0, set[str](), False
    for at, column in enumerate(columns):
        if (
            column.role in _IDENTITY_ROLES
            and amounts
            and (column.role in seen or ("name" in seen and _begins_a_list(columns[at:], seen)))
        ):
            group, seen, amounts = group + 1, set(), False
        seen.add(column.role)
        amounts = amounts or column.role == "amount"
        grouped.append(replace(column, group=group) if group else column)
    sides = {
        number: next(
            (
                side
                for column in grouped
                if column.group == number
                for part in column.parts[:1]
                if (side := meanings.side_of(part))
            ),
            None,
        )
        for number in range(group + 1)
    }
    if {"revenue", "expenditure"} <= set(sides.values()):
        return [replace(column, side=sides[column.group]) for column in grouped]
    return _with_sides_of_columns(grouped)


def _begins_a_list(columns: Sequence[Column], seen: Collection[str]) -> bool:
    """Whether a column of codes begins another list: codes were seen before, or name and amounts follow."""
    if columns[0].role not in _CODE_ROLES:
        return False
    rest = [column.role for column in dropwhile(lambda column: column.role in _CODE_ROLES, columns)]
    return "code" in seen or (rest[:1] == ["name"] and "amount" in rest)


def _with_sides_of_columns(columns: list[Column]) -> list[Column]:
    """The columns of one list (of units), each on its side, where 收入 and 支出 head all amounts."""
    sides = {
        column.index: meanings.side_heading(column.parts[0]) if len(column.parts) > 1 else None
        for column in columns
        if column.role == "amount"
    }
    if not {"revenue", "expenditure"} <= set(sides.values()):
        return columns
    return [replace(column, side=sides.get(column.index)) for column in columns]


def _with_totals(columns: list[Column]) -> tuple[Column, ...]:
    """合计 is `all` funds or natures where the columns under the same header name funds or natures."""
    amounts = [column for column in columns if column.role == "amount"]
    result = []
    for column in columns:
        at = _total_at(column.parts) if column.role == "amount" else None
        if at is None:
            result.append(column)
            continue
        family = [
            other
            for other in amounts
            if other.group == column.group
            and other.parts[:at] == column.parts[:at]
            and other.parts[at : at + 1] != column.parts[at : at + 1]
        ]
        fund = column.fund_type or ("all" if any(other.fund_type for other in family) else None)
        nature = column.nature or ("all" if any(other.nature for other in family) else None)
        result.append(replace(column, fund_type=fund, nature=nature))
    return tuple(result)


def _total_at(parts: tuple[str, ...]) -> int | None:
    """Where a header path says 合计, with nothing below it but the account (合计/决算数)."""
    for at in range(len(parts) - 1, -1, -1):
        if meanings.is_total(parts[at]):
            return at
        if (
            meanings.fund_of(parts[at:])
            or meanings.nature_of(parts[at:])
            or not meanings.says_amount(parts[at:])
        ):
            return None
    return None
