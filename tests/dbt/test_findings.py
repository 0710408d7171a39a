"""What is really wrong in the five published documents is found, as they are read, and nothing else."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.dbt.conftest import Record
from tests.recognitions import sha
from warehouse.build import build
from warehouse.documents import read_document
from warehouse.home import PROJECT_ROOT, Home
from warehouse.tables import recognise

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
REPLICAS = PROJECT_ROOT / "scrapers" / "replica" / "documents"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, ...]]:
    record = Record(Home(tmp_path_factory.mktemp("findings")))
    record.site("replica", "130300")
    golden = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(GOLDEN.glob("*.json"))]
    documents = {Path(each["document"]).stem: REPLICAS / each["document"] for each in golden}
    for name in documents:
        record.document("replica", f"http://replica.test/{name}", sha(name), agency_name=f"{name}局")
    record.load(
        "replica",
        {sha(name): recognise(read_document(path.read_bytes())) for name, path in documents.items()},
    )
    record.write()
    names = {sha(name): name for name in documents}
    target = build(record.home, Path(record.home.path) / "findings.duckdb").target
    with duckdb.connect(str(target), read_only=True) as connection:
        rows = connection.execute(
            "select document_sha256, check_id, status, cause, subject, detail from core.fct_check_result"
        ).fetchall()
    return [(names[row[0]], *row[1:]) for row in rows]


def test_every_failure_is_one_that_people_found_in_the_documents(results: list[tuple[str, ...]]) -> None:
    failed = Counter((name, check, cause) for name, check, status, cause, *_ in results if status == "failed")
    assert failed == {
        ("qinhuangdao-shanhaiguan-commerce-2024", "I08", "definition"): 1,  # the carry-over of 2.42
        ("qinhuangdao-shanhaiguan-commerce-2024", "I15", "source"): 3,
        ("qinhuangdao-shanhaiguan-commerce-2024", "I29", "source"): 1,
        ("qinhuangdao-industry-2024", "I19", "source"): 1,
        (
            "xinzhou-commerce-2024",
            "I28",
            "source",
        ): 2,  # seven forms announced, six there: their number, their money
        ("zhumadian-commerce-2024", "I22", "definition"): 1,
        ("zhumadian-commerce-2024", "I25", "rounding"): 1,
        ("zhumadian-commerce-2024", "I26", "rounding"): 1,
    }


def test_a_rounded_price_is_rounding(results: list[tuple[str, ...]]) -> None:
    rounded = [
        name
        for name, check, status, cause, *_ in results
        if (check, status, cause) == ("I18", "held", "rounding")
    ]
    assert rounded == ["qinhuangdao-industry-2024"] * 5


def test_the_plans_that_miss_their_budget_say_by_what(results: list[tuple[str, ...]]) -> None:
    details = {detail for _, check, status, _, _, detail in results if (check, status) == ("I15", "failed")}
    assert {re.split(r"[ ;]", detail)[0] for detail in details} == {"75.80", "20.60", "11.70"}
    assert all("money under a header of per cent" in detail for detail in details)


def test_what_is_not_evaluated_says_why(results: list[tuple[str, ...]]) -> None:
    why = {detail.partition(":")[0] for *_, status, _, _, detail in results if status == "not_evaluated"}
    assert why <= {
        "the operands are not printed in this table",
        "the operands cannot be told for certain",
        "a weak identity, whose difference proves nothing",
    }


def test_the_forms_that_are_announced_and_missing_are_named(results: list[tuple[str, ...]]) -> None:
    details = [detail for *_, check, status, _, _, detail in results if (check, status) == ("I28", "failed")]
    assert sorted(detail.partition(" | ")[0] for detail in details) == [
        "359.87万元; 6 forms of 2458700.00 (元)",
        "7个; 6 forms",
    ]


def test_identities_of_the_text_and_of_two_classifications_hold(results: list[tuple[str, ...]]) -> None:
    held = Counter((name, check) for name, check, status, *_ in results if status == "held")
    assert held["zhumadian-commerce-2024", "I24"] == 2  # 事业 items: wages and goods
    assert held["qinhuangdao-shanhaiguan-commerce-2024", "I27"] == 1
    assert held["qinhuangdao-industry-2024", "I27"] == 1
