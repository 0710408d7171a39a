"""Right budgets fail nowhere, in whatever unit they are printed; wrong figures fail with the right cause."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from tests.dbt.conftest import Record
from tests.recognitions import sha
from tests.tables.injected_errors import BUDGETS, Budget, in_yuan, is_figure, mistyped, rounded, transposed
from warehouse.build import build
from warehouse.home import Home
from warehouse.tables import recognise

pytestmark = pytest.mark.slow

_IN_WAN = {"元": Decimal(10_000), "万元": Decimal(1), "亿元": Decimal("0.0001")}
_EACH = 4


def _in_unit(unit: str, digits: int) -> Callable[[Budget], Budget]:
    def printed(text: str) -> str:
        return f"{Decimal(text) * _IN_WAN[unit]:.{digits}f}" if is_figure(text) else text

    return lambda budget: replace(
        budget, unit=unit, rows=[[printed(text) for text in row] for row in budget.rows]
    )


UNITS = {
    f"{unit} {digits}": _in_unit(unit, digits)
    for unit, digits in (
        ("元", 2),
        ("万元", 2),
        ("万元", 4),
        ("万元", 6),
        ("亿元", 2),
        ("亿元", 4),
        ("亿元", 6),
    )
}
ERRORS = {change.__name__: change for change in (mistyped, transposed, in_yuan, rounded)}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[tuple[str, str | None]]]:
    """Statuses and causes of all documents of one kind."""
    chance = random.Random(2024)  # noqa: S311 - no secret
    record = Record(Home(tmp_path_factory.mktemp("causes")))
    record.site("made", "130300")
    kinds, read = {}, {}
    for at, make in enumerate(BUDGETS * _EACH):
        budget = make(chance)
        made = {name: change(budget) for name, change in UNITS.items()}
        made |= {name: wrong for name, change in ERRORS.items() if (wrong := change(budget, chance))}
        for name, each in made.items():
            key = sha(f"{name}/{at}")
            kinds[key], read[key] = name, recognise(each.document)
            record.document("made", f"http://made.test/{name}-{at}", key, agency_name=f"{name}{at}局")
    record.load("made", read)
    record.write()
    found: dict[str, Counter[tuple[str, str | None]]] = defaultdict(Counter)
    target = build(record.home, record.home.path / "made.duckdb").target
    with duckdb.connect(str(target), read_only=True) as connection:
        for key, status, cause in connection.execute(
            "select document_sha256, status, cause from core.fct_check_result"
        ).fetchall():
            found[kinds[key]][status, cause] += 1
    return found


@pytest.mark.parametrize("unit", UNITS)
def test_a_right_budget_fails_nowhere(unit: str, results: dict[str, Counter[tuple[str, str | None]]]) -> None:
    assert results[unit]["held", None] > 0
    assert [found for found in results[unit] if found[0] == "failed"] == []


@pytest.mark.parametrize("error", ERRORS)
def test_a_wrong_figure_of_the_source_is_called_so(
    error: str, results: dict[str, Counter[tuple[str, str | None]]]
) -> None:
    causes = Counter({cause: n for (status, cause), n in results[error].items() if status == "failed"})
    assert causes.keys() <= ({"rounding"} if error == "rounded" else {"source", "rounding"})
    assert causes.most_common(1)[0][0] == ("rounding" if error == "rounded" else "source")
