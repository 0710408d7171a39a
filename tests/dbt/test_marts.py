from __future__ import annotations

import duckdb


def test_share_of_general_public_services(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        """
        select agency.agency_name,
            round(coalesce(func.amount_yuan, 0) / agency.expenditure_total_yuan * 100, 2)
            ::decimal(5, 2)::varchar
        from marts.agency_year as agency
        left join marts.expenditure_by_function as func
            on agency.disclosure_key = func.disclosure_key and func.exp_func_code = '201'
        where agency.expenditure_total_yuan is not null
        """
    ).fetchall()
    assert dict(rows) == {
        "秦皇岛市山海关区商务局": "87.28",
        "忻州市商务局": "77.61",
        "驻马店市商务局": "50.16",
        "秦皇岛市工业和信息化局": "0.00",
    }


def test_an_item_across_departments(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        "select agency_name, amount_yuan from marts.expenditure_by_function where exp_func_code = '2011308'"
    ).fetchall()
    assert dict(rows) == {"秦皇岛市山海关区商务局": 1_881_800, "忻州市商务局": 600_000}


def test_leaf_only_tables_get_their_classes_and_sections(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        """
        select exp_func_code, exp_func_name, level, amount_yuan from marts.expenditure_by_function
        where agency_name = '驻马店市商务局' and is_derived and exp_func_code like '201%' order by 1
        """
    ).fetchall()
    assert rows == [("201", "一般公共服务支出", 1, 9_435_300), ("20113", "商贸事务", 2, 9_435_300)]


def test_a_project_over_the_years(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        """
        select project_line, previous_fiscal_year, fiscal_year, previous_budget_yuan, budget_yuan
        from marts.project_history where previous_fiscal_year is not null order by budget_yuan
        """
    ).fetchall()
    assert rows == [
        ("投资促进中心专项补助", 2023, 2024, 220_000, 111_000),
        ("人事代理专项补助", 2023, 2024, 300_000, 212_000),
        ("招商引资工作", 2023, 2024, 500_000, 1_500_000),
    ]


def test_agencies_are_placed_in_the_most_specific_region(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        "select agency_name, region_code, dept_type, agency_code from core.dim_agency"
    ).fetchall()
    found = {name: rest for name, *rest in rows if "海淀" not in name}
    assert found == {
        "秦皇岛市山海关区商务局": ["130303", "commerce", "322"],
        "秦皇岛市工业和信息化局": ["130300", "industry_it", "471"],
        "忻州市商务局": ["140900", "commerce", "409"],
        "驻马店市商务局": ["411700", "commerce", "044"],
    }


def test_every_column_is_described_in_the_file_itself(golden: duckdb.DuckDBPyConnection):
    undescribed = golden.execute(
        """
        select table_name, column_name from duckdb_columns()
        where schema_name in ('core', 'marts') and coalesce(comment, '') = ''
        """
    ).fetchall()
    assert undescribed == []


def test_the_file_stands_alone(golden: duckdb.DuckDBPyConnection):
    assert golden.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall() == [
        ("core",),
        ("marts",),
        ("past",),
    ]
    assert golden.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)


def test_names_of_one_agency_lead_to_one_key(golden: duckdb.DuckDBPyConnection):
    """Party departments name their region after 中共; a unit of its own (本级) is the agency itself."""
    keys = golden.execute(
        """
        select agency_name, count(*) over (partition by agency_key) as disclosures
        from core.dim_disclosure inner join core.dim_agency as agency using (agency_key)
        where agency.region_code = '110108' and agency_name like '%宣传部'
        """
    ).fetchall()
    assert keys == [("中共海淀区委宣传部", 2)] * 2
