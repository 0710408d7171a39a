"""Pictures of lines → characters with places and confidence: rapidocr, with the models of its wheel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from warehouse.documents.pdf.scan_image import Picture

_THREADS = 2

_DETECT_AT = 0.5
"""Lines are found on a picture of half the size: four times as fast, and as good."""

_DETECT_PIXELS = 2_000_000
"""At most: the network takes about a kilobyte a pixel."""

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
    if not pictures:
        return []
    found = _engine().recognize_txt([cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) for picture in pictures])
    return [_characters(text, words) for text, words in zip(found.txts, found.word_results, strict=True)]


def _characters(text: str, words: Any) -> list[Character]:  # noqa: ANN401 - rapidocr ships no types
    """`words` has the step of the network at which each character but the spaces was seen."""
    steps = iter([step for columns in words.word_cols for step in columns])
    characters: list[Character] = []
    for character, confidence in zip(text, words.confs, strict=False):
        if not character.isspace():
            characters.append(Character(character, (next(steps) + 0.5) / words.line_txt_len, confidence))
    return characters
