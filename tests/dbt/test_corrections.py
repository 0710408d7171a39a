"""What a person decided has precedence over what was read, is shown with the document, and can be revoked."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.dbt.conftest import Record
from tests.recognitions import one_amount, sha
from warehouse.build import build
from warehouse.home import Home

SITE = "haidian"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    record = Record(Home(tmp_path_factory.mktemp("corrected")))
    record.site(SITE, "110108")
    names = ("plain", "corrected", "revoked", "typed")
    for name in names:
        record.document(SITE, f"http://{SITE}.test/{name}.pdf", sha(name), agency_name=f"海淀区{name}局")
    record.load(SITE, {sha(name): one_amount("10.00") for name in names})

    def decide(name: str, what: str, value: str, table_ordinal: int | None = None) -> str:
        return record.decide(SITE, sha(name), what, value, table_ordinal)

    decide("corrected", "fiscal_year", "2021")
    decide("corrected", "fiscal_year", "2022")
    decide("corrected", "phase", "final_account")
    decide("corrected", "scope", "unit")
    decide("corrected", "agency_name", "海淀区教育局")
    revoked = decide("revoked", "fiscal_year", "2021")
    record.marks["revoked later"] = record.at
    record.revoke(SITE, revoked)
    decide("typed", "table_type", "revenue_summary", 1)
    record.write()
    return build(record.home, record.home.path / "built.duckdb").target


def one(built: Path, query: str, name: str) -> tuple[object, ...]:
    with duckdb.connect(str(built), read_only=True) as connection:
        (row,) = connection.execute(query, [sha(name)]).fetchall()
    return tuple(row)


DISCLOSURE = """
    select disclosure.fiscal_year, phase, scope, agency.agency_name, document.corrections
    from core.dim_document as document
    inner join core.dim_disclosure as disclosure using (disclosure_key)
    inner join core.dim_agency as agency using (agency_key)
    where document_sha256 = ?
"""


def test_the_latest_decision_on_a_document_counts_and_is_shown(built: Path) -> None:
    assert one(built, DISCLOSURE, "plain") == (2024, "budget", "department", "海淀区plain局", None)
    *facts, corrections = one(built, DISCLOSURE, "corrected")
    assert facts == [2022, "final_account", "unit", "海淀区教育局"]
    assert corrections == (
        "fiscal_year = 2022 (李: 封面); phase = final_account (李: 封面); scope = unit (李: 封面);"
        " agency_name = 海淀区教育局 (李: 封面)"
    )


def test_a_revoked_decision_counts_no_more(built: Path) -> None:
    assert one(built, DISCLOSURE, "revoked") == (2024, "budget", "department", "海淀区revoked局", None)


def test_the_amounts_of_a_table_follow_its_corrected_type(built: Path) -> None:
    query = "select table_type, amount_yuan from core.fct_amount where document_sha256 = ?"
    assert one(built, query, "plain")[0] == "three_public"
    assert one(built, query, "typed") == ("revenue_summary", 100_000)
    assert one(built, DISCLOSURE, "typed")[-1] == "table_type of table 1 = revenue_summary (李: 封面)"
