"""What the words of disclosures mean, as data: one YAML file per subject, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).resolve().parent


@cache
def load(subject: str) -> Any:
    """The content of `<subject>.yml`. Shared between callers: treat it as read-only."""
    return yaml.safe_load((_FOLDER / f"{subject}.yml").read_text(encoding="utf-8"))
