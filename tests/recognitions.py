"""Recognitions and readings made up for tests: plain defaults, and each test says what it is about.

`{**DEFAULTS, **changes}` is passed to the real classes, so that a field that is missing or misspelt fails.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from warehouse.documents.model import ReadOutcome
from warehouse.reading import ReadResult
from warehouse.tables.model import Amount, DocumentFacts, Project, RecognisedTable, Recognition

PLACE = {"table_ordinal": 1, "page": 1, "sheet": None, "row": 1, "col": 1, "bbox": None}

YUAN_PER_UNIT = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


def sha(text: str) -> str:
    """The hash of a document with this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def facts(**said: Any) -> DocumentFacts:  # noqa: ANN401 - fields of any type
    """What a budget of a department for 2024 says of itself; it names no agency."""
    defaults = {
        "format": "pdf",
        "page_count": 1,
        "fiscal_year": 2024,
        "phase": "budget",
        "scope": "department",
        "agency_name": None,
        "agency_code": None,
    }
    return DocumentFacts(**defaults | said)


def table(**fields: Any) -> RecognisedTable:  # noqa: ANN401 - fields of any type
    """A 三公 table of one row under one header."""
    defaults = {
        "table_ordinal": 1,
        "page": 1,
        "last_page": 1,
        "sheet": None,
        "table_type": "three_public",
        "table_title": "三公",
        "reason": "title",
        "unit": "万元",
        "fiscal_year": None,
        "agency_name": None,
        "row_count": 2,
        "column_count": 2,
        "header_row_count": 1,
        "amount_count": 1,
        "empty_note": None,
    }
    return RecognisedTable(**defaults | fields)


def amount(text: str = "10.00", **fields: Any) -> Amount:  # noqa: ANN401 - fields of any type
    """The 三公经费合计 of a document, as printed; `unit` and `amount_yuan` agree unless both are given."""
    unit = fields.get("unit", "万元")
    defaults = PLACE | {
        "table_type": "three_public",
        "table_title": "三公",
        "side": None,
        "item_code": "",
        "item_label": "“三公”经费合计",
        "item_code_2": "",
        "item_label_2": "",
        "agency_code": "",
        "column_path": "合计",
        "value_text": text,
        "unit": unit,
        "amount_yuan": Decimal(text.replace(",", "")) * YUAN_PER_UNIT[unit],
        "row_role": "total",
        "fund_type": "all",
        "nature": None,
        "period": None,
        "confidence": None,
    }
    return Amount(**defaults | fields)


def project(**fields: Any) -> Project:  # noqa: ANN401 - fields of any type
    """A project with its budget, in a form of its own."""
    defaults = PLACE | {
        "table_type": "project_performance",
        "pro_code": "",
        "project_name": "招商引资工作经费",
        "agency_code": "",
        "agency_name": "",
        "unit": "元",
        "budget_yuan": Decimal(1_500_000),
        "fiscal_yuan": None,
        "other_yuan": None,
        "purpose": "",
        "goal": "",
        "plan_header": "",
        "plan_texts": (),
    }
    return Project(**defaults | fields)


def one_amount(text: str, **said: Any) -> Recognition:  # noqa: ANN401 - fields of any type
    """A document that prints one amount: its 三公经费合计, in 万元."""
    return Recognition(facts=facts(**said), tables=(table(),), amounts=(amount(text),))


def read_result(
    sha256: str,
    recognition: Recognition | None,
    *,
    outcome: ReadOutcome | None = None,
    reason: str | None = None,
    seconds: float = 0.1,
) -> ReadResult:
    """What the reader gives of a file: `read` with a recognition, else `corrupt`."""
    if outcome is None:
        outcome = ReadOutcome.READ if recognition else ReadOutcome.CORRUPT
    format_ = recognition.facts.format if recognition else None
    return ReadResult(sha256, outcome, reason, recognition, format_, seconds)
