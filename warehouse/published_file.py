"""The file that analysts get: core and marts of a built warehouse, depending on no other file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb

PUBLISHED_SCHEMAS = ("core", "marts")


def write_published(built: Path, published: Path, *, parquet: Path) -> None:
    """Write the core and marts of a built file as a DuckDB file that depends on no other, and as Parquet.

    Views become tables. Macros lose the name of the database that they were built in, so that the file can be
    attached under any name; defaults of their parameters are lost, because DuckDB does not tell them.

    Raises:
        ValueError: the built file has no table in core or marts.
    """
    # Views name the database that they were made in, which DuckDB takes from the name of the file.
    work = published.parent / "work" / built.name
    work.parent.mkdir(parents=True)
    for path in (built, built.with_name(f"{built.name}.wal")):
        if path.exists():
            shutil.copy(path, work.with_name(path.name))
    with duckdb.connect(str(work)) as connection:
        _materialise_views(connection)
        _drop_other_schemas(connection)
        _unbind_macros(connection, work.stem)
        parquet.mkdir()
        tables = _published(connection, "duckdb_tables()", "table_name")
        if not tables:
            raise ValueError(f"{built}: no table in {' or '.join(PUBLISHED_SCHEMAS)}")
        for schema, table in tables:
            target = parquet / f"{schema}.{table}.parquet"
            connection.execute(
                f"COPY {_quoted(schema, table)} TO '{_escaped(target)}' (FORMAT parquet, COMPRESSION zstd)"
            )
        connection.execute("CHECKPOINT")
    work.rename(published)
    shutil.rmtree(work.parent)


def _materialise_views(connection: duckdb.DuckDBPyConnection) -> None:
    views = _published(connection, "duckdb_views()", "view_name")
    for schema, view in views:
        connection.execute(
            f"CREATE TABLE {_quoted(schema, f'{view} as table')} AS FROM {_quoted(schema, view)}"
        )
    for schema, view in views:
        comments = connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = $1 AND table_name = $2"
            " AND comment IS NOT NULL UNION ALL SELECT NULL, comment FROM duckdb_views()"
            " WHERE schema_name = $1 AND view_name = $2 AND comment IS NOT NULL",
            [schema, view],
        ).fetchall()
        table = _quoted(schema, view)
        connection.execute(f"DROP VIEW {table}")
        connection.execute(f"ALTER TABLE {_quoted(schema, f'{view} as table')} RENAME TO {_quoted(view)}")
        for column, comment in comments:
            subject = f"COLUMN {table}.{_quoted(column)}" if column else f"TABLE {table}"
            connection.execute(f"COMMENT ON {subject} IS '{_escaped(comment)}'")


def _drop_other_schemas(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what is not published: other schemas, and the tables and views of `main`, which has to stay."""
    schemas = connection.execute(
        "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND database_name = current_database()"
    ).fetchall()
    for (schema,) in schemas:
        if schema not in PUBLISHED_SCHEMAS:
            connection.execute(f"DROP SCHEMA {_quoted(schema)} CASCADE")
    in_main = connection.execute(
        "SELECT 'VIEW', view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main'"
        " UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE schema_name = 'main'"
    ).fetchall()
    for kind, name in in_main:
        connection.execute(f"DROP {kind} {_quoted('main', name)} CASCADE")


def _unbind_macros(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    macros = connection.execute(
        "SELECT schema_name, function_name, parameters, macro_definition, function_type = 'table_macro'"
        " FROM duckdb_functions() WHERE NOT internal AND macro_definition IS NOT NULL"
    ).fetchall()
    # A text constant is taken whole, so that a database's name within it stays.
    name_or_text = re.compile(
        rf"""('(?:[^']|'')*')|(?<![\w".])(?:"{re.escape(database)}"|{re.escape(database)})\.(?=[\w"])"""
    )
    for schema, name, parameters, definition, is_table in macros:
        unbound = name_or_text.sub(lambda match: match[1] or "", definition)
        if unbound != definition:
            arguments = ", ".join(_quoted(parameter) for parameter in parameters)
            body = f"TABLE {unbound}" if is_table else unbound
            connection.execute(f"CREATE OR REPLACE MACRO {_quoted(schema, name)}({arguments}) AS {body}")


def _published(connection: duckdb.DuckDBPyConnection, catalog: str, column: str) -> list[tuple[str, str]]:
    """(schema, name) of what is published of one of DuckDB's catalogs."""
    return connection.execute(
        f"SELECT schema_name, {column} FROM {catalog}"  # noqa: S608 # both are constants of this module
        " WHERE database_name = current_database() AND list_contains($1, schema_name) ORDER BY ALL",
        [list(PUBLISHED_SCHEMAS)],
    ).fetchall()


def _quoted(*names: str) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def _escaped(text: object) -> str:
    return str(text).replace("'", "''")
