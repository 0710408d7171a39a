"""The gate on loads made with the real writer: good ones pass, each critical rule stops a bad one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from expectations import batches
from expectations.gate import validate_load, validate_marts
from expectations.suites import Expectation, Suite, marts_suites, raw_suites, read_suite
from warehouse.home import Home
from warehouse.raw_tables import RAW_SCHEMAS
from warehouse.record.events import DocumentRead
from warehouse.tables import vocabulary as vocabularies
from warehouse.tables.model import Recognition

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext

Land = Callable[[Home, str, dict[int, Recognition | None]], str]
Recognise = Callable[..., Recognition]


CRITICAL = list(
    {
        repr(rule): (replace(suite, name=f"{suite.name}-{index}", expectations=(rule,)), suite)
        for suite in (*raw_suites(), *marts_suites())
        for index, rule in enumerate(suite.expectations)
        if rule.severity == "critical"
    }.values()
)
"""Each critical rule, once, in a suite of its own (what else breaks is of no interest); and its suite."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small warehouse with the relations of the contract that have a suite."""
    path = tmp_path_factory.mktemp("built") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"""
            create schema core;
            create schema marts;
            create type yuan as decimal(20, 2);
            create table marts.agency_year as select
                '130300' as region_code, '秦皇岛市工业和信息化局' as agency_name, 2024 as fiscal_year,
                'budget' as phase, 'department' as scope, 36000000::yuan as revenue_total_yuan,
                36000000::yuan as expenditure_total_yuan, null::yuan as basic_yuan,
                null::yuan as project_yuan,
                40100::yuan as three_public_yuan, null::yuan as operating_expenses_yuan;
            create table marts.expenditure_by_function as select
                '130300' as region_code, '秦皇岛市工业和信息化局' as agency_name, 2024 as fiscal_year,
                '2011308' as exp_func_code, 3 as level, 600000::yuan as amount_yuan;
            create table marts.coverage as select '130300' as region_code;
            create table core.fct_amount as select
                '{"a" * 64}' as document_sha256, 1 as page, 1 as table_ordinal, 2 as row, 1 as col,
                600000::yuan as amount_yuan, 'leaf' as row_role;
            create table core.fct_check_result as select
                '{"a" * 64}' as document_sha256, 'I01' as check_id, '收支总表' as subject, 'held' as status,
                null::varchar as cause;
            create table core.dim_document_version as select
                '{"a" * 64}' as document_sha256, 'http://example.org/1.pdf' as url,
                timestamp '2024-03-01' as recorded_from, timestamp '2024-06-01' as recorded_to;
        """)
    return path


@pytest.fixture(scope="session")
def gx(home: Home) -> EphemeralDataContext:
    from expectations import context  # noqa: PLC0415  takes seconds; only these tests need it

    opened = context.open_context(home)
    context.add_suites(opened, (*raw_suites(), *marts_suites(), *(alone for alone, _ in CRITICAL)))
    return opened


def test_a_good_load_is_accepted_with_its_unreadable_files_as_a_warning(home: Home) -> None:
    payload = validate_load(home, home.raw / "good")
    assert payload.accepted
    assert payload.expectations_evaluated == sum(len(suite.expectations) for suite in raw_suites())
    (failure,) = payload.failures
    assert (failure.suite, failure.column, failure.severity) == ("raw.documents", "outcome", "warning")
    examples = "; ".join(f"outcome=encrypted, document_sha256={number:064x}" for number in (3, 4, 5))
    assert failure.observed == f"3 of 5: {examples}"
    assert failure.note.startswith("More than half unreadable")


def test_a_load_without_documents_is_quarantined(home: Home, land: Land) -> None:
    payload = validate_load(home, home.raw / land(home, "empty", {}))
    assert not payload.accepted
    assert ("raw.documents", "expect_table_row_count_to_be_between(min_value=1)", "critical") in {
        (failure.suite, failure.expectation, failure.severity) for failure in payload.failures
    }


def test_a_load_of_unreadable_files_only_is_a_warning(home: Home, land: Land) -> None:
    payload = validate_load(home, home.raw / land(home, "unreadable", {1: None}))
    assert payload.accepted
    assert {f.suite for f in payload.failures} == {"raw.documents"}


def test_files_that_were_read_and_gave_nothing_are_quarantined(
    home: Home, land: Land, recognise: Recognise
) -> None:
    nothing = replace(recognise(), tables=(), cells=(), amounts=())
    payload = validate_load(home, home.raw / land(home, "nothing", {1: nothing}))
    assert not payload.accepted
    assert {(f.suite, f.column) for f in payload.failures if f.severity == "critical"} == {
        ("raw.completeness", "tables_of_read_documents"),
        ("raw.completeness", "amounts_of_read_documents"),
    }


def test_a_raw_table_that_is_not_there_or_not_parquet_is_a_critical_failure(
    home: Home, land: Land, recognise: Recognise
) -> None:
    folder = home.raw / land(home, "damaged", {1: recognise()})
    (folder / "lines.parquet").unlink()
    (folder / "assets.parquet").write_bytes(b"PAR1 torn")
    critical = {
        f.suite: f for f in validate_load(home, home.raw / "damaged").failures if f.severity == "critical"
    }
    assert critical.keys() == {"raw.lines", "raw.assets"}
    assert {f.expectation for f in critical.values()} == {"table can be read"}


