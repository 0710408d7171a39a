"""The data dictionary: every published table and column with its meaning, generated from dbt's manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SCHEMAS = ("marts", "core")


def data_dictionary(manifest: Mapping[str, Any]) -> str:
    """Markdown with a section per schema and a table of columns per model; models in alphabetical order."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    lines = ["# Data dictionary", "", "Generated from the descriptions in `dbt_project/`; do not edit."]
    for schema in _SCHEMAS:
        lines += ["", f"## {schema}"]
        for model in sorted((m for m in models if m["schema"] == schema), key=lambda m: str(m["name"])):
            lines += _section(model)
    return "\n".join(lines) + "\n"


def _section(model: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"### {model['schema']}.{model['name']}", "", _one_line(model["description"]), "")
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in model["columns"].values():
        yield f"| `{column['name']}` | {column.get('data_type') or ''} | {_one_line(column['description'])} |"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
