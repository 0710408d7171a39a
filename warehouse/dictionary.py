"""The data dictionary: every published table and column with its meaning, generated from dbt's manifest.

python -m warehouse.dictionary > docs/data-dictionary.md
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from warehouse.build import DBT_PROJECT, parse
from warehouse.home import Home

_SCHEMAS = ("marts", "core")


def data_dictionary(manifest: Mapping[str, Any]) -> str:
    """Markdown with a section per schema and a table of columns per model; models in alphabetical order."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    lines = ["# Data dictionary", "", "Generated from the descriptions in `dbt_project/`; do not edit."]
    for schema in _SCHEMAS:
        lines += ["", f"## {schema}"]
        for model in sorted((m for m in models if m["schema"] == schema), key=lambda m: str(m["name"])):
            lines += _section(model)
    return "\n".join([*lines, *_identities()]) + "\n"


def _identities() -> Iterator[str]:
    """The table of identities, as the seed has it."""
    yield from ("", "## Identities", "", "What `core.fct_check_result` says of every document.", "")
    yield "| | identity | 勾稽关系 | a difference | may be caused by |"
    yield "|---|---|---|---|---|"
    with (DBT_PROJECT / "seeds" / "check_identity.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said = [row[name] for name in ("check_id", "statement", "statement_zh", "strength")]
            yield "| " + " | ".join([*said, ", ".join(row["causes"].split())]) + " |"


def _section(model: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"### {model['schema']}.{model['name']}", "", _one_line(model["description"]), "")
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in model["columns"].values():
        yield f"| `{column['name']}` | {column.get('data_type') or ''} | {_one_line(column['description'])} |"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Print the dictionary of the dbt project."""
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(data_dictionary(json.loads(parse(Home(Path(folder))).read_text("utf-8"))))


if __name__ == "__main__":
    main()
