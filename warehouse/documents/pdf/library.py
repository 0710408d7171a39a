"""The compiled part of pdf_oxide alone: its package loads asyncio and ssl besides, 9 MB in every worker."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import PathFinder
from types import ModuleType

_PACKAGE = "pdf_oxide"
_COMPILED = f"{_PACKAGE}.{_PACKAGE}"


def _load() -> ModuleType:
    """The module, under the name by which the package would find it, should that be imported later."""
    if _COMPILED in sys.modules:
        return sys.modules[_COMPILED]
    package = importlib.util.find_spec(_PACKAGE)
    spec = PathFinder.find_spec(_COMPILED, package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ImportError(f"{_PACKAGE} is not installed", name=_PACKAGE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[_COMPILED] = module
    return module


pdf_oxide = _load()
pdf_oxide.disable_logging()
