"""Rows of a table's body → what each row is about, and its role among the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from warehouse.documents.model import Cell
from warehouse.tables import money
from warehouse.tables.headers import Column, Grid, Header
from warehouse.tables.text import indent, key, native, printed
from warehouse.tables.vocabulary import load

_CODED_NAME = re.compile(r"[\[(（【]?(\d{3}|\d{5}|\d{7})[\])）】]?[-－—_]?([^\d\W].*)")
# 支出功能分类 201–234, 支出经济分类 301–313, 399, 501–515, 599: no telephone numbers, no 3·15.
_CLASSIFICATION = re.compile(r"(?:2[0-3]\d|30[1-9]|31[0-3]|50[1-9]|51[0-5]|[35]99)(?:\d\d){0,2}")
_CODED_UNIT = re.compile(r"[\[(（【]?(\d{3,9})[\])）】]?[-－—_]?([^\d\W].*)")
_CATALOGUED_NAME = re.compile(r"([ABC]\d{4,10})[-－—_]?([^\d\W].*)")
_CODE = re.compile(r"[A-Z]{0,2}\d[\dA-Z]*|[A-Z]")
_PART_ROLES = ("code_class", "code_group", "code_item")
_MAX_UNIT_CODE = 9
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Item:
    """What one row of one list is about; texts are "" where nothing is printed."""

    row: int
    code: str = ""
    label: str = ""
    code_2: str = ""
    label_2: str = ""
    agency_code: str = ""
    agency_name: str = ""
    indent: int = 0
    depth: int = 0
    role: str = "leaf"


@dataclass(frozen=True, slots=True)
class _Patterns:
    totals: tuple[re.Pattern[str], ...]
    subtotals: tuple[re.Pattern[str], ...]
    only_total: re.Pattern[str]
    of_which: re.Pattern[str]
    ordinals: tuple[re.Pattern[str], ...]
    note: re.Pattern[str]
    economic_classes: frozenset[str]
    unit_name: re.Pattern[str]
    first: re.Pattern[str]
    carryover: re.Pattern[str]
    budget_name: re.Pattern[str]
    count: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = load("rows")
    return _Patterns(
        totals=tuple(re.compile(pattern) for pattern in words["total_patterns"]),
        subtotals=tuple(re.compile(pattern) for pattern in words["subtotal_patterns"]),
        only_total=re.compile(words["only_total_pattern"]),
        of_which=re.compile(words["of_which_pattern"]),
        ordinals=tuple(re.compile(pattern) for pattern in words["ordinal_levels"]),
        note=re.compile(words["note_pattern"]),
        unit_name=re.compile(words["unit_name_pattern"]),
        first=re.compile(words["first_pattern"]),
        carryover=re.compile(words["carryover_pattern"]),
        budget_name=re.compile(words["budget_name_pattern"]),
        count=re.compile(words["count_pattern"]),
        economic_classes=frozenset(key(name) for name in words["economic_classes"]),
    )


def is_note(row: Sequence[Cell]) -> bool:
    """Whether a row of the grid is a note (注：…), not data."""
    return _patterns().note.match(key(row[0].text)) is not None


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
    items: dict[int, list[Item]] = {}
    for group in sorted(groups):
        columns = [column for column in header.columns if column.group == group]
        reader = _RowReader.of(columns)
        if before:
            reader.go_on_from(before.get(group, []))
        rows = [row for row in range(header.rows.end, len(grid)) if not is_note(grid[row])]
        reader.splits_names = reader.names_hold_codes([grid[row] for row in rows])
        items[group] = _with_roles([reader.read(row, grid[row]) for row in rows])
    return items


def with_roles_over_parts(parts: Sequence[dict[int, list[Item]]]) -> list[dict[int, list[Item]]]:
    """The items of the parts of one table, with the roles that they have in the whole table."""
    result: list[dict[int, list[Item]]] = [{} for _ in parts]
    for group in {group for part in parts for group in part}:
        whole = iter(_with_roles([item for part in parts for item in part.get(group, [])]))
        for part, made in zip(parts, result, strict=True):
            made[group] = [next(whole) for _ in part.get(group, [])]
    return result


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

        names, codes, parts = _in_steps(columns, "name"), playing("code"), _code_parts(columns)
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
            text
            for column in self.codes
            if _CODE.fullmatch(text := printed(cells[column.index].text)) or not text
        ]
        labels = [_innermost(cells, steps) for steps in self.names]
        taken = {id(cells[column.index]) for steps in self.names for column in steps}
        agency_code = self._first_text(self.agency_codes, cells) or _unit_code(self.mixed_codes, cells)
        label = labels[0] if labels else ""
        depth = _depth(cells, self.names[0]) if self.names else 0
        named_by = cells[self.names[0][0].index] if self.names else None
        if not label and self.names:
            named_by = self._label_elsewhere(row, cells, taken)
            label, depth = (printed(named_by.text), named_by.col) if named_by else ("", 0)
        code = codes[0] if codes else ""
        if not code and not self.codes and self.names and (not self.parts or self.names == self.parts):
            unit_code, label = _split_unit(label) if self.splits_names and not agency_code else ("", label)
            agency_code = agency_code or unit_code
            code, label = _split_coded(label) if self.splits_names else _split_catalogued(label)
        if agency_code and not agency_code[0].isdigit():
            agency_code = ""
        return Item(
            row=row,
            code=code,
            label="" if label == code and code else label,
            code_2=codes[1] if len(codes) > 1 else "",
            label_2=labels[1] if len(labels) > 1 and not self._same_cell(cells) else "",
            agency_code=agency_code or _bare_agency_code(label, bool(self.agency_names)),
            agency_name=self._first_text(self.agency_names, cells),
            indent=indent(named_by.text) if named_by else 0,
            depth=depth,
        )

    def names_hold_codes(self, rows: Sequence[Sequence[Cell]]) -> bool:
        """Whether codes stand before the names, in one cell, by the header (科目) or several rows."""
        if not self.names:
            return False
        path = self.names[0][0].path
        if self.names == self.parts:
            return True
        if "科目" in path or "分类" in path:
            return True
        labels = [label for cells in rows if (label := _innermost(cells, self.names[0]))]
        codes = [code for label in labels if _CLASSIFICATION.fullmatch(code := _split_coded(label)[0])]
        return len(codes) > 1 and len(codes) * 4 >= len(labels)

    def _same_cell(self, cells: Sequence[Cell]) -> bool:
        """Whether one cell spans both names (合计)."""
        return cells[self.names[0][-1].index] is cells[self.names[1][0].index]

    def _first_text(self, columns: list[Column], cells: Sequence[Cell]) -> str:
        return next((text for column in columns if (text := printed(cells[column.index].text))), "")

    def _label_elsewhere(self, row: int, cells: Sequence[Cell], taken: set[int]) -> Cell | None:
        """The cell that names a row whose column of names is blank.

        合计 often stands in another column; lists of procurement go from kinds to goods in several columns.
        """
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


def _unnamed(columns: Sequence[Column], first_amount: int) -> list[list[Column]]:
    """Where no header says so, a column of texts left of the amounts holds names, best one without header."""
    texts = [column for column in columns if column.role == "text" and column.index < first_amount]
    return [[column] for column in sorted(texts, key=lambda column: bool(column.parts))][:1]


def _innermost(cells: Sequence[Cell], steps: Sequence[Column]) -> str:
    return next((text for column in reversed(steps) if (text := printed(cells[column.index].text))), "")


def _depth(cells: Sequence[Cell], steps: Sequence[Column]) -> int:
    """The column in which a row has its name, the last of the steps that is filled."""
    return next(
        (column.index for column in reversed(steps) if cells[column.index].text.strip()), steps[-1].index
    )


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
    texts = (printed(cells[column.index].text) for column in columns)
    return next((text for text in texts if text.isdigit() and len(text) <= _MAX_UNIT_CODE), "")


def _split_coded(label: str) -> tuple[str, str]:
    """`[201]一般公共服务支出` → code and name."""
    match = _CODED_NAME.fullmatch(label)
    return (match.group(1), match.group(2)) if match else ("", label)


def _split_unit(label: str) -> tuple[str, str]:
    """`301001-某市商务局本级` → code and name of a unit, among subjects with their codes.

    图书馆 and 综合医院 are functions too: a code that may be one of 款 or 项 is no unit's.
    """
    match = _CODED_UNIT.fullmatch(label)
    if not match or not names_a_unit(match.group(2)):
        return "", label
    code = match.group(1)
    is_subject = len(code) > 3 and _CLASSIFICATION.fullmatch(code)
    return ("", label) if is_subject else (code, match.group(2))


def _split_catalogued(label: str) -> tuple[str, str]:
    """`A02010105台式计算机` → code of the procurement catalogue and name."""
    match = _CATALOGUED_NAME.fullmatch(label)
    return (match.group(1), match.group(2)) if match else ("", label)


def _bare_agency_code(label: str, has_agency: bool) -> str:
    """A row of a unit may print the unit's code where projects have their names (Henan)."""
    return label if has_agency and re.fullmatch(r"\d{3,9}", label) else ""


