"""Invented budgets: figures from YAML, refused unless they add up, in a province's layout. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, str | Decimal]
"""One row by field name, before a layout picks its columns."""

_BASIC = ("wages", "family", "goods", "capital")
_PROJECT = ("running", "specific")


@dataclass(frozen=True, slots=True)
class Grid:
    """One table as printed; in the header "<" continues the cell to the left, "^" the one above."""

    title: str
    sheet: str
    header_rows: int
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def read_yaml(path: Path) -> Any:  # noqa: ANN401 - figures and layouts are plain data
    """A YAML file with every value as text: amounts must not pass through binary fractions."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes text only


def tables_of(figures: Mapping[str, Any], style: Mapping[str, Any]) -> tuple[Grid, ...]:
    """The tables of a budget in a province's layout.

    Raises:
        ValueError: the figures do not add up.
    """
    check(figures)
    wanted = figures.get("only_tables", [table["title"] for table in style["tables"]])
    return tuple(_grid(figures, style, table) for table in style["tables"] if table["title"] in wanted)


def check(figures: Mapping[str, Any]) -> None:
    """Refuse figures that contradict each other.

    Raises:
        ValueError: naming the file and the two sums.
    """
    functions, economic, projects = (
        _functions(figures),
        _amounts(figures["economic"]),
        _amounts(figures["projects"]),
    )
    pairs = {
        "基本支出 by function and by economic class": (
            _sum(functions, "basic"),
            _sum(economic, "total"),
            economic,
        ),
        "项目支出 by function and by project": (
            _sum(functions, "project"),
            _sum(projects, "amount"),
            projects,
        ),
    }
    for what, (one, other, given) in pairs.items():
        if given and one != other:
            raise ValueError(f"{figures['file']}: {what}: {one} is not {other}")


def totals(figures: Mapping[str, Any]) -> Row:
    """The budget's totals, by field name."""
    functions, economic = _functions(figures), _amounts(figures["economic"])
    fields = ("total", "basic", "project", "general", "state_capital", *_BASIC, *_PROJECT)
    three_public = next(iter(_three_public_in_one(figures, {})))
    return {
        **{name: _sum(functions, name) for name in fields},
        **{name: _sum(economic, name) for name in ("personnel", "public")},
        "three_public": three_public["total"],
    }


def _grid(figures: Mapping[str, Any], style: Mapping[str, Any], table: Mapping[str, Any]) -> Grid:
    named = {"year": figures["year"], "agency": figures["agency"]}
    body = [dict(row) for row in _SOURCES[table["rows"]](figures, {**style, **table})]
    printed = []
    if "total" in table:
        sums = {name: _sum(body, name) for name in table["columns"] if name not in _TEXTS}
        if table["rows"].endswith("_with_classes") or table["rows"].endswith("functions"):
            sums = {name: _sum([row for row in body if row["level"] == "leaf"], name) for name in sums}
        if table["rows"] == "leaves_with_unit":
            sums = {name: _sum(body[1:], name) for name in sums}
        row = [_text(sums.get(name, ""), style["money"]) for name in table["columns"]]
        printed.append([label.format(**named) for label in table["total"]] + row[len(table["total"]) :])
    for number, fields in enumerate(body, start=len(printed) + 1):
        fields["number"] = str(number)
        printed.append([_text(fields.get(name, ""), style["money"]) for name in table["columns"]])
    header = [[text.format(**named) for text in row] for row in table["header"]]
    return Grid(
        title=table["title"].format(**named),
        sheet=table.get("sheet", ""),
        header_rows=len(header),
        rows=tuple(map(tuple, header + printed)),
        note=table.get("note", ""),
    )


_TEXTS = frozenset(
    {"", "code", "name", "label", "number", "gov_code", "gov_name", "unit", "unit_code", "kind"}
)


def _text(value: str | Decimal, money: str) -> str:
    if isinstance(value, Decimal):
        return money.format(value) if value else ""
    return value


def _sum(rows: Iterable[Row], name: str) -> Decimal:
    values = (row.get(name, "") for row in rows)
    return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))