def test_a_column_that_is_missing_fails_the_rules_that_name_it(
    home: Home, land: Land, recognise: Recognise
) -> None:
    path = home.raw / land(home, "narrow", {1: recognise()}) / "amounts.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["unit"]), path)
    critical = [f for f in validate_load(home, home.raw / "narrow").failures if f.severity == "critical"]
    assert {(f.suite, f.column) for f in critical} == {("raw.amounts", "unit")}
    assert all("unit" in f.observed for f in critical)


def test_a_reader_that_loses_amounts_of_the_same_documents_is_stopped(
    home: Home, land: Land, recognise: Recognise
) -> None:
    folder = home.raw / land(home, "worse", {1: recognise(20), 2: recognise(4)})
    worse = validate_load(home, folder, given({1: 20, 2: 20}))
    assert not worse.accepted
    assert {f.column for f in worse.failures if f.severity == "critical"} == {"amounts_same_documents_ratio"}


def given(amounts: Mapping[int, int]) -> dict[str, DocumentRead]:
    """What documents gave before: one table each, and so many amounts."""
    readings = {f"{number:064x}": count for number, count in amounts.items()}
    return {
        sha256: DocumentRead(sha256=sha256, reader_version="0", outcome="read", tables=1, amounts=count)
        for sha256, count in readings.items()
    }


def completeness_failures(
    gx: EphemeralDataContext, home: Home, load_id: str, before: Mapping[str, DocumentRead]
) -> list[tuple[str | None, str]]:
    from expectations import context  # noqa: PLC0415  takes seconds; only these tests need it

    (suite,) = (suite for suite in raw_suites() if suite.subject == "completeness")
    frame = batches.completeness_frame(home.raw / load_id, before)
    return [(f.column, f.severity) for f in context.judge(gx, suite, frame, run_name=load_id, parameters={})]


def test_a_reader_that_finds_more_is_only_a_warning(
    gx: EphemeralDataContext, home: Home, land: Land, recognise: Recognise
) -> None:
    land(home, "more", {1: recognise(40), 2: recognise(40)})
    assert completeness_failures(gx, home, "more", given({1: 20, 2: 20})) == [
        ("amounts_same_documents_ratio", "warning")
    ]


def test_a_small_load_after_a_large_one_is_no_loss(
    gx: EphemeralDataContext, home: Home, land: Land, recognise: Recognise
) -> None:
    land(home, "small", {99: recognise(2)})
    assert completeness_failures(gx, home, "small", given(dict.fromkeys(range(10, 20), 4))) == []


def test_documents_that_stopped_being_readable_count_as_lost(
    home: Home, land: Land, recognise: Recognise
) -> None:
    folder = home.raw / land(home, "half", {1: recognise(), 2: None})
    frame = batches.completeness_frame(folder, given({1: 4, 2: 4}))
    assert frame.loc[0, "amounts_same_documents_ratio"] == 0.5


def test_good_marts_are_accepted(home: Home, built: Path) -> None:
    verdict = validate_marts(home, built)
    assert verdict.accepted
    assert verdict.failures == ()
    assert verdict.expectations_evaluated == sum(len(suite.expectations) for suite in marts_suites())


def test_marts_that_lost_what_is_published_are_refused(built: Path, tmp_path: Path) -> None:
    published = Home(tmp_path)
    shutil.copy(built, published.warehouse)
    with duckdb.connect(str(published.warehouse)) as connection:
        connection.execute("insert into core.fct_amount select a.* from core.fct_amount a, range(8)")
    verdict = validate_marts(published, built)
    assert not verdict.accepted
    assert {(f.column, f.severity) for f in verdict.failures} == {
        ("amounts_ratio", "critical"),
        ("amounts_ratio", "warning"),
    }


