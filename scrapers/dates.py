"""Days as government sites write them: in text, in fields, in addresses. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_DATE = re.compile(r"(20\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_URL_DATE = re.compile(
    r"(?:/P0(?=\d{8})|(?:/t|_)(?=\d{8}(?!\d))|/(?=\d{8}/))(20\d{2})(\d{2})(\d{2})|/(20\d{2})[-/]?(\d{1,2})[-/](\d{1,2})/"
)
_CHINA = ZoneInfo("Asia/Shanghai")
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_JAVA_DATE = re.compile(rf"\b({'|'.join(re.findall('...', _MONTHS))})[a-z]* (\d{{1,2}})\b(.*?)\b(20\d\d)\b")
_WITH_OFFSET = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")


def read_date(text: str) -> date | None:
    """The day of a field that holds a date: as printed, in digits, in seconds since 1970, as Java says it.

    A moment with its offset from UTC is the day that it is in China.
    """
    text = text.strip()
    if re.fullmatch(r"1\d{9}(\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), _CHINA).date()
    if found := re.fullmatch(r"(20\d\d)([01]\d)([0-3]\d)(\d{4}|\d{6})?", text):
        return next(_dates([found.groups()[:3]]), None)
    if found := _JAVA_DATE.search(text):
        text = f"{found[4]}-{_MONTHS.index(found[1]) // 3 + 1}-{found[2]}"
    if found := _WITH_OFFSET.search(text):
        return datetime.fromisoformat(found[0]).astimezone(_CHINA).date()
    return find_date(text)


def find_date(text: str) -> date | None:
    """The first complete date in a text; a month and day without a year is no date."""
    return next(_dates(_DATE.findall(text)), None)


def date_in_url(url: str) -> date | None:
    """The day that an address carries (`t20240315_…`, `P020240315…`, `/2024/3/15/`)."""
    return next(_dates([match[:3] if match[0] else match[3:] for match in _URL_DATE.findall(url)]), None)


def _dates(found: Iterable[tuple[str, ...]]) -> Iterator[date]:
    for year, month, day in found:
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:  # 2024-13-40 is some other number
            continue


def published_on(dates: dict[str, str]) -> tuple[date | None, str | None]:
    """When a document was published, and which date that is.

    The rule: what the page says of itself (PubDate) goes before what the listing says, that before a date in
    the address, and the server's Last-Modified (which a silent correction moves) comes last.
    """
    for source in ("pub_date", "listing", "url", "last_modified"):
        if source not in dates:
            continue
        text = dates[source]
        on = _http_date(text) if source == "last_modified" else read_date(text)
        if on:
            return on, source
    return None, None


def _http_date(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        return None
