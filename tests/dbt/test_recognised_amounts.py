"""An amount from optical recognition that breaks an identity is marked in the warehouse, with the cause."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from tests.dbt.conftest import Record
from tests.recognitions import sha
from tests.tables.made_tables import document, split
from warehouse.build import build
from warehouse.home import Home
from warehouse.tables import recognise

_TABLE = """
    科目编码|科目名称|合计|基本支出|项目支出
    201|一般公共服务支出|961.44|512.32|449.12
    20113|商贸事务|961.44|512.32|449.12
    2011301|行政运行|512.32|512.32|
    2011308|招商引资|449.12||449.72
    合计||961.44|512.32|449.12
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    made = split(_TABLE)
    scanned = replace(made, cells=tuple(replace(cell, confidence=0.99) for cell in made.cells))
    above = ("2024年海淀区商务局部门预算", "一般公共预算支出表", "单位：万元")
    record = Record(Home(tmp_path_factory.mktemp("recognised")))
    record.site("haidian", "110108")
    for name in ("scanned", "printed"):
        record.document(
            "haidian", f"http://haidian.test/{name}.pdf", sha(name), agency_name=f"海淀区{name}局"
        )
    read = {sha("scanned"): document(*above, scanned), sha("printed"): document(*above, made)}
    record.load("haidian", {key: recognise(each) for key, each in read.items()})
    record.write()
    return duckdb.connect(str(build(record.home, record.home.path / "built.duckdb").target), read_only=True)


def test_the_amount_says_which_sum_it_breaks(built: duckdb.DuckDBPyConnection) -> None:
    rows = built.execute(
        "select document_sha256, item_label, amount_yuan, doubt from core.fct_amount where doubt is not null"
    ).fetchall()
    assert rows == [
        (
            sha("scanned"),
            "招商引资",
            Decimal("4497200.00"),
            "招商引资: 449.12 is printed, its parts are 449.72",
        )
    ]


def test_the_cause_of_a_failed_identity_is_the_recognition(built: duckdb.DuckDBPyConnection) -> None:
    rows = built.execute(
        """
        select document_sha256, check_id, cause from core.fct_check_result
        where status = 'failed' order by all
        """
    ).fetchall()
    causes = {sha256: {cause for found, _, cause in rows if found == sha256} for sha256, _, _ in rows}
    assert causes == {sha("scanned"): {"extraction"}, sha("printed"): {"source"}}


def test_the_notice_reaches_the_warehouse(built: duckdb.DuckDBPyConnection) -> None:
    rows = built.execute("select document_sha256, kind from core.fct_notice").fetchall()
    assert rows == [(sha("scanned"), "doubtful_amounts")]
