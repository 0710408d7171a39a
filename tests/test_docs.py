"""What the documentation names is there: commands and their options, make targets, files, modules."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from typer.main import get_command

from orchestration.cli import app
from scrapers.check import check_folder
from warehouse.home import PROJECT_ROOT

ROOMS = ("scrapers", "warehouse", "expectations", "orchestration", "bench")
PAGES = [
    *PROJECT_ROOT.glob("README*.md"),
    *(page for page in (PROJECT_ROOT / "docs").glob("*.md") if page.name != "data-dictionary.md"),
    *(PROJECT_ROOT / room / "README.md" for room in ("scrapers", "dbt_project")),
]
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"\bmingzhang ((?:[a-z][a-z-]*)(?: \\?\|? ?[a-z][a-z-]*)?)([^\n`#;]*)")


def command_lines(page: Path) -> list[tuple[list[str], list[str]]]:
    """The words after `mingzhang` and the options after them, wherever the page shows a command."""
    spans = CODE.findall(page.read_text("utf-8"))
    return [
        (words.split(), re.findall(r"(?<!\S)\[?(--[a-z-]+)", rest))
        for span in spans
        for words, rest in COMMAND.findall(span)
    ]


def missing(words: list[str], options: list[str]) -> list[str]:
    command = get_command(app)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name not in command.commands:
            return [f"mingzhang {name}"]
        command = command.commands[name]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return [f"{command.name} {option}" for option in options if option not in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_ROOT)))
def test_commands_and_options_are_there(page: Path):
    assert [gone for words, options in command_lines(page) for gone in missing(words, options)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_ROOT)))
def test_targets_files_and_modules_are_there(page: Path):
    text = page.read_text("utf-8")
    code = " ".join(CODE.findall(text))
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets
    linked = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    assert [link for link in linked if not (page.parent / link).exists()] == []
    rooms = "|".join((*ROOMS, "dbt_project", "docs", "tests", r"\.ci"))
    paths = re.findall(rf"(?<![\w./-])(?:{rooms})/[\w./*-]*", code)
    assert [path for path in paths if not any(PROJECT_ROOT.glob(path.rstrip("/")))] == []
    modules = re.findall(rf"(?<![\w./-])((?:{'|'.join(ROOMS)})(?:\.[a-z_0-9]+)+)(?![\w/])", code)
    assert [name for name in modules if not is_there(name) and name != "warehouse.duckdb"] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_site_file_that_is_shown_has_no_mistakes(name: str, tmp_path: Path):
    (shown,) = re.findall(
        r"```yaml\n# sites/(\w+\.yml)\n(.*?)```", (PROJECT_ROOT / name).read_text("utf-8"), re.DOTALL
    )
    (tmp_path / shown[0]).write_text(shown[1], "utf-8")
    assert check_folder(tmp_path) == []


def test_both_readmes_show_the_same_commands():
    english, chinese = (
        [(words[0], options) for words, options in command_lines(PROJECT_ROOT / name)]
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese


def is_there(name: str) -> bool:
    """Whether a module has this name, or a module defines it."""
    room, *rest = name.split(".")
    for depth in range(len(rest), -1, -1):
        module = PROJECT_ROOT.joinpath(room, *rest[:depth])
        source = next(
            (path for path in (module.with_suffix(".py"), module / "__init__.py") if path.exists()), None
        )
        if source:
            inside = rest[depth:]
            return not inside or inside[0] in names_of(source)
    return importlib.util.find_spec(room) is not None and not rest


def names_of(source: Path) -> set[str]:
    tree = ast.parse(source.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
