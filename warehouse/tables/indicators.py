"""Performance indicators (绩效指标) of a row: the header that names their columns, levels, value, basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from warehouse.documents.model import Cell
from warehouse.tables import meanings
from warehouse.tables.header_rows import distinct
from warehouse.tables.model import Indicator
from warehouse.tables.places import Spot
from warehouse.tables.text import printed

INDICATOR_ROLES = (
    "level_1",
    "level_2",
    "level_3",
    "description",
    "relation",
    "target",
    "measure_unit",
    "basis",
)
_SAYING = frozenset({"level_1", "level_2", "level_3", "target"})
_RELATIONS = frozenset([*"≥≤=＝><＞＜≧≦≠", ">=", "<=", "＞=", "＜=", "==", "!="])


def indicator_columns(row: Sequence[Cell]) -> dict[str, list[int]]:
    """Columns by role where a row is the header of indicators, else nothing."""
    roles: dict[str, list[int]] = {}
    parts: list[range] = []
    if not any("指标" in cell.text for cell in row):
        return roles
    for cell in distinct(row):
        role = meanings.role_of((printed(cell.text),)) if cell.text else None
        if role in INDICATOR_ROLES:
            roles.setdefault(role, []).append(cell.col)
        if role == "target" and cell.col_span > 1:
            parts.append(range(cell.col, cell.col + cell.col_span))
    if len(parts) == 1 and roles["target"] == [parts[0].start]:
        roles |= _parts_of_value(parts[0], roles)
    contents = {cell.col: cell.text for cell in distinct(row)}
    roles = with_contents_described(roles, contents)
    named = len({"level_1", "level_2", "level_3"} & roles.keys())
    return roles if named and ("target" in roles or named > 1) and len(roles) > 1 else {}


def _parts_of_value(columns: range, roles: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """The columns of relation, value and unit that one header 指标值 spans; rows may merge them again."""
    names = ("relation", "target", "measure_unit")[: len(columns)]
    parts = zip(names, columns, strict=False)
    return {name: [col] for name, col in parts if name not in roles or name == "target"}


def with_contents_described(roles: dict[str, list[int]], texts: Mapping[int, str]) -> dict[str, list[int]]:
    """Columns by role, where 指标内容 only describes what a column 三级指标 names."""
    level_3 = roles.get("level_3", [])
    named = [col for col in level_3 if "三级" in texts.get(col, "")]
    if not named or len(named) == len(level_3):
        return roles
    rest = [col for col in level_3 if col not in named]
    return roles | {"level_3": named, "description": roles.get("description", []) + rest}


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """One indicator as its row prints it."""

    level_1: str
    level_2: str
    level_3: str
    description: str
    target: str
    basis: str
    cell: Cell

    def indicator(self, spot: Spot, pro_code: str, project_name: str) -> Indicator:
        """The indicator as a row of a project."""
        return Indicator(
            *spot.place(self.cell),
            pro_code=pro_code,
            project_name=project_name,
            level_1=self.level_1,
            level_2=self.level_2,
            level_3=self.level_3,
            description=self.description,
            target_text=self.target,
            basis=self.basis,
        )


def indicators_of(
    row: Sequence[Cell], at: int, columns: dict[str, list[int]], level_1: str
) -> Iterator[IndicatorLine]:
    """The indicators of one row: one, or one for each target that stands beside it and differs.

    Args:
        row: Of the grid.
        at: Its number; an indicator is where a level or a target begins in this very row.
        columns: By role, as `indicator_columns` gives them.
        level_1: Of the row above, which counts where this row leaves it blank.
    """
    first: IndicatorLine | None = None
    for which in range(len(columns.get("level_3") or columns.get("target") or (0,))):
        cells = {role: row[found[min(which, len(found) - 1)]] for role, found in columns.items()}
        if not any(cells[role].row == at and cells[role].text.strip() for role in _SAYING & cells.keys()):
            continue
        line = _indicator_line(cells, level_1)
        if first is None or (line.target and (line.level_3, line.target) != (first.level_3, first.target)):
            first = first or line
            yield line


def _indicator_line(cells: dict[str, Cell], level_1: str) -> IndicatorLine:
    def text(role: str) -> str:
        return cells[role].text.strip() if role in cells else ""

    is_apart = cells.get("measure_unit") is not cells.get("target")
    unit = text("measure_unit") if is_apart else ""
    return IndicatorLine(
        level_1=printed(text("level_1")) or level_1,
        level_2=printed(text("level_2")),
        level_3=printed(text("level_3")),
        description=text("description"),
        target=_joined_target(text("relation"), text("target"), unit),
        basis=text("basis"),
        cell=next(cells[role] for role in ("target", "level_3", "level_2", "level_1") if role in cells),
    )


def with_rest(indicator: Indicator, row: Sequence[Cell], at: int, columns: dict[str, list[int]]) -> Indicator:
    """An indicator with the rest of its cells that a page break put into a row of their own."""

    def rest(role: str) -> str:
        return "".join(row[col].text.strip() for col in columns.get(role, [])[:1] if row[col].row == at)

    return replace(
        indicator,
        description=indicator.description + rest("description"),
        basis=indicator.basis + rest("basis"),
    )


def _joined_target(relation: str, target: str, unit: str) -> str:
    if not target:  # it may stand in the first of the columns that the header spans
        return "" if relation in _RELATIONS else relation
    compared = relation if relation in _RELATIONS and not target.startswith(tuple(_RELATIONS)) else ""
    return compared + target + (unit if target[-1].isdigit() else "")
