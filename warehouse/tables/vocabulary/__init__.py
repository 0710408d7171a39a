"""What the words of disclosures mean, as data: one YAML file per subject, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER = Path(__file__).resolve().parent


@cache
def load(subject: str) -> Any:  # noqa: ANN401 each file has a shape of its own
    """The content of `<subject>.yml`. Shared between callers: treat it as read-only."""
    text = (_FOLDER / f"{subject}.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 a safe loader, the compiled one where there is one
