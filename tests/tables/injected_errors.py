"""Budgets made at random, and what goes wrong with them: at the source, or where a file was made or read.

A source prints wrong figures in the right cells; they are published as printed. A reading puts right figures
into wrong cells; where only one placing satisfies the sums, it is put right.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.tables.made_tables import document, table
from warehouse.documents.model import Document

Rows = list[list[str]]
Change = Callable[["Budget", random.Random], "Budget | None"]
Figures = list[int]

_CLASSES = ("201", "205", "206", "208", "210", "211", "213", "221")


@dataclass(frozen=True, slots=True)
class Budget:
    """One table: what is above it, its header, its rows."""

    title: str
    header: Rows
    rows: Rows
    cover: str = "2024年某市商务局部门预算"
    unit: str = "万元"

    @property
    def document(self) -> Document:
        """The document that prints it."""
        return document(self.cover, self.title, f"单位：{self.unit}", table(self.header + self.rows))

    def figures(self) -> dict[tuple[int, int], str]:
        """What it prints, by row and column of the grid."""
        return {
            (at + len(self.header), col): text
            for at, row in enumerate(self.rows)
            for col, text in enumerate(row)
            if is_figure(text)
        }


def is_figure(text: str) -> bool:
    """Whether a cell of these tables holds a figure."""
    return text.replace(".", "", 1).isdigit() and "." in text


def _money(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}" if cents else ""


def _parts(chance: random.Random, count: int) -> Figures:
    parts = [
        0 if chance.random() < 0.4 else chance.randint(100, 10 ** chance.randint(3, 7)) for _ in range(count)
    ]
    return parts if any(parts) else [chance.randint(100, 99_999), *parts[1:]]


def _added(lists: list[Figures]) -> Figures:
    return [sum(column) for column in zip(*lists, strict=True)]


def _coded(chance: random.Random, count: int, printed: Callable[[Figures], Figures]) -> Rows:
    """类, 款 and 项 with their sums; 合计 at the top or at the bottom."""
    rows: Rows = []
    classes: list[Figures] = []
    for code in sorted(chance.sample(_CLASSES, chance.randint(2, 4))):
        sections = [
            (f"{code}{at:02}", [_parts(chance, count) for _ in range(chance.randint(1, 3))])
            for at in range(1, chance.randint(2, 3))
        ]
        classes.append(_added([_added(items) for _, items in sections]))
        lines = [(code, classes[-1])]
        for section, items in sections:
            lines.append((section, _added(items)))
            lines += [(f"{section}{at:02}", item) for at, item in enumerate(items, start=1)]
        rows += [[each, f"科目{each}", *map(_money, printed(figures))] for each, figures in lines]
    total = [["", "合计", *map(_money, printed(_added(classes)))]]
    return total + rows if chance.random() < 0.5 else rows + total


def _expenditure(chance: random.Random) -> Budget:
    rows = _coded(chance, 2, lambda parts: [sum(parts), *parts])
    return Budget("部门支出总表", [["科目编码", "科目名称", "合计", "基本支出", "项目支出"]], rows)


def _final_expenditure(chance: random.Random) -> Budget:
    header = [
        "科目编码",
        "科目名称",
        "本年支出合计",
        "基本支出",
        "项目支出",
        "上缴上级支出",
        "经营支出",
        "对附属单位补助支出",
    ]
    rows = _coded(chance, 5, lambda parts: [sum(parts), *parts])
    return Budget("支出决算表", [header], rows, cover="2024年某市商务局部门决算")


def _general(chance: random.Random) -> Budget:
    header = [
        ["科目编码", "科目名称", "合计", "基本支出", "<", "<", "项目支出"],
        ["^", "^", "^", "小计", "人员经费", "公用经费", "^"],
    ]
    rows = _coded(chance, 3, lambda parts: [sum(parts), parts[0] + parts[1], *parts])
    return Budget("一般公共预算支出表", header, rows)


def _revenue(chance: random.Random) -> Budget:
    header = [
        "科目编码",
        "科目名称",
        "合计",
        "上年结转",
        "一般公共预算拨款收入",
        "政府性基金预算拨款收入",
        "事业收入",
        "其他收入",
    ]
    rows = _coded(chance, 5, lambda parts: [sum(parts), *parts])
    return Budget("部门收入总表", [header], rows)


def _summary(chance: random.Random) -> Budget:
    revenue, expenditure = _parts(chance, 4), [chance.randint(1, 10**5) for _ in range(4)]
    revenue[0] += max(0, sum(expenditure) - sum(revenue))
    expenditure[0] += sum(revenue) - sum(expenditure)
    carried = chance.randint(1, 10**5)
    labels = zip(
        ["一、一般公共预算拨款收入", "二、政府性基金预算拨款收入", "三、事业收入", "四、其他收入"],
        ["一、一般公共服务支出", "二、教育支出", "三、卫生健康支出", "四、住房保障支出"],
        strict=True,
    )
    rows = [
        [left, _money(got), right, _money(spent)]
        for (left, right), got, spent in zip(labels, revenue, expenditure, strict=True)
    ]
    year, whole = _money(sum(revenue)), _money(sum(revenue) + carried)
    rows += [
        ["本年收入合计", year, "本年支出合计", year],
        ["上年结转", _money(carried), "结转下年", _money(carried)],
    ]
    rows += [["收入总计", whole, "支出总计", whole]]
    header = [["收入", "<", "支出", "<"], ["项目", "预算数", "项目", "预算数"]]
    return Budget("部门收支总表", header, rows)


def _three_public(chance: random.Random) -> Budget:
    abroad, bought, running, reception = _parts(chance, 4)
    rows = [
        ["“三公”经费合计", _money(abroad + bought + running + reception)],
        ["1.因公出国（境）费用", _money(abroad)],
        ["2.公务用车购置及运行维护费", _money(bought + running)],
        ["其中：公务用车购置费", _money(bought)],
        ["公务用车运行维护费", _money(running)],
        ["3.公务接待费", _money(reception)],
    ]
    return Budget("“三公”经费支出表", [["项目", "预算数"]], rows)


def _projects(chance: random.Random) -> Budget:
    projects = [_parts(chance, 3) for _ in range(chance.randint(3, 7))]
    lines = [("合计", _added(projects)), *((f"项目{at}号经费", each) for at, each in enumerate(projects))]
    rows = [[name, *map(_money, (sum(figures), *figures))] for name, figures in lines]
    header = ["项目名称", "合计", "一般公共预算", "政府性基金预算", "单位资金"]
    return Budget("项目支出表", [header], rows)


BUDGETS = (_expenditure, _final_expenditure, _general, _revenue, _summary, _three_public, _projects)


def _with(budget: Budget, place: tuple[int, int], text: str) -> Budget:
    at, col = place[0] - len(budget.header), place[1]
    row = budget.rows[at]
    return _with_rows(budget, at, [*row[:col], text, *row[col + 1 :]])


def _with_rows(budget: Budget, at: int, *rows: list[str], instead_of: int = 1) -> Budget:
    """The budget with other rows from one on."""
    return replace(budget, rows=[*budget.rows[:at], *rows, *budget.rows[at + instead_of :]])


def _one(budget: Budget, chance: random.Random) -> tuple[tuple[int, int], str]:
    return chance.choice(list(budget.figures().items()))


def mistyped(budget: Budget, chance: random.Random) -> Budget:
    """One digit is another."""
    place, text = _one(budget, chance)
    at = chance.choice([at for at, digit in enumerate(text) if digit.isdigit()])
    other = chance.choice([digit for digit in "123456789" if digit != text[at]])
    return _with(budget, place, text[:at] + other + text[at + 1 :])


def transposed(budget: Budget, chance: random.Random) -> Budget | None:
    """Two digits beside each other are exchanged."""
    place, text = _one(budget, chance)
    pairs = [at for at in range(len(text) - 1) if text[at] != text[at + 1] and "." not in text[at : at + 2]]
    if not pairs:
        return None
    at = chance.choice(pairs)
    return _with(budget, place, text[:at] + text[at + 1] + text[at] + text[at + 2 :])


def in_yuan(budget: Budget, chance: random.Random) -> Budget:
    """One figure is in 元 where the table is in 万元."""
    place, text = _one(budget, chance)
    return _with(budget, place, f"{Decimal(text) * 10_000:.2f}")


def left_blank(budget: Budget, chance: random.Random) -> Budget:
    """A figure is missing."""
    return _with(budget, _one(budget, chance)[0], "")


def rounded(budget: Budget, chance: random.Random) -> Budget:
    """Several figures are one unit of the last digit off."""
    for place, text in chance.sample(sorted(budget.figures().items()), len(budget.figures()) // 4 + 1):
        budget = _with(
            budget, place, f"{max(Decimal(text) + chance.choice((-1, 1)) * Decimal('0.01'), 0):.2f}"
        )
    return budget


def row_missing(budget: Budget, chance: random.Random) -> Budget | None:
    """A row is not printed."""
    if len(budget.rows) < 4:
        return None
    at = chance.randrange(1, len(budget.rows) - 1)
    return _with_rows(budget, at)


def rows_exchanged(budget: Budget, chance: random.Random) -> Budget:
    """The figures of two rows stand in each other's."""
    at = chance.randrange(len(budget.rows) - 1)
    one, two = budget.rows[at], budget.rows[at + 1]
    exchanged = [
        [b if is_figure(a) or is_figure(b) else a for a, b in zip(*pair, strict=True)]
        for pair in ((one, two), (two, one))
    ]
    return _with_rows(budget, at, *exchanged, instead_of=2)


