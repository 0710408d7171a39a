"""Mistakes in site files, in plain words: which field, what is wrong with it, what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic_core import ErrorDetails

_EXPECTED = {
    "site_id": "small letters, digits and hyphens, such as taiyuan",
    "region_code": 'six digits of GB/T 2260 in quotes, such as "140100"',
    "base_url": "an address that begins with http:// or https:// (and, among moves, ends with a slash)",
    "until": "a day, such as 2025-03-01",
    "allowed_hosts": "a host such as czj.example.gov.cn or *.example.gov.cn, without http:// and path",
    "schedule": 'five cron fields in quotes, such as "30 2 * * *" (minute, hour, day, month, weekday)',
    "crawl_between": 'two times in quotes, such as "20:00-07:00"',
    "admdiv": 'nine digits in quotes, such as "140900000"',
    "columns": "a list of columns, each a line `- {name: 部门预算, url: zwgk/bmys/}`",
}
_LIMITS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "too_short": ("at least", "min_length"),
}
_KINDS = {
    "string_type": "a text",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "tuple_type": "a list (lines that begin with a hyphen)",
    "dict_type": "fields of its own",
    "model_type": "fields of its own",
}


class StrictLoader(yaml.SafeLoader):
    """Reads YAML, but refuses a field that is written twice: YAML itself would take the second silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose fields differ.

        Raises:
            ConstructorError: a field is there twice.
        """
        names = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"{twice} is written twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def of_yaml(error: Exception) -> str:
    """What is wrong with the form of a file."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    place = f"line {mark.line + 1}: " if mark else ""
    hint = "; indent with blanks" if "\\t" in str(problem) else ""
    return f"not a YAML file: {place}{problem or error}{hint}"


def of_fields(errors: Sequence[ErrorDetails], model: type[BaseModel]) -> str:
    """All mistakes of a file's fields, in one line."""
    found = {_place(error): _in_plain_words(error, model) for error in errors}
    # A list whose only element is wrong is not empty as well.
    return "; ".join(
        words
        for place, words in found.items()
        if not any(other.startswith(f"{place}.") for other in found if place != "site")
    )


def _place(error: ErrorDetails) -> str:
    return ".".join(str(part) for part in error["loc"]) or "site"


def _in_plain_words(error: ErrorDetails, model: type[BaseModel]) -> str:
    return f"{_place(error)}: {_what_is_wrong(error, model)}"


def _what_is_wrong(error: ErrorDetails, model: type[BaseModel]) -> str:
    kind, found, context = error["type"], error["input"], error.get("ctx", {})
    field = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    expected = _EXPECTED.get(field, "")
    if kind == "extra_forbidden":
        words = f"unknown field{_meant(field, _fields_at(error, model))}"
    elif kind == "missing":
        words = "missing" + (f", expected {expected}" if expected else "")
    elif kind == "literal_error":
        words = f"{found!r} is none of {context['expected']}{_meant(str(found), _quoted(context))}"
    elif kind == "value_error":
        words = str(context.get("error", error["msg"]))
    elif kind in _LIMITS and not expected:
        limit, name = _LIMITS[kind]
        words = f"must be {limit} {context[name]} (found {_short(found)})"
    else:
        words = f"expected {expected or _KINDS.get(kind, error['msg'])} (found {_short(found)})"
    return words


def _meant(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word.replace("-", "_").lower(), known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _quoted(context: Mapping[str, Any]) -> list[str]:
    return [word.strip(" '") for word in str(context["expected"]).replace(" or ", ",").split(",")]


def _fields_at(error: ErrorDetails, model: type[BaseModel]) -> list[str]:
    """Names of the fields that there are where an unknown one stands."""
    known: Any = model.model_json_schema()
    definitions = known["$defs"]
    for part in error["loc"][:-1]:
        known = known if isinstance(part, int) else known.get("properties", {}).get(part, {})
        reference = known.get("$ref") or known.get("items", {}).get("$ref") or ""
        known = definitions.get(reference.rpartition("/")[2], known)
    return list(known.get("properties", {}))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
