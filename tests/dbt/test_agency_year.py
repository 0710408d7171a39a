from __future__ import annotations

from decimal import Decimal

import duckdb

EXPECTED = {
    # agency: 三公, 出国, 购置, 运行, 接待, share of 三公 %, share of projects %
    "秦皇岛市山海关区商务局": (70_000, None, None, None, 70_000, "1.04", "67.01"),
    "忻州市商务局": (100_000, None, None, 90_000, 10_000, "0.98", "45.33"),
    "驻马店市商务局": (51_000, None, None, 26_000, 25_000, "0.27", "3.85"),
    "秦皇岛市工业和信息化局": (40_100, None, None, 36_000, 4_100, "0.11", "68.59"),
}


def test_answers_what_analysts_ask(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        """
        select agency_name,
            three_public_yuan, abroad_yuan, vehicle_purchase_yuan, vehicle_running_yuan, reception_yuan,
            round(three_public_yuan / expenditure_total_yuan * 100, 2)::decimal(5, 2)::varchar,
            round(project_yuan / expenditure_total_yuan * 100, 2)::decimal(5, 2)::varchar
        from marts.agency_year where fiscal_year = 2024 and region_code <> '110108'
        """
    ).fetchall()
    found = {row[0]: tuple(int(x) if isinstance(x, Decimal) else x for x in row[1:]) for row in rows}
    assert found == EXPECTED
