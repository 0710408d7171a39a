"""Classes of plain values that are made by the hundred thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def immutable(cls: type[_T]) -> type[_T]:
    """A dataclass with slots that the type checker keeps from being changed, and nothing does at run time.

    `dataclass(frozen=True)` sets each field through `object.__setattr__`, which makes three to six times as
    slow what is most of the work of reading: to make cells and amounts.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
