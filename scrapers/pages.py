"""Understanding the pages of government sites: text, meta tags, dates, attachments. Pure functions."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from html import unescape
from itertools import chain
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit
from zoneinfo import ZoneInfo

from parsel import Selector, SelectorList
from w3lib.url import safe_url_string

from scrapers.titles import vocabulary

META_NAMES = ("SiteName", "ColumnName", "ArticleTitle", "PubDate", "ContentSource")
"""The tags of the national site guide (国办发〔2017〕47号) that are kept."""

_DATE = re.compile(r"(20\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)")
_URL_DATE = re.compile(
    r"(?:/P0(?=\d{8})|(?:/t|_)(?=\d{8}(?!\d))|/(?=\d{8}/))(20\d{2})(\d{2})(\d{2})|/(20\d{2})[-/]?(\d{1,2})[-/](\d{1,2})/"
)
_CHINA = ZoneInfo("Asia/Shanghai")
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_JAVA_DATE = re.compile(rf"\b({'|'.join(re.findall('...', _MONTHS))})[a-z]* (\d{{1,2}})\b(.*?)\b(20\d\d)\b")
_WITH_OFFSET = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
# A day among the words that stand under a title: its time, or how often the page was read.
_BYLINE = re.compile(
    r"(20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?)(?=\s\d{1,2}:\d\d|[^\d。]{0,12}(?:浏览|来源|点击|阅读|作者|字体|字号))"
    r"|(?:时间|日期|来源)\s*[:：]\s*(20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?)"
)
_CUT_SHORT = re.compile(r"(\.{2,}|…+)$")
_SHORTEST_TITLE = 8
# A nameless token, or the parameters by which stores of objects sign addresses.
_SIGNATURE = re.compile(
    r"[\w-]{40,}={0,2}"
    r"|(?i:expires|signature|ossaccesskeyid|x-(?:amz|oss|cos)-[\w-]+|q-sign[\w-]*|q-ak|auth_key)=.*"
)
_SIGNPOST_CHARACTERS = 80
_REFRESH = re.compile(r"""url\s*=\s*["']?([^"'>]+)""", re.IGNORECASE)
_ONLY_LOCATION = re.compile(
    r"""\s*(?:(?:window|self|top|document|parent)\.)?location(?:\.href)?\s*"""
    r"""(?:=\s*["']([^"']+)["']|\.(?:replace|assign)\(\s*["']([^"']+)["']\s*\))\s*;?\s*"""
)
_NO_ADDRESS = re.compile(r"#|(?!https?:)[a-z]+:", re.IGNORECASE)
_ADDRESS_ATTRIBUTES = ("data-href", "data-url", "data-src", "data-file")
_LITERAL = re.compile(r"""["']([^"'<>\n]{3,500})["']""")
# What a viewer's script is given to show, where its address has no suffix.
_VIEWED = re.compile(r"""(?i)(?:url|file|path|pdf|src)["']?\s*[:=]\s*["']((?:https?:)?/[^"'<>\s]+)["']""")
_BOARD_LINK = re.compile(r"\[(?:file|attach|attachment|附件)=([^\]\s]+)\]([^\[]*)\[/", re.IGNORECASE)
_PAGE_SUFFIX = re.compile(r"(/|\.s?html?|\.png|\.jpe?g|\.gif|\.js|\.css)$", re.IGNORECASE)
_FURNITURE = re.compile(r"foot|header|nav|crumb|sidebar|copyright|friend|share", re.IGNORECASE)
_VISIBLE = "//text()[not(parent::script or parent::style)]"
_MONEY = re.compile(r"-?\d{1,3}(,\d{3})*\.\d{1,6}|-?\d+\.\d{1,6}")


@dataclass(frozen=True)
class Page:
    """An HTML page as text, with the address it was answered from."""

    url: str
    text: str

    @cached_property
    def selector(self) -> Selector:
        """The parsed markup."""
        return Selector(self.text or "<html></html>", type="html")

    @property
    def is_html(self) -> bool:
        """Whether it is a page, rather than the XML or JSON that a page's script fetches."""
        return bool(re.search(r"<(html|head|body|!doctype html)\b", self.text[:4096], re.IGNORECASE))

    @cached_property
    def title(self) -> str:
        """Text of <title>."""
        return _squeeze(self.selector.css("title::text").get(""))

    @cached_property
    def meta(self) -> dict[str, str]:
        """The national meta tags under their official names, whatever name the page gives them.

        Of several the first that says something, and of dates the first that is one.
        """
        found: dict[str, str] = {}
        for tag in self.selector.css("meta[content]"):
            name = tag.root.get("name") or tag.root.get("property") or ""
            content = tag.root.get("content")
            official = official_name(name)
            if not official and content.strip() in META_NAMES:  # name and content in each other's place
                official, content = content.strip(), name
            if not official or not content.strip():
                continue
            if official == "PubDate" and not read_date(found.get(official, "")) and read_date(content):
                found[official] = _squeeze(content)
            found.setdefault(official, _squeeze(content))
        return found

    @cached_property
    def article_title(self) -> str:
        """ArticleTitle, else the page's heading, else <title> without the site's name at its end."""
        headings = (visible_text(heading) for heading in self.selector.css("h1"))
        title = re.split(r"[_|]|\s-\s|-(?=[^-]+$)", self.title)[0]
        return self.meta.get("ArticleTitle") or next(filter(None, headings), "") or title

    def title_of(self, listed: str) -> str:
        """The article's title, told by what the listing calls it.

        A page without ArticleTitle may print more in its heading (the day, the source) or in <title> (the
        site, the column), or only say what it is (预览); a listing may cut the title short.
        """
        listed, said = _CUT_SHORT.sub("", _squeeze(listed)), self.article_title
        if "ArticleTitle" in self.meta or len(listed) < _SHORTEST_TITLE:
            return said
        printed = {_squeeze(text) for text in self.selector.css("body").xpath(f".{_VISIBLE}").getall()}
        if listed in printed:
            return listed
        if listed in said:
            return next((text for text in sorted(printed, key=len) if text.startswith(listed)), listed)
        return said if self.selector.css("h1") else listed

    @cached_property
    def printed_date(self) -> date | None:
        """The day that pages print which lack a PubDate: after a label such as 发布时间, or in the byline."""
        text = visible_text(self.selector)
        label = re.search(r"(发布|公开|发文|成文)(时间|日期)\s*[:：]?\s*(20.{8,12})", text)
        bylines = _BYLINE.findall(text)
        return find_date(label[3] if label else " ".join(chain.from_iterable(bylines)))

    @cached_property
    def lines(self) -> frozenset[str]:
        """The page's visible lines, for comparing it with another."""
        return frozenset(filter(None, map(_squeeze, self.selector.xpath(f"//body{_VISIBLE}").getall())))


@lru_cache(maxsize=16)
def page_of(url: str, body: bytes, content_type: str = "", encoding: str | None = None) -> Page:
    """The page that an answer is; parsed once, as several look at it before the next answer comes."""
    return Page(url, decode(body, content_type, encoding))


@dataclass(frozen=True, slots=True)
class Link:
    """A link: absolute address and its text (the title attribute where the text is cut short)."""

    url: str
    text: str


def decode(body: bytes, content_type: str = "", encoding: str | None = None) -> str:
    """The text of a page. What the bytes are is believed before what header and meta tag claim.

    Bytes that decode as UTF-8 with at most one fault in fifty characters are UTF-8: other encodings hardly
    ever do. Else GB18030, the superset of GBK and GB2312; else whichever of these and the declared one leaves
    the fewest replacement characters.
    """
    if encoding:
        return body.decode(encoding, errors="replace")
    text = body.decode("utf-8-sig", errors="replace")
    if _faults(text) * 50 <= sum(character > "\x7f" for character in text):
        return text
    names = ("gb18030", "utf-8-sig", *_declared(body, content_type))
    return min((body.decode(name, errors="replace") for name in names), key=_faults)


def _faults(text: str) -> int:
    return text.count("\N{REPLACEMENT CHARACTER}")


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    for text in (content_type, body[:2048].decode("ascii", errors="ignore")):
        if match := re.search(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", text):
            try:
                "".encode(match.group(1))
            except LookupError:
                continue
            yield match.group(1)


@functools.cache
def official_name(name: str) -> str | None:
    """The national meta tag that a page means: in any case, with the usual slips of the pen, or a synonym."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    known = {official.lower(): official for official in META_NAMES}
    synonyms = {word: official for official, words in vocabulary()["meta_names"].items() for word in words}
    close = difflib.get_close_matches(plain, known, n=1, cutoff=0.85)
    return synonyms.get(plain) or (known[close[0]] if close else None)


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


def links(page: Page, region: Selector | SelectorList[Selector]) -> Iterator[tuple[Link, Selector]]:
    """The links of a region that lead to an address, with their element; also those that a script opens."""
    base = urljoin(page.url, page.selector.css("base::attr(href)").get(""))
    for anchor in region.xpath("descendant-or-self::*[self::a or self::area or @onclick]"):
        address = _address(anchor)
        if not address:
            continue
        url = safe_url_string(urldefrag(urljoin(base, address)).url)
        text = _squeeze("".join(anchor.css("::text").getall()))
        hint = _squeeze(anchor.root.get("title") or anchor.css("img::attr(alt)").get(""))
        yield Link(url, hint if len(hint) > len(text) or not text else text), anchor


def selected_links(page: Page, nodes: SelectorList[Selector]) -> Iterator[Link]:
    """The links in what an expression of a site's YAML selects: elements, or addresses (`//a/@href`)."""
    for node in nodes:
        if isinstance(node.root, str):
            yield Link(safe_url_string(urljoin(page.url, node.root.strip())), "")
        else:
            yield from (link for link, _ in links(page, node))


def _address(anchor: Selector) -> str | None:
    """Where a link leads: its own address, else the one in its script. Of other elements only to files."""
    get = anchor.root.get  # `attrib` copies all attributes, and fails where one has an impossible name
    href, is_link = get("href", "").strip(), anchor.root.tag in {"a", "area"}
    if is_link and href and not _NO_ADDRESS.match(href):
        return str(href)
    named = [get(name, "").strip() for name in _ADDRESS_ATTRIBUTES]
    scripts = f"{href if href.lower().startswith('javascript:') else ''} {get('onclick', '')}"
    found = [text for text in (*named, *_LITERAL.findall(scripts)) if _looks_like_address(text)]
    if not is_link:
        found = [text for text in found if document_suffix(text)]
    return max(found, key=lambda text: "/" in text, default=None)


def _looks_like_address(text: str) -> bool:
    return bool(
        re.match(r"(https?:/)?/[^/]|\.{1,2}/", text)
        or document_suffix(text)
        or re.search(r"\.(s?html?|aspx?|jsp|php|do)(\?|$)", text)
    )


def select(node: Selector, expression: str) -> SelectorList[Selector]:
    """What an expression of a site's YAML selects: XPath where it begins like a path, else CSS."""
    return node.xpath(expression) if expression.startswith(("/", ".//", "./", "(")) else node.css(expression)


def document_suffix(url: str) -> str | None:
    """`pdf`, `docx` … where the address is that of a document, else None."""
    parts = urlsplit(url)
    # Download handlers carry the name in their query: download.jsp?name=budget.pdf
    names = [parts.path, *(value.partition("=")[2] for value in parts.query.split("&"))]
    suffixes = (unquote(name, errors="replace").rpartition(".")[2].strip().lower() for name in names)
    return next((suffix for suffix in suffixes if suffix in vocabulary()["document_suffixes"]), None)


def unsigned(url: str) -> str:
    """An address without the signature that some sites put into it anew with every page."""
    address, mark, query = url.partition("?")
    kept = [part for part in query.split("&") if not _SIGNATURE.fullmatch(part)]
    if not mark or kept == query.split("&"):
        return url
    return f"{address}?{'&'.join(kept)}" if kept else address


def attachments(page: Page, selector: str | None = None) -> tuple[Link, ...]:
    """The documents that a page links to or shows outside its header, navigation and footer, each once.

    Args:
        page: An article, or the preview page of a file.
        selector: Where the site's YAML says where attachments stand; then every link there is one.
    """
    found: dict[str, Link] = {}
    for link in selected_links(page, select(page.selector, selector)) if selector else ():
        found.setdefault(link.url, link)
    for link, anchor in () if selector else links(page, page.selector):
        shown = Link(shown_document(link.url), link.text)
        if (is_document(link) or shown != link or _is_labelled(page, link, anchor)) and not in_furniture(
            anchor
        ):
            found.setdefault(shown.url, shown)
    for link in _previews(page):
        found.setdefault(link.url, link)
    for link in () if found else _written_in_scripts(page):
        found.setdefault(link.url, link)
    return tuple(found.values())


def _is_labelled(page: Page, link: Link, anchor: Selector) -> bool:
    """Whether a link that leads to no page stands right after the word 附件."""
    if "附件" not in page.text or _PAGE_SUFFIX.search(urlsplit(link.url).path):
        return False
    before = "".join(anchor.xpath("preceding::text()[normalize-space()]").getall()[-2:])
    return bool(re.search(r"附件[\d一二三四五六七八九十]*(下载)?\s*[:：【]?\s*$", before))


def _written_in_scripts(page: Page) -> Iterator[Link]:
    """Files named in the markup of bulletin boards (`[file=/a.pdf]…[/file]`), or in a viewer's script."""
    for address, text in _BOARD_LINK.findall(page.text):
        yield Link(safe_url_string(urljoin(page.url, unescape(address))), text)
    script = "\n".join(page.selector.css("body script::text").getall())
    named = [text for text in _LITERAL.findall(script) if document_suffix(text) and _looks_like_address(text)]
    if not named and len(visible_text(page.selector)) < _SIGNPOST_CHARACTERS:
        named = [text for text in _VIEWED.findall(script) if not _PAGE_SUFFIX.search(text)]
    for text in named:
        if "{" not in text:
            yield Link(safe_url_string(urljoin(page.url, text)), page.article_title)


def is_document(link: Link) -> bool:
    """Whether an address, the name beside it or its handler says that a file is behind it."""
    named = PurePosixPath(link.text).suffix.lower().lstrip(".") in vocabulary()["document_suffixes"]
    handled = re.search(vocabulary()["download_pattern"], link.url) and not _PAGE_SUFFIX.search(link.url)
    return bool(document_suffix(link.url) or named or handled)


def shown_document(url: str) -> str:
    """The address of the file that a viewer is to show (`viewer.html?file=%2Fdown%3Fid%3D7`), else `url`.

    A handler that sends the file itself (`download.do?file=/a.pdf`) is no viewer.
    """
    if re.search(vocabulary()["download_pattern"], urlsplit(url).path):
        return url
    for name, value in parse_qsl(urlsplit(url).query):
        if name.lower() in vocabulary()["viewer_parameters"] and re.match(r"(https?:/)?/|\.{1,2}/", value):
            return safe_url_string(urljoin(url, value))
    return url


def _previews(page: Page) -> Iterator[Link]:
    """Files that a page shows in a frame of its own: a viewer, or the file itself."""
    for address in page.selector.css("iframe::attr(src), embed::attr(src), object::attr(data)").getall():
        url = safe_url_string(urljoin(page.url, address.strip()))
        shown = shown_document(url)
        if shown != url or is_document(Link(url, "")):
            yield Link(shown, page.article_title)


def in_furniture(element: Selector, classes: re.Pattern[str] = _FURNITURE) -> bool:
    """Whether an element stands in a page's header, navigation, sidebar or footer, as their classes say."""
    return any(
        ancestor.root.tag in {"header", "footer", "nav"}
        or classes.search(f"{ancestor.root.get('class', '')} {ancestor.root.get('id', '')}")
        for ancestor in element.xpath("ancestor::*[not(self::body or self::html)]")
    )


def content(page: Page, selector: str | None = None) -> SelectorList[Selector]:
    """The article's own part of a page; empty where no known container is found."""
    for css in (selector,) if selector else vocabulary()["content_selectors"]:
        if found := select(page.selector, css):
            return found[:1]
    return page.selector.css("no-such-element")


def has_budget_tables(page: Page, selector: str | None = None) -> bool:
    """Whether tables with figures are typed into the article: then the page itself is a document."""
    cells = content(page, selector).css("table td")
    figures = (cell for cell in cells if _MONEY.fullmatch(visible_text(cell)))
    return sum(1 for _ in figures) >= 6  # a form's totals alone, not a lone figure in a layout table


def forwards_to(page: Page) -> str | None:
    """The address that a page without content of its own sends its reader on to, by a meta tag or a script.

    Only a script that does nothing else counts: one that sets a cookie is a shield, one that asks conditions
    belongs to a page. Nor does a page that asks for itself again.
    """
    if len(visible_text(page.selector)) > _SIGNPOST_CHARACTERS or page.selector.css("frame, iframe, embed"):
        return None
    tags = page.selector.xpath("//meta[re:test(@http-equiv, '^refresh$', 'i')]/@content").getall()
    found = [match[1] for tag in tags if (match := _REFRESH.search(tag))]
    script = re.sub(r"<!--|(//)?-->", "", " ".join(page.selector.css("script::text").getall()))
    if not found and (match := _ONLY_LOCATION.fullmatch(script)):
        found = [match[1] or match[2]]
    url = next((urljoin(page.url, address.strip()) for address in found), page.url)
    here, there = urlsplit(page.url), urlsplit(url)
    same = (here.netloc, here.path.rstrip("/")) == (there.netloc, there.path.rstrip("/"))
    return None if same or there.scheme not in {"http", "https"} else safe_url_string(url)


def says_it_is_gone(page: Page) -> bool:
    """Whether a page is a short notice that there is no such page."""
    text = visible_text(page.selector)
    return len(text) < 300 and bool(re.search(vocabulary()["missing_page_pattern"], text))


def is_same_page(page: Page, other: Page) -> bool:
    """Whether a page is another one under a different address: nine tenths of their lines in common."""
    if "ArticleTitle" in page.meta and page.meta["ArticleTitle"] != other.meta.get("ArticleTitle"):
        return False
    both, either = page.lines & other.lines, page.lines | other.lines
    return bool(either) and len(both) >= 0.9 * len(either)


def visible_text(element: Selector) -> str:
    """The text of an element without scripts and styles, white space as single blanks."""
    return _squeeze("".join(element.xpath(f".{_VISIBLE}").getall()))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
