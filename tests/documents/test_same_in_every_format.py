"""A document gives the same tables, cell by cell, in whatever format an office suite saves it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.documents.word_variants import SHEETS, WORD, sheet_variant, word_variant
from warehouse.documents import read_document

SOFFICE = shutil.which("soffice")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice to make the files"),
]

NOT_IN_HTML = {"revised": "LibreOffice prints deleted text there"}


def tables(data: bytes) -> list[list[list[str]]]:
    """Texts of the cells without spaces, paragraphs apart, a spanning one at each of its positions."""
    found = read_document(data).tables
    texts = [[[cell.text for cell in row] for row in table.grid()] for table in found]
    return [
        [[re.sub(r"\n+", "|", re.sub(r"[^\S\n]+", "", text)) for text in row] for row in rows]
        for rows in texts
    ]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of each format with every variant in it."""
    folder = tmp_path_factory.mktemp("variants")
    for name in WORD:
        (folder / f"{name}.docx").write_bytes(word_variant(name))
    for name in SHEETS:
        (folder / f"{name}.xlsx").write_bytes(sheet_variant(name))
    for original, formats in (
        ("docx", ("doc", "rtf", "html", "odt", "fodt")),
        ("xlsx", ("xls", "html", "ods", "fods")),
    ):
        for file_format in formats:
            files = sorted(folder.glob(f"*.{original}"))
            profile = f"-env:UserInstallation=file://{folder}/profile"
            subprocess.run(
                [
                    SOFFICE,
                    "--headless",
                    "--convert-to",
                    file_format,
                    profile,
                    "--outdir",
                    folder / file_format,
                    *files,
                ],
                check=True,
                capture_output=True,
                timeout=240,
            )
    return folder


@pytest.mark.parametrize("file_format", ["doc", "rtf", "html", "odt", "fodt"])
@pytest.mark.parametrize("name", WORD)
def test_word(converted: Path, name: str, file_format: str) -> None:
    if file_format == "html" and name in NOT_IN_HTML:
        pytest.skip(NOT_IN_HTML[name])
    expected = tables((converted / f"{name}.docx").read_bytes())
    assert expected
    assert tables((converted / file_format / f"{name}.{file_format}").read_bytes()) == expected


@pytest.mark.parametrize("file_format", ["xls", "html", "ods", "fods"])
@pytest.mark.parametrize("name", SHEETS)
def test_workbooks(converted: Path, name: str, file_format: str) -> None:
    expected = tables((converted / f"{name}.xlsx").read_bytes())
    assert expected
    assert tables((converted / file_format / f"{name}.{file_format}").read_bytes()) == expected
