"""What Great Expectations judges: pandas frames read from Parquet and from the built DuckDB file."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations.findings import count
from warehouse.documents.model import ReadOutcome
from warehouse.record.events import DocumentRead

BOX: Final = ("bbox_x0", "bbox_top", "bbox_x1", "bbox_bottom")

MINIMUM_SAMPLE: Final = 5
"""Documents on either side below which rows per document are not compared."""

_READ: Final = ReadOutcome.READ

_NULLABLE: Final = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def frame_of(table: pa.Table) -> pd.DataFrame:
    """The rows as pandas: decimals stay exact, integers stay integers beside blanks, a box is four columns.

    Other lists become their JSON text, since pandas cannot count unhashable values.
    """
    for index, field in reversed(list(enumerate(table.schema))):
        if field.name == "bbox" and pa.types.is_list(field.type):
            table = _with_box_columns(table.remove_column(index), table.column(index))
        elif pa.types.is_nested(field.type):
            texts = [
                None if value is None else json.dumps(value, ensure_ascii=False, default=str)
                for value in table.column(index).to_pylist()
            ]
            table = table.set_column(index, field.name, pa.array(texts, pa.string()))
    frame: pd.DataFrame = table.to_pandas(types_mapper=_NULLABLE.get)
    return frame


def _with_box_columns(table: pa.Table, boxes: pa.ChunkedArray) -> pa.Table:
    whole = pc.if_else(pc.equal(pc.list_value_length(boxes), len(BOX)), boxes, None)
    for place, name in enumerate(BOX):
        table = table.append_column(name, pc.list_element(whole, place))
    return table


def raw_frame(folder: Path, raw_table: str, columns: Collection[str]) -> pd.DataFrame:
    """The columns of one raw table that a suite names; one that the file lacks is left out, and so fails."""
    path = folder / f"{raw_table}.parquet"
    wanted = {*columns, "bbox"} if set(BOX) & set(columns) else columns
    present = [name for name in pq.read_schema(path).names if name in wanted]
    return frame_of(pq.read_table(path, columns=present))


def relation_frame(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Collection[str]
) -> pd.DataFrame:
    """The columns of one relation that a suite names.

    Raises:
        duckdb.CatalogException: the relation does not exist.
    """
    rows = connection.table(relation)
    present = [name for name in rows.columns if name in columns] or rows.columns[:1]
    return frame_of(rows.select(*map(duckdb.ColumnExpression, present)).to_arrow_table())


_COUNTED: Final = {
    "amounts_ratio": "core.fct_amount",
    "documents_ratio": "core.dim_document_version",
    "disclosures_ratio": "marts.agency_year",
}


def growth_frame(connection: duckdb.DuckDBPyConnection, published: Path) -> pd.DataFrame:
    """One row that sets what was built against the publication of now; blank where nothing compares.

    Raises:
        duckdb.CatalogException: what was built lacks one of the relations.
    """
    row: dict[str, float | None] = dict.fromkeys(_COUNTED)
    if published.is_file():
        with duckdb.connect(str(published), read_only=True) as before:
            for name, relation in _COUNTED.items():
                row[name] = _ratio(len(connection.table(relation)), count(before, relation))
    return pd.DataFrame([row], dtype="Float64")


def completeness_frame(folder: Path, known: Mapping[str, DocumentRead]) -> pd.DataFrame:
    """One row that sets a load against what its site's documents gave; blank where nothing compares."""
    outcomes = _outcomes(folder)
    read = [sha256 for sha256, outcome in outcomes.items() if outcome == _READ]
    read_before = [sha256 for sha256, before in known.items() if before.outcome == _READ]
    enough = min(len(read), len(read_before)) >= MINIMUM_SAMPLE
    row: dict[str, float | None] = {"documents_read_ratio": None}
    if enough:
        row["documents_read_ratio"] = _ratio(len(read) / len(outcomes), len(read_before) / len(known))
    for raw_table, before in (
        ("tables", {sha256: known[sha256].tables for sha256 in read_before}),
        ("amounts", {sha256: known[sha256].amounts for sha256 in read_before}),
    ):
        now = _rows_by_document(folder, raw_table)
        same = before.keys() & outcomes.keys()
        row[f"{raw_table}_of_read_documents"] = sum(now.values()) if read else None
        row[f"{raw_table}_same_documents_ratio"] = _ratio(
            sum(now.get(sha256, 0) for sha256 in same), sum(before[sha256] for sha256 in same)
        )
        row[f"{raw_table}_per_document_ratio"] = (
            _ratio(sum(now.values()) / len(read), sum(before.values()) / len(before)) if enough else None
        )
    return pd.DataFrame([row], dtype="Float64")


def _outcomes(folder: Path) -> dict[str, str]:
    documents = pq.read_table(folder / "documents.parquet", columns=["document_sha256", "outcome"])
    return dict(zip(documents["document_sha256"].to_pylist(), documents["outcome"].to_pylist(), strict=True))


def _rows_by_document(folder: Path, raw_table: str) -> dict[str, int]:
    rows = pq.read_table(folder / f"{raw_table}.parquet", columns=["document_sha256"])
    counted = rows.group_by("document_sha256").aggregate([([], "count_all")])
    names: Sequence[str] = counted["document_sha256"].to_pylist()
    return dict(zip(names, counted["count_all"].to_pylist(), strict=True))


def _ratio(now: float, before: float) -> float | None:
    return now / before if before else None
