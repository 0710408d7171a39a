"""Old versions of events, brought up to the version of today when read. What is stored never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from warehouse.record.errors import UnknownEventError
from warehouse.record.events import PAYLOADS, Payload

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""By type and version: a function from a payload of that version to one of the next version."""


def current_payload(
    type_name: str,
    version: int,
    payload: dict[str, Any],
    *,
    payloads: Mapping[str, type[Payload]] = PAYLOADS,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
) -> Payload:
    """The payload as its type is defined today.

    Raises:
        UnknownEventError: the type or the version is not known, or an upcaster is missing on the way.
    """
    payload_class = payloads.get(type_name)
    if payload_class is None or version > payload_class.version:
        raise UnknownEventError(f"{type_name} version {version} was written by a newer Mingzhang: upgrade")
    for step in range(version, payload_class.version):
        upcaster = upcasters.get((type_name, step))
        if upcaster is None:
            raise UnknownEventError(f"no upcaster for {type_name} version {step}")
        payload = upcaster(payload)
    return payload_class.model_validate(payload)