def _amounts(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Rows with their figures as decimals, and the total of an economic item."""
    texts = _TEXTS | {"fund"}
    found: list[Row] = []
    for row in rows:
        fields: Row = {name: value if name in texts else Decimal(value) for name, value in row.items()}
        found.append({**fields, "total": _sum([fields], "personnel") + _sum([fields], "public")})
    return found


def _functions(figures: Mapping[str, Any]) -> list[Row]:
    """The items (项) with basic, project, total and fund."""
    found = []
    for row in _amounts(figures["functions"]):
        basic = _sum([row], "basic") + sum((_sum([row], name) for name in _BASIC), Decimal(0))
        project = _sum([row], "project") + sum((_sum([row], name) for name in _PROJECT), Decimal(0))
        code = str(row["code"])
        fund = str(row.get("fund", "general"))
        split: Row = {"class": code[:3], "section": code[3:5], "item": code[5:], "level": "leaf"}
        found.append(
            {
                **row,
                **split,
                "basic": basic,
                "project": project,
                "total": basic + project,
                fund: basic + project,
            }
        )
    return found


def _with_parents(leaves: list[Row], names: Mapping[str, str], lengths: tuple[int, ...]) -> list[Row]:
    """Leaves in the order of their codes, each group under a row with its sums."""
    rows: list[Row] = []
    for leaf in sorted(leaves, key=lambda row: str(row["code"])):
        for length in lengths:
            code = str(leaf["code"])[:length]
            if not any(row["code"] == code for row in rows):
                members = [row for row in leaves if str(row["code"]).startswith(code)]
                fields = {
                    name for row in members for name, value in row.items() if isinstance(value, Decimal)
                }
                sums: Row = {name: _sum(members, name) for name in fields}
                rows.append({**sums, "code": code, "name": names[code], "level": "group"})
        rows.append(leaf)
    return rows


def _function_rows(fund: str | None) -> Callable[[Mapping[str, Any], Mapping[str, Any]], list[Row]]:
    def rows(figures: Mapping[str, Any], _: Mapping[str, Any]) -> list[Row]:
        leaves = [row for row in _functions(figures) if fund is None or fund in row]
        return _with_parents(leaves, figures["names"], (3, 5))

    return rows


def _leaves_with_unit(figures: Mapping[str, Any], _: Mapping[str, Any]) -> list[Row]:
    leaves = _functions(figures)
    fields = ("total", "basic", "project", *_BASIC, *_PROJECT)
    unit: Row = {name: _sum(leaves, name) for name in fields}
    return [{**unit, "unit_code": figures["agency_code"], "name": figures["agency"]}, *leaves]


def _economic(figures: Mapping[str, Any], _: Mapping[str, Any]) -> list[Row]:
    return [{**row, "level": "leaf"} for row in _amounts(figures["economic"])]


def _economic_with_classes(figures: Mapping[str, Any], table: Mapping[str, Any]) -> list[Row]:
    return _with_parents(_economic(figures, table), figures["names"], (3,))


def _two_sides(figures: Mapping[str, Any], table: Mapping[str, Any]) -> list[Row]:
    sums, functions = totals(figures), _functions(figures)
    left: list[Row] = [{"left": label, "left_amount": sums.get(name, "")} for label, name in table["revenue"]]
    right: list[Row] = []
    for label, code in table["classes"]:
        members = [row for row in functions if row["class"] == code]
        fields = ("total", "general", "state_capital")
        right.append({"right": label, **{name: _sum(members, name) for name in fields}})
    left += [{}] * (len(right) - len(left))
    body = [{**one, **other} for one, other in zip(left, right, strict=True)]
    for left_label, right_label, name in table["totals"]:
        amounts = {field: sums[field] for field in ("total", "general", "state_capital")} if name else {}
        body.append({"left": left_label, "right": right_label, "left_amount": sums.get(name, ""), **amounts})
    return body


def _three_public_in_one(figures: Mapping[str, Any], _: Mapping[str, Any]) -> list[Row]:
    parts = {
        name: Decimal(figures["three_public"].get(name, "0"))
        for name in ("abroad", "purchase", "running", "reception")
    }
    vehicles = parts["purchase"] + parts["running"]
    return [{**parts, "vehicles": vehicles, "total": vehicles + parts["abroad"] + parts["reception"]}]


def _three_public(figures: Mapping[str, Any], table: Mapping[str, Any]) -> list[Row]:
    amounts = _three_public_in_one(figures, table)[0]
    return [{"label": label, "amount": amounts[name]} for label, name in table["labels"]]


def _operating(figures: Mapping[str, Any], _: Mapping[str, Any]) -> list[Row]:
    public = totals(figures)["public"]
    return [{"name": "部门合计", "public": public}, {"name": figures["agency"], "public": public}]


def _projects(figures: Mapping[str, Any], _: Mapping[str, Any]) -> list[Row]:
    return [{**row, "kind": "其他运转类"} for row in _amounts(figures["projects"])]


_SOURCES: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], list[Row]]] = {
    "two_sides": _two_sides,
    "functions": _function_rows(None),
    "general_functions": _function_rows("general"),
    "state_capital_functions": _function_rows("state_capital"),
    "leaves_with_unit": _leaves_with_unit,
    "economic": _economic,
    "economic_with_classes": _economic_with_classes,
    "three_public": _three_public,
    "three_public_in_one": _three_public_in_one,
    "operating": _operating,
    "projects": _projects,
    "none": lambda _figures, _table: [],
}
