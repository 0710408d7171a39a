"""The identities on the five documents: what is wrong in them is found, and nothing else is called wrong."""

from __future__ import annotations

import duckdb


def test_only_what_is_wrong_in_the_documents_fails(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        """
        select check_id, cause, expected_yuan, found_yuan from core.fct_check_result
        where status = 'failed' order by all
        """
    ).fetchall()
    assert rows == [
        ("I08", "definition", 6_690_200, 6_714_400),  # the carry-over of 2.42
        ("I15", "source", 111_000, 117_000),  # plans of payment, in money under a header of per cent
        ("I15", "source", 212_000, 206_000),
        ("I15", "source", 718_000, 758_000),
        ("I22", "definition", 607_900, 638_700),
    ]


def test_rounding_is_found_where_the_documents_have_it(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        """
        select distinct agency_name, check_id, regexp_extract(subject, '· (301|302|210|合计)', 1) as item
        from core.fct_check_result inner join core.dim_disclosure using (disclosure_key)
        inner join core.dim_agency using (agency_key)
        where status = 'held' and cause = 'rounding' and check_id in ('I04', 'I07') order by all
        """
    ).fetchall()
    assert rows == [
        ("忻州市商务局", "I04", "210"),
        ("忻州市商务局", "I04", "合计"),
        ("秦皇岛市山海关区商务局", "I07", "301"),
        ("秦皇岛市山海关区商务局", "I07", "302"),
        ("秦皇岛市山海关区商务局", "I07", "合计"),
    ]


def test_every_identity_is_evaluated(golden: duckdb.DuckDBPyConnection):
    rows = golden.execute(
        "select distinct check_id from core.fct_check_result where status = 'held' order by 1"
    ).fetchall()
    # The golden facts hold no sentences, purchases, assets or notes; those are read in test_findings.
    numbers = [*range(1, 14), 15, 16, 17, 21, 22, 24]
    assert [row[0] for row in rows] == [f"I{number:02}" for number in numbers]


def test_an_envelope_is_half_a_printed_digit_for_each_amount(golden: duckdb.DuckDBPyConnection):
    row = golden.execute(
        """
        select delta_yuan, envelope_yuan, detail from core.fct_check_result
        where check_id = 'I07' and subject like '%302%公用经费'  and delta_yuan <> 0
        """
    ).fetchone()
    assert row == (-100, 450, "13.73; 1.50 + 1.83 + 0.60 + 0.30 + 2.52 + 1.70 + 4.14 + 1.15 (万元)")