def names_a_unit(label: str) -> bool:
    """Whether a label ends like the name of a public body (局, 中心, 委员会 …)."""
    return _patterns().unit_name.search(key(label)) is not None


def is_count(label: str) -> bool:
    """Whether a row counts things instead of money, by its label: `公务用车保有量（辆）`."""
    return _patterns().count.search(key(label)) is not None


@lru_cache(maxsize=1 << 13)
def level_of(label: str) -> int | None:
    """Depth of the ordinal that a label begins with, 0 outermost; None without ordinal."""
    shown, plain = label, key(label)
    for level, pattern in enumerate(_patterns().ordinals):
        if pattern.match(shown if level == len(_patterns().ordinals) - 1 else plain):
            return level
    return None


def _bare(label: str) -> str:
    plain = native(label)
    for pattern in _patterns().ordinals:
        plain = pattern.sub("", plain, count=1)
    return plain.strip(":*#")


def _with_roles(items: list[Item]) -> list[Item]:
    codes = {item.code for item in items if item.code}
    code_parents = _prefixes(codes, 1)
    unit_parents = _prefixes({item.agency_code for item in items}, 3)
    classes = {item.label for item in items if key(item.label) in _patterns().economic_classes}
    named_classes = not codes and 1 < len(classes) < len({item.label for item in items if item.label})
    result: list[Item] = []
    for index, item in enumerate(items):
        if item.code:
            role = "subtotal" if item.code in code_parents else _role_said(item.label) or "leaf"
        elif not item.label:
            role = _role_without_label(index, items)
        elif (
            item.agency_code in unit_parents
            or _heads_unnumbered(index, items)
            or _heads_series(index, items)
            or _heads_coded(index, items)
            or _heads_funds(index, items)
        ):
            role = "subtotal"
        else:
            following = items[index + 1] if index + 1 < len(items) else None
            role = _role_by_label(item, result[-1] if result else None, following)
            if role == "leaf" and named_classes and item.label in classes and not item.label_2:
                role = "subtotal"
        result.append(item if item.role == role else replace(item, role=role))
    return _with_only_total(result)


