"""Pages of government sites: their text, titles, meta tags and parts, and what a page is. Pure functions."""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from urllib.parse import urljoin, urlsplit

from parsel import Selector, SelectorList
from w3lib.url import safe_url_string

from scrapers.dates import find_date, read_date
from scrapers.decoding import decode
from scrapers.titles import vocabulary

META_NAMES = ("SiteName", "ColumnName", "ArticleTitle", "PubDate", "ContentSource")
"""The tags of the national site guide (国办发〔2017〕47号) that are kept."""

# A day among the words that stand under a title: its time, or how often the page was read.
_BYLINE = re.compile(
    r"(20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?)(?=\s\d{1,2}:\d\d|[^\d。]{0,12}(?:浏览|来源|点击|阅读|作者|字体|字号))"
    r"|(?:时间|日期|来源)\s*[:：]\s*(20\d\d[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?)"
)
_CUT_SHORT = re.compile(r"(\.{2,}|…+)$")
_SHORTEST_TITLE = 8
SIGNPOST_CHARACTERS = 80
"""A page of fewer has no content of its own: it shows a file, or sends its reader on."""
_REFRESH = re.compile(r"""url\s*=\s*["']?([^"'>]+)""", re.IGNORECASE)
_ONLY_LOCATION = re.compile(
    r"""\s*(?:(?:window|self|top|document|parent)\.)?location(?:\.href)?\s*"""
    r"""(?:=\s*["']([^"']+)["']|\.(?:replace|assign)\(\s*["']([^"']+)["']\s*\))\s*;?\s*"""
)
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
        return squeeze(self.selector.css("title::text").get(""))

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
                found[official] = squeeze(content)
            found.setdefault(official, squeeze(content))
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
        listed, said = _CUT_SHORT.sub("", squeeze(listed)), self.article_title
        if "ArticleTitle" in self.meta or len(listed) < _SHORTEST_TITLE:
            return said
        printed = {squeeze(text) for text in self.selector.css("body").xpath(f".{_VISIBLE}").getall()}
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
        return frozenset(filter(None, map(squeeze, self.selector.xpath(f"//body{_VISIBLE}").getall())))


@lru_cache(maxsize=16)
def page_of(url: str, body: bytes, content_type: str = "", encoding: str | None = None) -> Page:
    """The page that an answer is; parsed once, as several look at it before the next answer comes."""
    return Page(url, decode(body, content_type, encoding))


@functools.cache
def official_name(name: str) -> str | None:
    """The national meta tag that a page means: in any case, with the usual slips of the pen, or a synonym."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    known = {official.lower(): official for official in META_NAMES}
    synonyms = {word: official for official, words in vocabulary()["meta_names"].items() for word in words}
    close = difflib.get_close_matches(plain, known, n=1, cutoff=0.85)
    return synonyms.get(plain) or (known[close[0]] if close else None)


def select(node: Selector, expression: str) -> SelectorList[Selector]:
    """What an expression of a site's YAML selects: XPath where it begins like a path, else CSS."""
    return node.xpath(expression) if expression.startswith(("/", ".//", "./", "(")) else node.css(expression)


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
    if len(visible_text(page.selector)) > SIGNPOST_CHARACTERS or page.selector.css("frame, iframe, embed"):
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
    return squeeze("".join(element.xpath(f".{_VISIBLE}").getall()))


def squeeze(text: str) -> str:
    """A text with its white space as single blanks, and none at its ends."""
    return re.sub(r"\s+", " ", text).strip()