def test_marts_without_a_relation_of_the_contract_are_refused(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "built.duckdb"
    duckdb.connect(str(path)).close()
    verdict = validate_marts(home, path)
    assert not verdict.accepted
    assert {f.suite for f in verdict.failures} == {suite.name for suite in marts_suites()} - {
        "marts.completeness"
    }
    assert {f.suite for f in verdict.failures if f.severity == "warning"} == {"marts.coverage"}


def test_a_load_or_a_warehouse_that_is_not_there_is_named(home: Home, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="load absent: no folder"):
        validate_load(home, home.raw / "absent")
    with pytest.raises(FileNotFoundError, match="no built warehouse"):
        validate_marts(home, tmp_path / "none.duckdb")


def good_frame(suite: Suite, home: Home, built: Path) -> pd.DataFrame:
    if suite.name.startswith("marts."):
        with duckdb.connect(str(built), read_only=True) as connection:
            if suite.subject == "completeness":
                return batches.growth_frame(connection, built)
            return batches.relation_frame(connection, suite.subject, suite.columns)
    if suite.subject == "completeness":
        return batches.completeness_frame(home.raw / "good", given({1: 4, 2: 4}))
    return batches.raw_frame(home.raw / "good", suite.subject, suite.columns)


def out_of_bounds(rule: Expectation) -> object:
    if "min_value" in rule.kwargs:
        low = rule.kwargs["min_value"]
        return low - 1 if isinstance(low, int) else low / 2
    return rule.kwargs["max_value"] + 1


def broken(frame: pd.DataFrame, rule: Expectation) -> pd.DataFrame:
    """The frame with the smallest change that breaks the rule."""
    frame = frame.copy()
    kwargs = rule.kwargs
    column = kwargs.get("column")
    match rule.type:
        case "expect_table_row_count_to_be_between":
            return frame.head(0)
        case "expect_compound_columns_to_be_unique" | "expect_column_values_to_be_unique":
            return pd.concat([frame, frame.head(1)], ignore_index=True)
        case "expect_column_values_to_not_be_null":
            frame.loc[0, column] = None
        case "expect_column_values_to_be_of_type":
            frame[column] = frame[column].astype(float)
        case "expect_column_unique_value_count_to_be_between":
            frame.loc[0, column] = "another"
        case "expect_column_distinct_values_to_contain_set":
            frame[column] = "not_evaluated"
        case "expect_column_values_to_be_in_set":
            frame.loc[0, column] = 99 if pd.api.types.is_numeric_dtype(frame[column]) else "千块"
        case "expect_column_values_to_match_regex":
            frame.loc[0, column] = "－"
        case "expect_column_values_to_be_between":
            value = out_of_bounds(rule)
            frame.loc[0, column] = Decimal(str(value)) if frame[column].dtype == object else value
        case "expect_column_pair_values_a_to_be_greater_than_b":
            one = pd.Timedelta(1, "D") if "recorded" in kwargs["column_A"] else 1
            frame.loc[0, kwargs["column_A"]] = frame.loc[0, kwargs["column_B"]] - one
        case _:
            pytest.fail(f"no way is known to break {rule.type}: add one")
    return frame


@pytest.mark.parametrize(
    ("alone", "suite"), CRITICAL, ids=[f"{alone.name}-{alone.expectations[0].type}" for alone, _ in CRITICAL]
)
def test_each_critical_rule_stops_what_breaks_it(
    alone: Suite, suite: Suite, gx: EphemeralDataContext, home: Home, built: Path
) -> None:
    from expectations import context  # noqa: PLC0415  takes seconds; only these tests need it

    (rule,) = alone.expectations
    frame = broken(good_frame(suite, home, built), rule)
    (failure,) = context.judge(gx, alone, frame, run_name="broken", parameters={"load_ids": ["good"]})
    assert failure.expectation.startswith(rule.type)
    assert failure.severity == "critical"


def test_every_raw_table_has_a_suite_and_every_rule_names_a_column_of_it() -> None:
    suites = {suite.subject: suite for suite in raw_suites() if suite.subject != "completeness"}
    assert suites.keys() == RAW_SCHEMAS.keys()
    for table, suite in suites.items():
        assert suite.columns <= {*RAW_SCHEMAS[table].names, *batches.BOX}


def allowed(suite: str, column: str) -> set[str]:
    (found,) = (suite_ for suite_ in raw_suites() if suite_.subject == suite)
    sets = [
        rule.kwargs["value_set"]
        for rule in found.expectations
        if rule.kwargs.get("column") == column and rule.type == "expect_column_values_to_be_in_set"
    ]
    return set(sets[0])


def test_the_sets_hold_every_word_of_the_recogniser() -> None:
    """A new type or fund is first a rule here: a suite that warns of every second load is not read."""
    vocabulary = Path(vocabularies.__file__).parent
    types = yaml.safe_load((vocabulary / "table_types.yml").read_text(encoding="utf-8"))
    columns = yaml.safe_load((vocabulary / "columns.yml").read_text(encoding="utf-8"))
    assert {entry["type"] for entry in types} <= allowed("tables", "table_type")
    assert {entry["value"] for entry in columns["funds"]} <= allowed("amounts", "fund_type")


def test_a_rule_without_a_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(
        "note: x\nexpectations:\n  - {expect: expect_table_row_count_to_equal, severity: critical}\n"
    )
    with pytest.raises(ValueError, match=r"x\.yml: expect, note and a severity"):
        read_suite(path, "x")


def test_frames_keep_decimals_exact_integers_whole_and_boxes_apart() -> None:
    frame = batches.frame_of(
        pa.table(
            {
                "page": pa.array([1, None], pa.int32()),
                "amount_yuan": pa.array([Decimal("0.10"), None], pa.decimal128(20, 2)),
                "bbox": pa.array([[1.0, 2.0, 3.0, 4.0], None], pa.list_(pa.float64())),
                "plan_texts": pa.array([["25", "50"], []], pa.list_(pa.string())),
            }
        )
    )
    assert frame.loc[0, "amount_yuan"] == Decimal("0.10")
    assert frame["page"].tolist() == [1, pd.NA]
    assert frame.loc[0, [*batches.BOX]].tolist() == [1, 2, 3, 4]
    assert frame["plan_texts"].tolist() == ['["25", "50"]', "[]"]