def _with_only_total(items: list[Item]) -> list[Item]:
    """一般公共预算收入合计 is the total of a list that has no other sum of all."""
    sums = [index for index, item in enumerate(items) if _patterns().only_total.search(_bare(item.label))]
    if len(sums) == 1 and all(item.role != "total" for item in items) and not items[sums[0]].code:
        items[sums[0]] = replace(items[sums[0]], role="total")
    return items


def _prefixes(codes: Iterable[str], shortest: int) -> set[str]:
    """Every proper beginning of the codes: a row with one of them is the parent of another."""
    return {code[:length] for code in codes for length in range(shortest, len(code))}


def _heads_unnumbered(index: int, items: list[Item]) -> bool:
    """Whether rows without ordinal follow a row with one, and then the next ordinal: they are its parts."""
    level = level_of(items[index].label)
    if level is None:
        return False
    for parts, item in enumerate(items[index + 1 :]):
        deeper = level_of(item.label)
        if deeper is not None or _role_said(item.label) or not item.label:
            return parts > 0 and deeper == level
    return False


def _heads_series(index: int, items: list[Item]) -> bool:
    """Whether the first of a series (①, 1、 or 一、 once more) follows a row without ordinal: its parts."""
    item, rest = items[index], items[index + 1 : index + 2]
    if not rest or not item.label or level_of(item.label) is not None or _role_said(item.label):
        return False
    words = _patterns()
    if not words.first.match(rest[0].label):
        return False
    return level_of(rest[0].label) != 0 or any(words.first.match(other.label) for other in items[:index])


