"""What the demo must show: the published figures, exactly, and that a second run finds nothing new."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.orchestration.installation import Installation

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))
DOCUMENTS = ROOT / "scrapers" / "replica" / "documents"


Demo = tuple["Installation", str]


def test_it_ends_with_a_summary_that_names_everything(demo: Demo) -> None:
    installation, printed = demo
    for words in ("Site ", "Warehouse ", "Checks ", "Publication ", "Report ", "mingzhang query"):
        assert words in printed, printed
    for outcome in (
        "not_found",
        "server_error",
        "empty",
        "soft_404",
        "wrong_type",
        "corrupt",
        "encrypted",
        "no_tables",
    ):
        assert f"{outcome}:" in printed, outcome
    # The page whose text is the budget counts too.
    assert sum(map(int, re.findall(r"linked, (\d+) new", printed))) == 12
    (report,) = (installation.home / "reports").glob("*.html")
    assert "corrupt" in report.read_text("utf-8")
    assert (installation.home / "publications" / "000001" / "report.html").exists()


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_published_amount_is_in_the_warehouse_with_its_place(demo: Demo, path: Path) -> None:
    facts = json.loads(path.read_text("utf-8"))
    sha256 = hashlib.sha256((DOCUMENTS / facts["document"]).read_bytes()).hexdigest()
    rows = demo[0].ask(
        """select table_type, coalesce(side, ''), item_code, item_label, item_label_2, column_path,
                  value_text, amount_yuan, page, bbox is not null
           from core.fct_amount where document_sha256 = $1""",
        sha256,
    )
    found = Counter(row[:8] for row in rows)
    expected = Counter(
        (
            amount["kind"],
            amount["side"] or "",
            amount["item_code"],
            amount["item_label"],
            amount["item_label2"],
            amount["column"],
            amount["text"],
            Decimal(amount["amount_yuan"]),
        )
        for amount in facts["amounts"]
    )
    assert not expected - found
    surplus = {row[0] for row in (found - expected)}
    assert surplus <= {"project_performance", "overall_performance", "performance_summary"}
    if path.name.startswith(("xinzhou", "zhumadian", "qinhuangdao-industry")):
        assert all(page and has_box for *_, page, has_box in rows)


def test_agency_year_answers_what_analysts_ask(demo: Demo) -> None:
    rows = demo[0].ask(
        """select region_code, agency_name, scope, three_public_yuan, abroad_yuan, vehicle_purchase_yuan,
                  vehicle_running_yuan, reception_yuan,
                  round(100 * three_public_yuan / expenditure_total_yuan, 2),
                  round(100 * project_yuan / expenditure_total_yuan, 2)
           from marts.agency_year
           where fiscal_year = 2024 and three_public_yuan is not null
           order by region_code, agency_name"""
    )
    assert rows == [
        ("130300", "秦皇岛市工业和信息化局", "department", 40_100, None, None, 36_000, 4_100, 0.11, 68.59),
        ("130303", "秦皇岛市山海关区商务局", "department", 70_000, None, None, None, 70_000, 1.04, 67.01),
        ("140900", "忻州市商务局", "unit", 100_000, None, None, 90_000, 10_000, 0.98, 45.33),
        ("411700", "驻马店市商务局", "department", 51_000, None, None, 26_000, 25_000, 0.27, 3.85),
    ]


def test_functions_and_projects_answer_what_analysts_ask(demo: Demo) -> None:
    share = """select f.agency_name, round(100 * f.amount_yuan / y.expenditure_total_yuan, 2)
               from marts.expenditure_by_function f join marts.agency_year y using (agency_name, fiscal_year)
               where f.fiscal_year = 2024 and f.exp_func_code = '201' order by 1"""
    assert demo[0].ask(share) == [
        ("忻州市商务局", 77.61),
        ("秦皇岛市山海关区商务局", 87.28),
        ("驻马店市商务局", 50.16),
    ]
    investment = """select agency_name, amount_yuan from marts.expenditure_by_function
                    where fiscal_year = 2024 and exp_func_code = '2011308' order by 1"""
    assert demo[0].ask(investment) == [
        ("忻州市商务局", Decimal("600000.00")),
        ("秦皇岛市山海关区商务局", Decimal("1881800.00")),
    ]


def documented_queries() -> list[str]:
    """Every query that the documentation shows, as SQL or in a command."""
    pages = [*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")]
    texts = [page.read_text("utf-8") for page in pages]
    queries = [query for text in texts for query in re.findall(r"```sql\n(.*?)```", text, re.DOTALL)]
    queries += [
        query for text in texts for query in re.findall(r'mingzhang query (?:--csv )?"([^"]*)"', text)
    ]
    return list(dict.fromkeys(queries))


def test_every_query_of_the_documentation_runs(demo: Demo) -> None:
    queries = documented_queries()
    assert len(queries) >= 4
    for query in queries:
        demo[0].ask(query)


def test_a_second_run_finds_nothing_new(demo: Demo) -> None:
    installation, _ = demo
    before = installation.ask("select count(*) from core.fct_amount")
    printed = installation.run("run").stderr
    assert "Nothing new." in printed
    assert "unchanged:" in printed
    assert installation.ask("select count(*) from core.fct_amount") == before
    assert [path.name for path in (installation.home / "publications").glob("0*")] == ["000001"]


def test_the_record_is_whole_and_tampering_is_found(demo: Demo) -> None:
    installation, _ = demo
    assert "The record is whole: " in installation.run("verify").stderr
    archived = next(
        path for path in sorted((installation.home / "record" / "archive").rglob("*")) if path.is_file()
    )
    raw_table = min(installation.home.glob("raw/*/amounts.parquet"))
    before = {path: path.read_bytes() for path in (archived, raw_table)}
    for path, data in before.items():
        path.chmod(0o600)
        path.write_bytes(b"x" + data[1:])
    try:
        printed = installation.run("verify", expected=1).stderr
    finally:
        for path, data in before.items():
            path.write_bytes(data)
    assert archived.name in printed
    assert f"{raw_table.parent.name}, amounts.parquet" in printed
    assert "`mingzhang rebuild` makes it again" in printed


def test_an_amount_can_be_seen_on_its_page(demo: Demo, tmp_path: Path) -> None:
    installation, _ = demo
    ((key,),) = installation.ask(
        """select amount_key from core.fct_amount where table_type = 'three_public' and value_text = '9.00'
           and item_label = '公务用车购置及运行费' and column_path = '2024年预算数/合计'"""
    )
    picture = tmp_path / "cell.png"
    installation.run("show", str(key), "--output", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "no amount nonesuch" in installation.run("show", "nonesuch", expected=1).stderr


def test_extract_prints_amounts_and_names_what_it_cannot_read(tmp_path: Path, demo: Demo) -> None:
    good = DOCUMENTS / "zhumadian-commerce-2024.pdf"
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(good.read_bytes()[:1000])
    empty = tmp_path / "empty"
    empty.mkdir()
    absent = tmp_path / "absent.pdf"
    done = demo[0].run("extract", str(good), str(bad), str(absent), str(empty), expected=4)
    amounts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(amounts) == 253
    total = next(a for a in amounts if a["item_label"] == "支出总计")
    assert (total["amount_yuan"], total["unit"], total["value_text"]) == ("18808600.00", "万元", "1,880.86")
    assert (total["side"], total["page"], total["row"], total["col"]) == ("expenditure", 2, 34, 3)
    assert len(total["bbox"]) == 4
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 3
    assert f"{empty}: no files here" in lines
    assert re.search(r"bad\.pdf: corrupt: .+", done.stderr)
    assert re.search(r"absent\.pdf: No such file", done.stderr)
