"""The data dictionary in docs/ is the one of the models."""

from __future__ import annotations

import json
from pathlib import Path

from warehouse.build import parse
from warehouse.dictionary import data_dictionary
from warehouse.home import PROJECT_ROOT, Home


def test_the_committed_dictionary_is_current_and_complete(tmp_path: Path) -> None:
    dictionary = data_dictionary(json.loads(parse(Home(tmp_path)).read_text("utf-8")))
    committed = (PROJECT_ROOT / "docs" / "data-dictionary.md").read_text("utf-8")
    assert committed == dictionary, "run `make dictionary`"
    undescribed = [
        line for line in dictionary.splitlines() if line.startswith("| `") and line.endswith("|  |")
    ]
    assert not undescribed
