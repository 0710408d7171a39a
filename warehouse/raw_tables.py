"""Raw tables: what was read of a load's documents, as one folder of Parquet files per load.

A folder of a load holds every raw table, also those without rows, so
that a query over `raw/*/<table>.parquet` always finds all columns. The tables are the fields of
`warehouse.tables.model.Recognition` and their columns those of its classes, after four leading columns that
say whose rows they are; `documents` holds one row per file that was read, whether or not it could be.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.documents.model import Box
from warehouse.tables.model import DocumentFacts, Recognition

if TYPE_CHECKING:
    from warehouse.reading import ReadResult

YUAN = pa.decimal128(20, 2)
QUANTITY = pa.decimal128(24, 6)

ROWS_PER_GROUP = 50_000
"""Rows of one table that are held before they are written: bounds the memory of a load."""

_ARROW_TYPES: dict[object, pa.DataType] = {
    str: pa.string(),
    int: pa.int32(),
    float: pa.float64(),
    bool: pa.bool_(),
    Box: pa.list_(pa.float64()),
    tuple[str, ...]: pa.list_(pa.string()),
}

_KEY_FIELDS = (
    pa.field("load_id", pa.string(), nullable=False),
    pa.field("site_id", pa.string(), nullable=False),
    pa.field("document_sha256", pa.string(), nullable=False),
    pa.field("reader_version", pa.string(), nullable=False),
)


def _arrow_field(name: str, annotation: object) -> pa.Field:
    """The column of one annotated field: `X | None` is nullable, `Decimal` in yuan has two digits."""
    nullable = False
    if isinstance(annotation, types.UnionType):
        (annotation,) = (arm for arm in typing.get_args(annotation) if arm is not types.NoneType)
        nullable = True
    if annotation is Decimal:
        return pa.field(name, YUAN if name.endswith("_yuan") else QUANTITY, nullable)
    return pa.field(name, _ARROW_TYPES[annotation], nullable)


def _fields_of(row_class: type) -> list[pa.Field]:
    hints = typing.get_type_hints(row_class)
    return [_arrow_field(field.name, hints[field.name]) for field in fields(row_class)]


def _row_classes() -> dict[str, type]:
    """The class of the rows of every raw table but `documents`."""
    hints = typing.get_type_hints(Recognition)
    return {name: typing.get_args(hint)[0] for name, hint in hints.items() if name != "facts"}


def _schemas() -> dict[str, pa.Schema]:
    outcome = [
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("seconds", pa.float64(), nullable=False),
    ]
    facts = [field.with_nullable(nullable=True) for field in _fields_of(DocumentFacts)]
    schemas = {"documents": pa.schema([*_KEY_FIELDS, *outcome, *facts])}
    for table, row_class in _row_classes().items():
        schemas[table] = pa.schema([*_KEY_FIELDS, *_fields_of(row_class)])
    return schemas


RAW_SCHEMAS: Mapping[str, pa.Schema] = types.MappingProxyType(_schemas())
"""The Arrow schema of every raw table, by name."""


class RawTablesWriter:
    """Writes the raw tables of one load into a folder, document by document.

    Memory is bounded by `ROWS_PER_GROUP` and the largest document, not by the number of documents.
    """

    def __init__(self, folder: Path, *, load_id: str, site_id: str, reader_version: str) -> None:
        folder.mkdir(parents=True)
        self.row_counts = dict.fromkeys(RAW_SCHEMAS, 0)
        self._keys = {"load_id": load_id, "site_id": site_id, "reader_version": reader_version}
        self._held: dict[str, list[pa.Table]] = {table: [] for table in RAW_SCHEMAS}
        self._writers = {
            table: pq.ParquetWriter(folder / f"{table}.parquet", schema, compression="zstd")
            for table, schema in RAW_SCHEMAS.items()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for table, writer in self._writers.items():
            self._flush(table)
            writer.close()

    def add(self, result: ReadResult) -> None:
        """Take the rows of one document; none of them when one does not fit its column.

        Raises:
            ValueError: a value is outside its column (too many digits, a lone surrogate …); names the column.
        """
        keys = {**self._keys, "document_sha256": result.sha256}
        arrow = {"documents": self._document_row(result, keys)}
        if result.recognition:
            for table in _row_classes():
                rows = getattr(result.recognition, table)
                arrow[table] = _arrow_table(table, rows, keys)
        for table, frame in arrow.items():
            if frame.num_rows:
                self._hold(table, frame)

    def _document_row(self, result: ReadResult, keys: Mapping[str, str]) -> pa.Table:
        schema = RAW_SCHEMAS["documents"]
        row: dict[str, Any] = {**dict.fromkeys(schema.names), **keys, "format": result.format}
        if result.recognition:
            facts = result.recognition.facts
            row |= {field.name: getattr(facts, field.name) for field in fields(facts)}
        row |= {"outcome": str(result.outcome), "reason": result.reason, "seconds": result.seconds}
        return pa.table({name: _column("documents", schema.field(name), [row[name]]) for name in row}).select(
            schema.names
        )

    def _hold(self, table: str, frame: pa.Table) -> None:
        self.row_counts[table] += frame.num_rows
        self._held[table].append(frame)
        if sum(held.num_rows for held in self._held[table]) >= ROWS_PER_GROUP:
            self._flush(table)

    def _flush(self, table: str) -> None:
        if self._held[table]:
            frame = pa.concat_tables(self._held[table]).cast(RAW_SCHEMAS[table])
            self._writers[table].write_table(frame, row_group_size=ROWS_PER_GROUP)
            self._held[table] = []


def _arrow_table(table: str, rows: Sequence[object], keys: Mapping[str, str]) -> pa.Table:
    schema = RAW_SCHEMAS[table]
    return pa.Table.from_arrays(
        [
            pa.repeat(pa.scalar(keys[field.name]), len(rows))
            if field.name in keys
            else _column(table, field, [getattr(row, field.name) for row in rows])
            for field in schema
        ],
        schema=schema,
    )


def _column(table: str, field: pa.Field, values: Iterable[object]) -> pa.Array:
    """One column; nothing is rounded, cut or replaced to make it fit."""
    try:
        column = pa.array(values, field.type)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{table}.{field.name}: {error}") from error
    if column.null_count and not field.nullable:
        raise ValueError(f"{table}.{field.name}: a value is missing")
    return column
