"""Rows of a table's body → what each row is about, and its role among the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.documents.model import Cell
from warehouse.tables import meanings, money
from warehouse.tables.header_rows import Grid, repeated_header_rows
from warehouse.tables.headers import Column, Header
from warehouse.tables.labels import names_a_unit, patterns
from warehouse.tables.roles import Item, with_roles
from warehouse.tables.text import indent, key, printed, remembered

_CODED_NAME = re.compile(r"[\[(（【]?(\d{3}|\d{5}|\d{7})[\])）】]?[-－—_]?([^\d\W].*)")
# 支出功能分类 201–234, 支出经济分类 301–313, 399, 501–515, 599: no telephone numbers, no 3·15.
_CLASSIFICATION = re.compile(r"(?:2[0-3]\d|30[1-9]|31[0-3]|50[1-9]|51[0-5]|[35]99)(?:\d\d){0,2}")
_CODED_UNIT = re.compile(r"[\[(（【]?(\d{3,9})[\])）】]?[-－—_]?([^\d\W].*)")
_CATALOGUED_NAME = re.compile(r"([ABC]\d{4,10})[-－—_]?([^\d\W].*)")
_CODE = re.compile(r"[A-Z]{0,2}\d[\dA-Z]*|[A-Z]")
_PART_ROLES = ("code_class", "code_group", "code_item")
_MAX_UNIT_CODE = 9
_HAN = re.compile(r"[\u3400-\u9fff]")


@remembered
def _is_note(text: str) -> bool:
    """Whether a row of the grid that begins so is a note (注：…), not data."""
    return patterns().note.match(key(text)) is not None


def read_items(
    header: Header, grid: Grid, *, before: dict[int, list[Item]] | None = None
) -> dict[int, list[Item]]:
    """For each list (group of columns) the items of the body's rows, roles included.

    Args:
        header: Of the table.
        grid: Its cells.
        before: Items of the part before, where this is the rest of a table.
    """
    groups = {column.group for column in header.columns}
    repeated = repeated_header_rows(header.rows, grid)
    rows = [
        (at, row)
        for at, row in enumerate(grid[header.rows.end :], start=header.rows.end)
        if at not in repeated and not _is_note(row[0].text)
    ]
    items: dict[int, list[Item]] = {}
    for group in sorted(groups):
        columns = [column for column in header.columns if column.group == group]
        reader = _RowReader.of(columns)
        if before:
            reader.go_on_from(before.get(group, []))
        reader.splits_names = reader.names_hold_codes([row for _, row in rows])
        items[group] = with_roles([reader.read(at, row) for at, row in rows])
    return items


@dataclass(slots=True)
class _RowReader:
    """Reads the identity of rows; remembers the 类 and 款 above, which some forms print only once."""

    names: list[list[Column]]
    codes: list[Column]
    parts: list[list[Column]]
    agency_codes: list[Column]
    agency_names: list[Column]
    mixed_codes: list[Column]
    others: list[Column]
    above: dict[int, tuple[str, ...]]
    splits_names: bool = False

    @classmethod
    def of(cls, columns: Sequence[Column]) -> _RowReader:
        def playing(*roles: str) -> list[Column]:
            return [column for column in columns if column.role in roles]

        names, codes, parts = (
            _with_kinds(_in_steps(columns, "name")),
            playing("code"),
            _code_parts(columns),
        )
        if names and "经济" in names[0][0].path and (items := _in_steps(columns, "item_name")):
            names = [
                names[0] + items[0]
            ]  # the goods say more of a purchase than the subject that pays for it
        if len(names) > 1 and "政府预算" in names[0][0].path and "部门预算" in names[1][0].path:
            names = [names[1], names[0], *names[2:]]
            codes.reverse()
            parts.reverse()
        first_amount = min(
            (column.index for column in columns if column.role == "amount"), default=len(columns)
        )
        return cls(
            names=names
            or _in_steps(columns, "item_name")[:1]
            or _in_steps(columns, "purchase_name")[:1]
            or _in_steps(columns, "agency_name")[:1]
            or parts[:1]
            or _unnamed(columns, first_amount),
            codes=codes,
            parts=parts,
            agency_codes=playing("agency_code"),
            agency_names=playing("agency_name"),
            mixed_codes=playing("unit_or_project_code"),
            others=[
                column for column in columns if column.index < first_amount and column.role != "project_code"
            ],
            above={},
        )

    def go_on_from(self, items: Sequence[Item]) -> None:
        """Take 类 and 款 from the last coded row of the part before."""
        code = next(
            (item.code for item in reversed(items) if item.code.isdigit() and len(item.code) >= 3), ""
        )
        if code and self.parts:
            self.above[0] = (code[:3], code[3:5], code[5:7])[: len(self.parts[0])]

    def read(self, row: int, cells: Sequence[Cell]) -> Item:
        """The item of one row."""
        codes = [self._joined(which, cells) for which in range(len(self.parts))] + [
            code for column in self.codes if (code := _code_alone(cells[column.index].text)) is not None
        ]
        labels = [_innermost(cells, steps) for steps in self.names]
        agency_code = self._first_text(self.agency_codes, cells) or _unit_code(self.mixed_codes, cells)
        label = labels[0] if labels else ""
        depth = _depth(cells, self.names[0]) if self.names else 0
        named_by = cells[self.names[0][0].index] if self.names else None
        if not label and self.names:
            named_by = self._label_elsewhere(row, cells)
            label, depth = (printed(named_by.text), named_by.col) if named_by else ("", 0)
        code = codes[0] if codes else ""
        if not code and not self.codes and self.names and (not self.parts or self.names == self.parts):
            unit_code, label = _split_unit(label) if self.splits_names and not agency_code else ("", label)
            agency_code = agency_code or unit_code
            code, label = _split_coded(label) if self.splits_names else _split_catalogued(label)
        elif not code and not agency_code:
            code, label = _split_glued(label)
        if agency_code and not agency_code[0].isdigit():
            agency_code = ""
        if self._holds_subject(agency_code, code, label):
            code, agency_code = agency_code, ""
        return Item(
            row=row,
            code=code,
            label="" if label == code and code else label,
            code_2=codes[1] if len(codes) > 1 else "",
            label_2=labels[1] if len(labels) > 1 and not self._same_cell(cells) else "",
            agency_code=agency_code or _bare_agency_code(label, bool(self.agency_names)),
            agency_name=self._first_text(self.agency_names, cells),
            kind=_kind(cells, self.names[0]) if self.names else "",
            indent=indent(named_by.text) if named_by else 0,
            depth=depth,
        )

    def names_hold_codes(self, rows: Sequence[Sequence[Cell]]) -> bool:
        """Whether codes stand before the names, in one cell, by the header (科目) or several rows."""
        if not self.names or self.codes:
            return False
        path = self.names[0][0].path
        if self.names == self.parts:
            return True
        if "科目" in path or "分类" in path:
            return True
        labels = [label for cells in rows if (label := _innermost(cells, self.names[0]))]
        codes = [code for label in labels if _CLASSIFICATION.fullmatch(code := _split_coded(label)[0])]
        return len(codes) > 1 and len(codes) * 4 >= len(labels)

    def _holds_subject(self, agency_code: str, code: str, label: str) -> bool:
        """Whether the code of a unit is that of a subject, where units and subjects share a column."""
        if not agency_code or not self.names or "科目" not in self.names[0][0].path:
            return False
        if not _is_subject(agency_code, label):
            return False
        return code == agency_code or (not code and len(agency_code) > 3)

    def _same_cell(self, cells: Sequence[Cell]) -> bool:
        """Whether one cell spans both names (合计)."""
        return cells[self.names[0][-1].index] is cells[self.names[1][0].index]

    def _first_text(self, columns: list[Column], cells: Sequence[Cell]) -> str:
        for column in columns:
            if text := printed(cells[column.index].text):
                return text
        return ""

    def _label_elsewhere(self, row: int, cells: Sequence[Cell]) -> Cell | None:
        """The cell that names a row whose column of names is blank.

        合计 often stands in another column; lists of procurement go from kinds to goods in several columns.
        """
        taken = {id(cells[column.index]) for steps in self.names for column in steps}
        for column in self.others:
            cell = cells[column.index]
            own = cell.row == row or column.role != "text"
            if own and id(cell) not in taken and _HAN.search(cell.text):
                return cell
        return None

    def _joined(self, which: int, cells: Sequence[Cell]) -> str:
        """类, 款 and 项 as one code; parts that are left blank are those of the row above."""
        texts = [printed(cells[column.index].text) for column in self.parts[which]]
        if not any(texts) or not all(text.isdigit() or not text for text in texts):
            self.above.pop(which, None)
            return ""
        last = max(index for index, text in enumerate(texts) if text)
        above = self.above.get(which, ("",) * len(texts))
        filled = [text or (above[index] if index < last else "") for index, text in enumerate(texts)]
        self.above[which] = tuple(filled)
        code = ""
        for text in filled[: last + 1]:
            code = text if code and text.startswith(code) else code + (text.zfill(2) if code else text)
        return code


def _in_steps(columns: Sequence[Column], role: str) -> list[list[Column]]:
    """The columns of each name: one, or several under one header, whose names go from general to special."""
    found: list[list[Column]] = []
    for column in columns:
        last = found[-1][-1] if found else None
        follows = last is not None and column.index == last.index + 1
        if column.role == role and not (follows and last and column.parts == last.parts):
            found.append([column])
        elif (
            follows
            and last
            and (column.role == role or (column.role == "text" and not column.parts and last.parts))
        ):
            found[-1].append(column)
    return found


def _with_kinds(names: list[list[Column]]) -> list[list[Column]]:
    """The columns of each name; a column of kinds (支出类别) is the first step to the name beside it."""
    if len(names) > 1 and meanings.is_kind(names[0][-1].parts):
        return [names[0] + names[1], *names[2:]]
    return names


def _unnamed(columns: Sequence[Column], first_amount: int) -> list[list[Column]]:
    """Where no header says so, a column of texts left of the amounts holds names, best one without header.

    Columns of texts under one header are steps from general to special.
    """
    texts = [column for column in columns if column.role == "text" and column.index < first_amount]
    if not texts:
        return []
    first = min(texts, key=lambda column: bool(column.parts))
    return [
        [first, *(column for column in texts if first.parts == column.parts != () and column is not first)]
    ]


def _innermost(cells: Sequence[Cell], steps: Sequence[Column]) -> str:
    for column in reversed(steps):
        if text := printed(cells[column.index].text):
            return text
    return ""


def _kind(cells: Sequence[Cell], steps: Sequence[Column]) -> str:
    """What the first of the steps to a name prints, where the name stands in a later one."""
    if len(steps) > 1 and any(cells[step.index].text.strip() for step in steps[1:]):
        return printed(cells[steps[0].index].text)
    return ""


def _depth(cells: Sequence[Cell], steps: Sequence[Column]) -> int:
    """The column in which a row has its name, the last of the steps that is filled."""
    for column in reversed(steps):
        if cells[column.index].text.strip():
            return column.index
    return steps[-1].index


def _code_parts(columns: Sequence[Column]) -> list[list[Column]]:
    """Each run of 类 (款 (项)) columns."""
    runs: list[list[Column]] = []
    for column in columns:
        if column.role == "code_class":
            runs.append([column])
        elif column.role in _PART_ROLES[1:] and runs:
            runs[-1].append(column)
    return runs


def _unit_code(columns: Sequence[Column], cells: Sequence[Cell]) -> str:
    """The code of a unit in a column that also holds codes of projects, which are longer."""
    for column in columns:
        text = printed(cells[column.index].text)
        if text.isdigit() and len(text) <= _MAX_UNIT_CODE:
            return text
    return ""


@remembered
def _split_coded(label: str) -> tuple[str, str]:
    """`[201]一般公共服务支出` → code and name."""
    match = _CODED_NAME.fullmatch(label)
    return (match.group(1), match.group(2)) if match else ("", label)


def _split_glued(label: str) -> tuple[str, str]:
    """`2011308招商引资` in the column of names, the column of codes being blank → code and name.

    Three digits before a name may be of the name (301医院), five or seven of a subject are its code.
    """
    code, name = _split_coded(label)
    return (code, name) if len(code) > 3 and _CLASSIFICATION.fullmatch(code) else ("", label)


@remembered
def _split_unit(label: str) -> tuple[str, str]:
    """`301001-某市商务局本级` → code and name of a unit, among subjects with their codes.

    图书馆 and 综合医院 are functions too: a code that may be one of 款 or 项 is no unit's.
    """
    match = _CODED_UNIT.fullmatch(label)
    if not match or not names_a_unit(match.group(2)):
        return "", label
    code = match.group(1)
    return ("", label) if _is_subject(code, match.group(2)) else (code, match.group(2))


def _is_subject(code: str, label: str) -> bool:
    """Whether a code among units and subjects is one of the classification."""
    return _CLASSIFICATION.fullmatch(code) is not None and (len(code) > 3 or not names_a_unit(label))


@remembered
def _split_catalogued(label: str) -> tuple[str, str]:
    """`A02010105台式计算机` → code of the procurement catalogue and name."""
    match = _CATALOGUED_NAME.fullmatch(label)
    return (match.group(1), match.group(2)) if match else ("", label)


@remembered
def _code_alone(text: str) -> str | None:
    """The code that a cell prints, without the name behind a code of the catalogue; None for another text."""
    shown = printed(text)
    code = _split_catalogued(shown)[0] or shown
    return code if not code or _CODE.fullmatch(code) else None


def _bare_agency_code(label: str, has_agency: bool) -> str:
    """A row of a unit may print the unit's code where projects have their names (Henan)."""
    return label if has_agency and re.fullmatch(r"\d{3,9}", label) else ""


def quantity(cells: Sequence[Cell], columns: Sequence[Column]) -> str:
    """The text of the first of these columns in a row, as printed without white space."""
    return next(
        (text for column in columns if not money.is_blank(text := printed(cells[column.index].text))), ""
    )
