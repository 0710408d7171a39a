"""Mutated files of every format: tables or a clear reason, no crash of ours, no hang. The seed is fixed."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from tests.documents.word_variants import SHEETS, WORD, sheet_variant, word_variant
from warehouse.documents.model import ReadOutcome
from warehouse.reading import LIMITS, read_files

MUTATIONS = 600
LARGEST = 1_500_000
"""Bytes of a real file; larger ones take minutes."""

_DATA = Path(__file__).resolve().parent / "data"
_WORST = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"9999")


def small_pdf() -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file)
    for i in range(5):
        canvas.line(50, 700 - 20 * i, 350, 700 - 20 * i)
        canvas.line(50 + 75 * i, 700, 50 + 75 * i, 620)
        canvas.drawString(55, 685 - 20 * i, f"{i} 1,234.50")
    canvas.save()
    return file.getvalue()


def small_png() -> bytes:
    file = io.BytesIO()
    Image.new("L", (240, 220), 255).save(file, "PNG")
    return file.getvalue()


def originals() -> Iterator[bytes]:
    yield from map(word_variant, WORD)
    yield from map(sheet_variant, SHEETS)
    yield from (path.read_bytes() for path in sorted(_DATA.iterdir()))
    yield from (small_pdf(), small_png(), "项目,金额\n合计,1.00\n".encode("gb18030"))
    yield "<table><tr><td rowspan=2>项目<td colspan=3>支出<tr><td>1<td>2</table>".encode()


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The file cut off, with a part gone, doubled, or some bytes changed; also within a member of a ZIP."""
    kind = chance.random()
    if kind < 0.2:
        return data[: chance.randrange(len(data) + 1)]
    if kind < 0.3:
        start = chance.randrange(len(data))
        return data[:start] + data[start + chance.choice((10, 500, 20_000)) :]
    if kind < 0.4:
        start, source = chance.randrange(len(data)), chance.randrange(len(data))
        return data[:start] + data[source : source + chance.choice((4, 64, 4096))] + data[start:]
    if kind < 0.6 and data.startswith(b"PK"):
        return with_mutated_member(data, chance)
    return with_changed_bytes(data, chance)


def with_mutated_member(data: bytes, chance: random.Random) -> bytes:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        victim = chance.choice(source.namelist())
        for name in source.namelist():
            content = source.read(name)
            target.writestr(
                name, with_changed_bytes(content, chance) if name == victim and content else content
            )
    return file.getvalue()


def with_changed_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 10, 60))):
        at = chance.randrange(len(changed))
        kind = chance.random()
        if kind < 0.4:
            changed[at] = chance.randrange(256)
        elif kind < 0.6:
            changed[at : at + 4] = chance.choice(_WORST)
        elif kind < 0.8 and 48 <= changed[at] <= 57:
            changed[at : at + 1] = str(chance.choice((0, -1, 65536, 2**31, 99999999999))).encode()
        else:
            changed[at] ^= 1 << chance.randrange(8)
    return bytes(changed)


def fuzz(files: list[bytes], count: int) -> None:
    chance = random.Random(20240315)  # noqa: S311 no secret, but the same files each time
    jobs = ((str(number), mutated(chance.choice(files), chance)) for number in range(count))
    ended = list(
        read_files(jobs, workers=1, limits=LIMITS._replace(silence_seconds=120, longest_seconds=240))
    )
    assert len(ended) == count
    bad = {ReadOutcome.CRASHED, ReadOutcome.TIMEOUT, ReadOutcome.OUT_OF_MEMORY}
    assert [(end.sha256, end.outcome, end.reason) for end in ended if end.outcome in bad] == []
    assert all(end.reason or end.outcome is ReadOutcome.READ for end in ended)


@pytest.mark.slow
def test_mutated_files_of_every_format() -> None:
    fuzz(list(originals()), MUTATIONS)


@pytest.mark.slow
def test_mutated_real_files(shared: Path) -> None:
    """Files with text; scans take minutes each."""
    paths = [*(shared / "corpus").glob("*.[pd]*"), *(shared / "real" / "html").iterdir()]
    paths += (shared / "real" / "workbook").iterdir()
    fuzz([path.read_bytes() for path in sorted(paths) if path.stat().st_size < LARGEST], 120)
