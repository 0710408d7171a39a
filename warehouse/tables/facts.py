"""What the text says of the whole document: year, phase, scope, agency."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from warehouse.documents.model import Document, Line
from warehouse.tables.captions import Caption
from warehouse.tables.header_rows import Grid, find_header_rows
from warehouse.tables.labels import names_a_unit
from warehouse.tables.model import DocumentFacts
from warehouse.tables.text import key, key_of_prose

_T = TypeVar("_T")
_PHASES = {"预算": "budget", "决算": "final_account", "财决": "final_account"}
_COVER = re.compile(r"(20\d\d)年(?:度|初)?.{0,30}?(?<!公共)(?<!基金)(?<!经营)(预算|决算)")
_FUND_NAME = re.compile(r"(?:公共|基金|经营)预算")
_SCOPE = re.compile(r"(部门|单位)(?:\([^)]*\))?(?:综合|财务|整体)?(?:预算|决算|收支|收入|支出|财政拨款)")
_AGENCY = re.compile(r"^([^\d:、]{3,40}?)(?:20\d\d)年?度?(?:部门|单位)?(?:预算|决算)")
_PART = re.compile(r"^(?:第.{1,2}部分|[一二三四五六七八九十]{1,3}、|附件?\d*[:、.]?|\d{1,2}[、.])")
_PHASE = re.compile(
    r"(?:(?<=部门)|(?<=单位)|(?<=收支)|(?<=收入)|(?<=支出)|(?<=拨款))(?:预算|决算)|^财决(?=附?\d|公开)|(?:预算|决算)(?=项目|公开|收支|收入|支出|总表|表)"
)
_PROSE = re.compile(r"[。;,]|\d万?元")
_HEADER_YEAR = re.compile(
    r"(20\d\d)年(?:度|初)?(?:当年|本年|年初|全年|财政拨款|部门|\"?三公\"?经费|一般公共)*(?:预算|决算|执行|支出|收入|安排)"
)
_COVER_LINES = 60
_MAX_TITLE = 60


def document_facts(
    document: Document, captions: Sequence[Caption], grids: Sequence[Grid] = ()
) -> DocumentFacts:
    """Facts from cover lines, captions and headers; None where the text does not say (a guess is not a fact).

    The year and phase of titles (2024年部门预算) come first, then the years of captions, then the newest year
    that headers name (2023年执行数 | 2024年预算数) where two thirds of the tables that name one agree; code
    and name of the agency are those that two thirds of the captions agree on.
    """
    titles = [plain for line in _lines(document)[:_COVER_LINES] if _is_heading(plain := key(line))]
    titles += [key(caption.title) for caption in captions if caption.title]
    covers = [match for title in titles if (match := _COVER.search(title))]
    year = _most(int(match.group(1)) for match in covers) or _most(
        caption.fiscal_year for caption in captions if caption.fiscal_year
    )
    if year is None:
        year = _agreed([newest for grid in grids if (newest := _year_in_headers(grid))])
    name = _agreed([caption.agency_name for caption in captions if caption.agency_name])
    return DocumentFacts(
        format=document.format,
        page_count=document.page_count,
        fiscal_year=year,
        phase=_phase(covers, titles),
        scope=_scope(titles),
        agency_name=name or _agency_on_cover(titles),
        agency_code=_agreed([caption.agency_code for caption in captions if caption.agency_code]),
    )


def _is_heading(plain: str) -> bool:
    """Whether a line is short and no sentence: prose names other years than the document's."""
    return len(plain) <= _MAX_TITLE and not _PROSE.search(plain)


def _lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


def _most(values: Iterable[_T]) -> _T | None:
    """The most frequent value, the first of equals; None of none."""
    counted = Counter(values).most_common(1)
    return counted[0][0] if counted else None


def _year_in_headers(grid: Grid) -> int | None:
    """The newest year of which the headers of a table give a budget or an account."""
    rows = find_header_rows(grid)
    texts = {key(cell.text) for row in grid[rows.first : rows.end] for cell in row}
    return max((int(year) for text in texts for year in _HEADER_YEAR.findall(text)), default=None)


def _agreed(values: Sequence[_T]) -> _T | None:
    """The most frequent value where at least two thirds are it: forms of several units name none of all."""
    named = _most(values)
    return named if named and values.count(named) * 3 >= len(values) * 2 else None


def _phase(covers: Sequence[re.Match[str]], titles: Sequence[str]) -> str | None:
    named = _most(match.group(2) for match in covers)
    if named is None:
        # 一般公共预算 names a fund; it tells the phase only where nothing else does.
        named = _most(word for title in titles for word in _PHASE.findall(_FUND_NAME.sub("", title)))
    if named is None:
        named = _most(word for title in titles for word in _PHASE.findall(title))
    return _PHASES[named] if named else None


def _scope(titles: Sequence[str]) -> str | None:
    named = _most(
        match.group(1) for title in titles if (match := _SCOPE.search(title)) and "部门(单位)" not in title
    )
    return {"部门": "department", "单位": "unit"}[named] if named else None


def agency_in_heading(text: str) -> str | None:
    """The public body whose budget a heading announces: `二、某市投资促进中心2024年单位预算`."""
    if "算" not in text:  # 预算 or 决算: most lines above a table say neither
        return None
    plain = key_of_prose(text)
    match = _AGENCY.match(_PART.sub("", plain)) if _is_heading(plain) else None
    return match.group(1) if match and names_a_unit(match.group(1)) else None


def _agency_on_cover(titles: Sequence[str]) -> str | None:
    named = (_AGENCY.match(_PART.sub("", title)) for title in titles)
    return _most(match.group(1) for match in named if match)