def _heads_coded(index: int, items: list[Item]) -> bool:
    """Whether a unit (or 人员经费) without a code stands above rows with codes: they are its parts."""
    item, following = items[index], items[index + 1 : index + 2]
    return bool(following and following[0].code) and _role_said(item.label) is None


def _heads_funds(index: int, items: list[Item]) -> bool:
    """Whether a row of carry-over is followed by the budgets that it comes from, without ordinals."""
    item, following = items[index], items[index + 1 : index + 2]
    words = _patterns()
    return (
        bool(following)
        and words.carryover.search(key(item.label)) is not None
        and words.budget_name.search(key(following[0].label)) is not None
    )


def _role_without_label(index: int, items: list[Item]) -> str:
    """A row of figures without any name, first or last of several rows, is their total."""
    return "total" if index in (0, len(items) - 1) and any(item.label for item in items) else "leaf"


def _role_by_label(item: Item, before: Item | None, following: Item | None) -> str:
    said = _role_said(item.label)
    if said:
        return said
    level = level_of(item.label)
    part = before is not None and before.role == "of_which"
    if part and level is None:
        return "of_which"
    if following and _holds(item, following, level):
        return "subtotal"
    return "of_which" if part and before and level == _level_of_which(before.label) else "leaf"


def _level_of_which(label: str) -> int | None:
    """Level of the ordinal behind 其中：, or of a following part of the same row."""
    return level_of(_patterns().of_which.sub("", key(label), count=1))


def _holds(item: Item, following: Item, level: int | None) -> bool:
    """Whether the next row is a part of this one: of deeper ordinal, indent or column, or of a unit."""
    if _role_said(following.label) in {"of_which", "total"} or (following.label, following.indent) == (
        item.label,
        item.indent,
    ):
        return False
    deeper = level_of(following.label)
    if level is not None and deeper is not None:
        return deeper > level
    if item.agency_code and not following.agency_code:
        return bool(following.label or following.code)
    named = bool(item.label and following.label)
    return named and (following.indent > item.indent or following.depth > item.depth)


@lru_cache(maxsize=1 << 13)
def _role_said(label: str) -> str | None:
    """The role that the label itself says (其中：, 合计, 小计)."""
    plain, words = _bare(label), _patterns()
    if words.of_which.match(key(label)):
        return "of_which"
    if any(pattern.search(plain) for pattern in words.totals):
        return "total"
    return "subtotal" if any(pattern.search(plain) for pattern in words.subtotals) else None


def quantity(cells: Sequence[Cell], columns: Sequence[Column]) -> str:
    """The text of the first of these columns in a row, as printed without white space."""
    return next(
        (text for column in columns if not money.is_blank(text := printed(cells[column.index].text))), ""
    )
