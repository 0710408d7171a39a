"""Documents to amounts on the screen: in three forms, and each failure by the name of its file."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

from orchestration.extract import read_paths, write_amounts
from tests.orchestration.installation import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "tests" / "documents" / "data" / "rich.doc"
"""Three amounts: 1.00, 2.00 and 3.00 万元."""
YUAN = ["10000.00", "20000.00", "30000.00"]


def extracted(*paths: Path, form: str) -> tuple[str, list[str]]:
    file, failures = io.StringIO(), []
    write_amounts(read_paths(paths, failures), file, form)
    return file.getvalue(), failures


def test_the_forms_hold_the_same_amounts() -> None:
    as_json, _ = extracted(DOCUMENT, form="jsonl")
    as_csv, _ = extracted(DOCUMENT, form="csv")
    as_table, _ = extracted(DOCUMENT, form="table")
    amounts = [json.loads(line) for line in as_json.splitlines()]
    assert [amount["amount_yuan"] for amount in amounts] == YUAN
    assert [row["amount_yuan"] for row in csv.DictReader(io.StringIO(as_csv))] == YUAN
    assert all(text in as_table for text in ("10,000.00", "20,000.00", "30,000.00", "rich.doc"))


def test_a_table_for_each_document_and_a_line_for_each_failure(tmp_path: Path) -> None:
    for name in ("a.doc", "b.doc"):
        shutil.copy(DOCUMENT, tmp_path / name)
    for name in ("c.pdf", "d.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.7\nnothing")
    tables, failures = extracted(tmp_path, form="table")
    assert [name for name in ("a.doc", "b.doc", "c.pdf", "d.pdf") if str(tmp_path / name) in tables] == [
        "a.doc",
        "b.doc",
    ]
    assert sorted(line.partition(": ")[0] for line in failures) == [
        str(tmp_path / "c.pdf"),
        str(tmp_path / "d.pdf"),
    ]
