"""A home with loads as the pipeline lands them, made with the real writer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests import recognitions
from warehouse.documents.model import ReadOutcome
from warehouse.home import Home
from warehouse.raw_tables import RawTablesWriter
from warehouse.tables.model import (
    Amount,
    AssetLine,
    Indicator,
    OrganisationLine,
    ProcurementLine,
    RawCell,
    ReaderNotice,
    Recognition,
    Statement,
    TextLine,
)


def place(row: int, col: int = 1) -> dict[str, object]:
    box = (50.0, 100.0 + 20 * row, 120.0, 118.0 + 20 * row)
    return {"table_ordinal": 1, "page": 3, "sheet": None, "row": row, "col": col, "bbox": box}


def amount(row: int, value: str = "12.50") -> Amount:
    return recognitions.amount(
        value,
        **place(row),
        table_type="expenditure_summary",
        table_title="部门预算支出总表",
        item_code="2011308",
        item_label="招商引资",
        row_role="leaf",
        nature="all",
        period="current_budget",
    )


def recognition(amounts: int = 4) -> Recognition:
    """One row or more in every raw table."""
    return Recognition(
        facts=recognitions.facts(page_count=12, agency_name="秦皇岛市工业和信息化局", agency_code="471"),
        tables=(
            recognitions.table(
                page=3,
                last_page=4,
                table_type="expenditure_summary",
                table_title="部门预算支出总表",
                fiscal_year=2024,
                row_count=amounts + 2,
                header_row_count=2,
                amount_count=amounts,
            ),
        ),
        cells=tuple(
            RawCell(**place(row, col), row_span=1, col_span=1, text="12.50", confidence=None)
            for row in range(amounts + 2)
            for col in range(2)
        ),
        amounts=tuple(amount(row) for row in range(2, amounts + 2)),
        projects=(
            recognitions.project(
                **place(1),
                pro_code="13030324P00000110001A",
                plan_header="资金支出计划（%）",
                plan_texts=("25", "50", "75", "100"),
            ),
        ),
        indicators=(
            Indicator(
                **place(2),
                pro_code="",
                project_name="招商引资工作经费",
                level_1="产出指标",
                level_2="数量指标",
                level_3="招商次数",
                description="",
                target_text="≥10次",
                basis="",
            ),
        ),
        procurement=(
            ProcurementLine(
                **place(3),
                project_name="",
                item_name="打印机",
                catalogue_code="A02021003",
                measure_unit="台",
                quantity=Decimal(2),
                unit_price_yuan=Decimal(1000),
                amount_yuan=Decimal(2000),
                row_role="leaf",
            ),
        ),
        assets=(
            AssetLine(
                **place(4),
                item_label="通用设备",
                quantity=Decimal(823),
                amount_yuan=Decimal(1),
                row_role="leaf",
            ),
        ),
        organisations=(
            OrganisationLine(
                **place(5),
                unit_name="秦皇岛市中小企业服务中心",
                unit_nature="事业",
                unit_rank="",
                funding_form="",
            ),
        ),
        statements=(
            Statement(
                ordinal=1,
                page=2,
                line_ordinal=5,
                char_start=4,
                sentence="支出12.50万元。",
                metric="expenditure",
                value_text="12.50",
                unit="万元",
                amount_yuan=Decimal(125000),
                comparison="",
            ),
        ),
        lines=(TextLine(ordinal=1, page=1, sheet=None, bbox=None, text="部门预算"),),
        notices=(ReaderNotice(ordinal=1, page=1, table_ordinal=None, kind="watermark", detail="left out"),),
    )


Land = Callable[[Home, str, dict[int, Recognition | None]], str]


@pytest.fixture(scope="session")
def land() -> Land:
    """Land a load: documents by number, None for one that asks for a password."""

    def land_load(home: Home, load_id: str, documents: dict[int, Recognition | None]) -> str:
        with RawTablesWriter(
            home.raw / load_id, load_id=load_id, site_id="qinhuangdao", reader_version="1"
        ) as writer:
            for number, recognised in documents.items():
                outcome = ReadOutcome.READ if recognised else ReadOutcome.ENCRYPTED
                writer.add(recognitions.read_result(f"{number:064x}", recognised, outcome=outcome))
        return load_id

    return land_load


@pytest.fixture(scope="session")
def recognise() -> Callable[..., Recognition]:
    """Make a recognition with rows in every raw table."""
    return recognition


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, land: Land) -> Home:
    """A home with a good load of five documents, three of them unreadable."""
    home = Home(tmp_path_factory.mktemp("home"))
    land(home, "good", {1: recognition(), 2: recognition(), 3: None, 4: None, 5: None})
    return home
