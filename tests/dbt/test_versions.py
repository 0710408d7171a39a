"""State is a projection over observations: replaced, withdrawn, quarantined, read again."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests.dbt.conftest import Record


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
    both = f"(from marts.{mart} except from marts.{mart}_as_of('infinity'))"
    assert golden.execute(f"select count(*) from {both}").fetchone() == (0,)
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