SOURCE_ERRORS: tuple[Change, ...] = (
    mistyped,
    transposed,
    in_yuan,
    left_blank,
    rounded,
    row_missing,
    rows_exchanged,
)


def cell_lost(budget: Budget, chance: random.Random) -> Budget | None:
    """A blank cell of a row is lost: what follows stands one column to the left."""
    lost = [
        (at, col)
        for at, row in enumerate(budget.rows)
        for col in range(2, len(row) - 1)
        if not row[col] and any(map(is_figure, row[col + 1 :])) and any(map(is_figure, row[2:col]))
    ]
    if not lost:
        return None
    at, col = chance.choice(lost)
    row = budget.rows[at]
    return _with_rows(budget, at, [*row[:col], *row[col + 1 :], ""])


def header_beside(budget: Budget, chance: random.Random) -> Budget | None:  # noqa: ARG001 - one way only
    """A column is added before the figures: every header of theirs stands one column to the left."""
    first = min(col for _, col in budget.figures())
    if len(budget.rows[0]) - first < 3:
        return None
    return replace(
        budget,
        header=[[*row, ""] for row in budget.header],
        rows=[[*row[:first], "", *row[first:]] for row in budget.rows],
    )


def sides_cut(budget: Budget, chance: random.Random) -> Budget | None:
    """The header of two sides is cut between other columns."""
    if budget.header[0] != ["收入", "<", "支出", "<"]:
        return None
    cut = chance.choice([["收入", "支出", "<", "<"], ["收入", "<", "<", "支出"]])
    return replace(budget, header=[cut, *budget.header[1:]])


def code_glued(budget: Budget, chance: random.Random) -> Budget | None:
    """The code of a row stands in the cell of its name, before it."""
    coded = [at for at, row in enumerate(budget.rows) if row[0].isdigit() and len(row[0]) > 3]
    if not coded:
        return None
    at = chance.choice(coded)
    row = budget.rows[at]
    return _with_rows(budget, at, ["", row[0] + row[1], *row[2:]])
