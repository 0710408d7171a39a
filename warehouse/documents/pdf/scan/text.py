"""Pictures of lines → characters with places and confidence: rapidocr, with the models of its wheel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from warehouse.documents.pdf.scan.image import Picture
from warehouse.documents.pdf.scan.spelling import corrected

_THREADS = 2

_DETECT_AT = 0.5
"""Lines are found on a picture of half the size: four times as fast, and as good."""

_DETECT_PIXELS = 2_000_000
"""At most: the network takes about a kilobyte a pixel."""

_HEIGHT = 48
"""Pixels to which the network scales a line."""

_SHORTEST = 2.0
_LONGEST = 120.0
"""Of a line, as multiples of its height."""

_BATCH = 90
"""Lengths of all lines that are recognised at a time; the network takes two megabytes for each."""

Boxes = NDArray[np.float32]
"""Corners of lines of text, shape (lines, 4, 2), in pixels: top left, then clockwise as it reads."""


class Character(NamedTuple):
    """A recognised character; `middle` is its place along the line, as a fraction of the picture's width."""

    text: str
    middle: float
    confidence: float


@cache
def _engine() -> Any:  # noqa: ANN401 - rapidocr ships no types
    """One engine a process. The angle classifier stays off: it turns 99 into 66."""
    from rapidocr import RapidOCR  # noqa: PLC0415 - takes over a second, and most documents are no scans

    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.return_word_box": True,
            "Global.max_side_len": 4096,
            "Global.log_level": "critical",
            # Batches are made here; a line is padded to the length of the longest of its batch, no further.
            "Rec.rec_batch_num": _BATCH,
            "Rec.rec_img_shape": [3, _HEIGHT, round(_SHORTEST * _HEIGHT)],
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def detect(picture: Picture) -> Boxes:
    """Where lines of text are."""
    factor = min(_DETECT_AT, (_DETECT_PIXELS / picture.size) ** 0.5)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    found = _engine()(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), use_det=True, use_rec=False, use_cls=False)
    boxes = np.zeros((0, 4, 2)) if found.boxes is None else found.boxes
    return np.asarray(boxes / factor, np.float32)


def recognise(pictures: Sequence[Picture]) -> list[list[Character]]:
    """The characters of each picture of one line, from left to right; none where nothing is legible."""
    lines: list[list[Character]] = [[] for _ in pictures]
    for batch in _batches([picture.shape[1] / picture.shape[0] for picture in pictures]):
        coloured = [cv2.cvtColor(pictures[i], cv2.COLOR_GRAY2BGR) for i in batch]
        found = _engine().recognize_txt(coloured)
        for i, text, words in zip(batch, found.txts, found.word_results, strict=True):
            lines[i] = corrected(_characters(text, words))
    return lines


def _batches(lengths: Sequence[float]) -> Iterator[list[int]]:
    """Lines of like length (as multiples of their height) together, so many that memory stays small.

    All lines of a batch take as much as the longest; what is too long for a line is a rule.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if lengths[i] > _LONGEST:
            break
        if batch and (len(batch) + 1) * max(lengths[i], _SHORTEST) > _BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _characters(text: str, words: Any) -> list[Character]:  # noqa: ANN401 - rapidocr ships no types
    """`words` has the step of the network at which each character but the spaces was seen."""
    steps = iter([step for columns in words.word_cols for step in columns])
    characters: list[Character] = []
    for character, confidence in zip(text, words.confs, strict=False):
        if not character.isspace():
            characters.append(Character(character, (next(steps) + 0.5) / words.line_txt_len, confidence))
    return characters
