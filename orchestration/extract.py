"""`mingzhang extract`: documents → published amounts, without a warehouse."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import IO, Any

from rich.table import Table

from orchestration.options import print_table
from warehouse.documents.model import ReadOutcome
from warehouse.reading import ReadResult, read_files

FIELDS = (
    *("document_sha256", "page", "table_ordinal", "row", "col", "bbox", "sheet"),
    *("table_type", "table_title", "side"),
    *("item_code", "item_label", "item_code_2", "item_label_2", "agency_code"),
    *("column_path", "value_text", "unit", "amount_yuan", "row_role"),
    *("fund_type", "nature", "period", "confidence", "doubt"),
)
"""One published amount, in the order of its place, its table, its row, its column."""


def amount_records(result: ReadResult) -> Iterator[dict[str, Any]]:
    """The published amounts of one document as plain JSON values; `amount_yuan` is text with two digits."""
    if result.recognition is None:
        return
    for amount in result.recognition.amounts:
        values = {"document_sha256": result.sha256, **asdict(amount)}
        values["amount_yuan"] = f"{amount.amount_yuan:.2f}"
        values["bbox"] = None if amount.bbox is None else [round(edge, 2) for edge in amount.bbox]
        yield {field: values[field] for field in FIELDS}


def files_under(path: Path) -> list[Path]:
    """The file, or all files below the folder, in order."""
    return sorted(child for child in path.rglob("*") if child.is_file()) if path.is_dir() else [path]


def read_paths(paths: Iterable[Path], failures: list[str]) -> Iterator[tuple[Path, ReadResult]]:
    """Read files in worker processes, each given with its path as soon as it is read.

    What cannot be read adds a line with the reason to `failures`.
    """
    names: dict[str, list[Path]] = {}  # the same file may stand under several
    files = {path: files_under(path) for path in paths}
    failures += [f"{path}: no files here" for path, found in files.items() if not found]

    def contents() -> Iterator[tuple[str, bytes]]:
        for path in chain.from_iterable(files.values()):
            try:
                data = path.read_bytes()
            except OSError as error:
                failures.append(f"{path}: {error.strerror}")
                continue
            sha256 = hashlib.sha256(data).hexdigest()
            names.setdefault(sha256, []).append(path)
            yield sha256, data

    for result in read_files(contents()):
        path = names[result.sha256].pop()
        if result.outcome is not ReadOutcome.READ:
            failures.append(f"{path}: {result.outcome}: {result.reason}")
        yield path, result


def write_amounts(results: Iterable[tuple[Path, ReadResult]], file: IO[str], form: str) -> None:
    """Write the amounts of documents as JSON Lines, as CSV, or as a table for people for each document."""
    if form == "table":
        for path, result in results:
            _write_table(path, result, file)
        return
    records = (record for _, result in results for record in amount_records(result))
    if form == "csv":
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(records)
    else:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _write_table(path: Path, result: ReadResult, file: IO[str]) -> None:
    columns = ("page", "table", "row,col", "type", "item", "column", "printed", "yuan")
    table = Table(*columns, title=str(path), title_justify="left")
    for record in amount_records(result):
        item = " ".join(filter(None, (record["item_code"], record["item_label"], record["item_label_2"])))
        table.add_row(
            str(record["sheet"] or record["page"] or ""),
            str(record["table_ordinal"]),
            f"{record['row']},{record['col']}",
            record["table_type"],
            item,
            record["column_path"],
            f"{record['value_text']} {record['unit']}",
            f"{Decimal(record['amount_yuan']):,}",
        )
    if table.row_count:
        print_table(table, file)
