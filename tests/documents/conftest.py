"""Fixtures of the readers' tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def rich_doc() -> bytes:
    return (HERE / "data" / "rich.doc").read_bytes()


@pytest.fixture(scope="session")
def rich_rtf() -> bytes:
    return (HERE / "data" / "rich.rtf").read_bytes()


@pytest.fixture(scope="session")
def corpus(shared: Path) -> Path:
    return shared / "corpus"


@pytest.fixture(scope="session")
def golden(corpus: Path) -> dict[str, dict[str, Any]]:
    """The golden facts of each document of the corpus, by its name without extension."""
    return {
        path.name.removesuffix(".golden.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in corpus.glob("*.golden.json")
    }
