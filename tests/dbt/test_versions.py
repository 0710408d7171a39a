"""State is a projection over observations: replaced, withdrawn, quarantined, read again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.timeline import concluded, standing
from tests.dbt.conftest import Record
from tests.recognitions import amount, facts, sha, table
from warehouse.build import BuildResult, build
from warehouse.home import Home
from warehouse.tables.model import Recognition


def three_public(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Decimal | None]:
    query = f"""
        select agency_name, three_public_yuan from {relation}
        where region_code = '110108' and coalesce(fiscal_year, 2024) = 2024
    """
    return {name[3:-1]: amount for name, amount in connection.execute(query).fetchall()}


def test_versions_follow_successful_observations_only(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        r"""
        select regexp_extract(url, '([a-z]+).pdf', 1), status, recorded_to is null
        from core.dim_document_version where url similar to '.*haidian.*[a-z]\.pdf'
        order by url, recorded_from
        """
    ).fetchall()
    assert rows == [
        ("doubtful", "current", True),
        ("quarantined", "current", True),
        ("replaced", "superseded", False),
        ("replaced", "current", True),
        ("reread", "current", True),
        ("withdrawn", "withdrawn", False),
    ]


def test_a_mart_shows_what_stands_on_the_site_as_the_newest_accepted_reading_has_it(
    golden: duckdb.DuckDBPyConnection,
):
    assert three_public(golden, "marts.agency_year") == {
        "replaced": 120_000,
        "doubtful": 100_000,
        "quarantined": None,
        "reread": 110_000,
    }


def test_as_of_shows_what_stood_there_then(golden: duckdb.DuckDBPyConnection, golden_record: Record):
    then = three_public(golden, f"marts.agency_year_as_of('{golden_record.marks['before'].isoformat()}')")
    assert then["replaced"] == 100_000
    assert then["withdrawn"] == 100_000
    now = three_public(golden, f"marts.agency_year_as_of('{golden_record.marks['after'].isoformat()}')")
    assert now == three_public(golden, "marts.agency_year")


@pytest.mark.parametrize(
    "mart",
    ["agency_year", "expenditure_by_function", "project_history", "version_diff", "coverage", "data_quality"],
)
def test_every_mart_is_its_macro_at_the_end_of_time(golden: duckdb.DuckDBPyConnection, mart: str):
    now, then = f"from marts.{mart}", f"from marts.{mart}_as_of('infinity')"
    differing = f"(({now}) except all ({then})) union all (({then}) except all ({now}))"
    assert golden.execute(differing).fetchall() == []
    before_anything = f"select count(*) from marts.{mart}_as_of('2000-01-01')"
    assert golden.execute(before_anything).fetchone() == (0,)


def test_version_diff_names_the_amount_that_a_replaced_file_changed(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        "select change, item_label, before_text, after_text, before_yuan, after_yuan from marts.version_diff"
    ).fetchall()
    assert rows == [("changed", "“三公”经费合计", "10.00", "12.00", 100_000, 120_000)]


def test_facts_of_withdrawn_and_replaced_files_stay(golden: duckdb.DuckDBPyConnection):
    amounts = golden.execute(
        """
        select value_text, count(*) from core.fct_amount
        inner join core.dim_disclosure using (disclosure_key) where region_code = '110108'
        group by 1 order by 1
        """
    ).fetchall()
    assert amounts == [("10.00", 3), ("11.00", 1), ("12.00", 1)]


def test_the_story_of_an_address_says_what_listings_and_a_replacement_mean(
    golden_build: BuildResult,
):
    names = [f"http://haidian.test/{name}.pdf" for name in ("replaced", "withdrawn", "doubtful")]
    told = {moment.detail.split("\n")[0]: moment.what for moment in concluded(golden_build.target, names)}
    assert told == {
        f"missing from a complete listing, at {names[1]}": "absent",
        f"missing from two complete listings in a row: it counts no more, at {names[1]}": "withdrawn",
        f"missing from a complete listing, at {names[2]}": "absent",
        "amounts: 1 changed": "changed",
    }
    (changed,) = (m for m in concluded(golden_build.target, names) if m.what == "changed")
    assert changed.detail.endswith("三公 “三公”经费合计 合计: 10.00 万元 → 12.00 万元")
    assert [line.split()[1] for line in standing(golden_build.target, names)] == [
        "current",
        "current",
        "withdrawn",
    ]


def test_only_amounts_that_changed_differ(tmp_path: Path):
    """A row that only moved is no change; of several equal names the one that is gone is told.

    A file that was not read (yet) removes nothing: what was before it is compared with what came after.
    """

    def budget(*rows: tuple[str, str]) -> Recognition:
        amounts = [
            amount(text, row=row, item_label=label, row_role="leaf")
            for row, (label, text) in enumerate(rows, start=1)
        ]
        return Recognition(facts=facts(agency_name="海淀区商务局"), tables=(table(),), amounts=tuple(amounts))

    versions = {
        "moved": [("办公费", "1.00"), ("差旅费", "2.00"), ("会议费", "3.00")],
        "moved 2": [("差旅费", "2.00"), ("会议费", "3.00"), ("办公费", "1.00")],
        "mixed": [("办公费", "1.00"), ("差旅费", "2.00"), ("会议费", "3.00")],
        "mixed 2": [("办公费", "1.50"), ("会议费", "3.00"), ("培训费", "4.00")],
        "equal": [("其他支出", "1.00"), ("其他支出", "2.00"), ("其他支出", "3.00")],
        "equal 2": [("其他支出", "3.00"), ("其他支出", "1.00")],
        "unread": [("办公费", "1.00"), ("差旅费", "2.00")],
        "unread 2": None,
        "between": [("办公费", "1.00"), ("差旅费", "2.00")],
        "between 2": None,
        "between 3": [("办公费", "1.00"), ("差旅费", "2.50")],
    }
    record = Record(Home(tmp_path))
    record.site("haidian", "110108")
    for name in versions:
        url = f"http://haidian.test/{name.split()[0]}.pdf"
        record.document("haidian", url, sha(name))
    record.load("haidian", {sha(name): budget(*rows) for name, rows in versions.items() if rows})
    record.write()
    target = build(record.home, record.home.path / "built.duckdb").target
    with duckdb.connect(str(target), read_only=True) as connection:
        rows = connection.execute(
            """
            select
                regexp_extract(url, '([a-z]+).pdf', 1), change, item_label,
                before_yuan, after_yuan, delta_yuan,
                before_row, after_row, before_page, before_amount_key is null, after_amount_key is null
            from marts.version_diff order by url, item_label
            """
        ).fetchall()
    assert rows == [
        ("between", "changed", "差旅费", 20_000, 25_000, 5_000, 2, 2, 1, False, False),
        ("equal", "removed", "其他支出", 20_000, None, -20_000, 2, None, 1, False, True),
        ("mixed", "changed", "办公费", 10_000, 15_000, 5_000, 1, 1, 1, False, False),
        ("mixed", "added", "培训费", None, 40_000, 40_000, None, 3, None, True, False),
        ("mixed", "removed", "差旅费", 20_000, None, -20_000, 2, None, 1, False, True),
    ]
