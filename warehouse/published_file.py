"""The file that analysts get: core and marts of a built warehouse, depending on no other file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

PUBLISHED_SCHEMAS = ("core", "past", "marts")


def write_published(built: Path, published: Path, *, parquet: Path) -> None:
    """Write the core and marts of a built file as a DuckDB file that depends on no other, and as Parquet.

    Views become tables. Macros lose the name of the database that they were made in, so that the file can be
    attached under any name; defaults of their parameters are lost then, because DuckDB does not tell them.

    Raises:
        ValueError: the built file has no table in core or marts.
    """
    shutil.copy(built, published)
    not_yet_in_the_file = built.with_name(f"{built.name}.wal")
    if not_yet_in_the_file.exists():
        shutil.copy(not_yet_in_the_file, published.with_name(f"{published.name}.wal"))
    with duckdb.connect(str(published)) as connection:
        forget = _database_forgetter(connection)
        _materialise_views(connection, forget)
        _drop_other_schemas(connection)
        _rebind_macros(connection, forget)
        parquet.mkdir()
        tables = _published(connection, "duckdb_tables()", "table_name")
        if not tables:
            raise ValueError(f"{built}: no table in core or marts")
        for schema, table in tables:
            target = parquet / f"{schema}.{table}.parquet"
            connection.execute(
                f"COPY {_quoted(schema, table)} TO '{_escaped(target)}' (FORMAT parquet, COMPRESSION zstd)"
            )
        connection.execute("CHECKPOINT")


def _database_forgetter(connection: duckdb.DuckDBPyConnection) -> Callable[[str], str]:
    """A function that takes the database's name out of SQL: dbt writes it, and the file may be renamed."""
    schemas = connection.execute("SELECT DISTINCT schema_name FROM duckdb_schemas()").fetchall()
    any_schema = "|".join(re.escape(schema) for (schema,) in schemas)
    # A text constant is taken whole, so that nothing within it changes.
    text_or_name = re.compile(
        rf"""('(?:[^']|'')*')|(?<![\w".])(?:"(?:[^"]|"")+"|\w+)\.(?="?(?:{any_schema})"?\.)"""
    )
    return lambda sql: text_or_name.sub(lambda match: match[1] or "", sql)


def _materialise_views(connection: duckdb.DuckDBPyConnection, forget: Callable[[str], str]) -> None:
    views = _published(connection, "duckdb_views()", "view_name")
    comments = {view: _comments_of(connection, *view) for view in views}
    definitions = connection.execute("SELECT sql FROM duckdb_views() WHERE NOT internal").fetchall()
    for (sql,) in definitions:
        if forget(sql) != sql:
            connection.execute(forget(sql).replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
    for schema, view in views:
        connection.execute(
            f"CREATE TABLE {_quoted(schema, f'{view} as table')} AS FROM {_quoted(schema, view)}"
        )
    for schema, view in views:
        table = _quoted(schema, view)
        connection.execute(f"DROP VIEW {table}")
        connection.execute(f"ALTER TABLE {_quoted(schema, f'{view} as table')} RENAME TO {_quoted(view)}")
        for column, comment in comments[schema, view]:
            subject = f"COLUMN {table}.{_quoted(column)}" if column else f"TABLE {table}"
            connection.execute(f"COMMENT ON {subject} IS '{_escaped(comment)}'")


def _comments_of(
    connection: duckdb.DuckDBPyConnection, schema: str, view: str
) -> list[tuple[str | None, str]]:
    """(column, comment) of a view; the comment without a column is that of the view."""
    return connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = $1 AND table_name = $2"
        " AND comment IS NOT NULL UNION ALL SELECT NULL, comment FROM duckdb_views()"
        " WHERE schema_name = $1 AND view_name = $2 AND comment IS NOT NULL",
        [schema, view],
    ).fetchall()


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


def _rebind_macros(connection: duckdb.DuckDBPyConnection, forget: Callable[[str], str]) -> None:
    macros = connection.execute(
        "SELECT schema_name, function_name, parameters, macro_definition, function_type = 'table_macro'"
        " FROM duckdb_functions() WHERE NOT internal AND macro_definition IS NOT NULL"
    ).fetchall()
    for schema, name, parameters, definition, is_table in macros:
        if forget(definition) != definition:
            arguments = ", ".join(_quoted(parameter) for parameter in parameters)
            body = f"TABLE {forget(definition)}" if is_table else forget(definition)
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
