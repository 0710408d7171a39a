"""Government sites as configuration: one YAML file per site, read into a frozen `Site`."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import yaml
from cssselect import SelectorError
from parsel import Selector
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from scrapers import mistakes
from scrapers.mistakes import StrictLoader
from scrapers.pages import select
from warehouse.home import Home

_WINDOW = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
SITES_FOLDER = Path(__file__).parent / "sites"

PlatformName = Literal[
    "trs_wcm", "one_based", "hanweb", "gkmlpt", "provincial", "matrix", "dynamic", "generic"
]

FieldName = Literal["title", "url", "date", "agency", "year"]


NO_SITES = "no site YAML files here"
UNKNOWN_API = "SAY-WHERE-THE-JSON-IS"
"""What a draft says in place of `api.url` where the page does not show it; refused by checks."""


class SiteError(ValueError):
    """A site file that cannot be used; the message names the file and the field."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Strict):
    """One column (栏目) of a site: where a listing begins."""

    name: str
    url: str
    """Absolute, or relative to `base_url`."""
    phase: Literal["budget", "final_account"] | None = None
    """What everything in the column is, where the column says so."""
    first_url: str | None = None
    """Address under which the column was recorded first, where it was another: the record goes on there."""
    api_url: str | None = None
    """Address of the column's own JSON, where it is not `api.url` of the site."""


class Selectors(_Strict):
    """CSS selectors, or XPath beginning with `/`, `./` or `(`; None keeps the platform's own."""

    listing_item: str | None = None
    """The rows of a listing."""
    link: str | None = None
    """In a row, the element that holds its link (`generic`)."""
    title: str | None = None
    """In a row (`generic`); else the link's text."""
    date: str | None = None
    """In a row (`generic`); else the first date of the row."""
    next_page: str | None = None
    """Links to further pages of a listing, or their addresses (`generic`)."""
    sub_listing: str | None = None
    """Links to listings within a listing: of departments, of years."""
    content: str | None = None
    """The article's own part of its page."""
    attachment: str | None = None
    """Where the documents are linked on an article's page."""
    matrix_table: str | None = None

    @field_validator("*")
    @classmethod
    def _must_parse(cls, expression: str | None) -> str | None:
        if expression is not None:
            try:
                select(Selector("<html></html>", type="html"), expression)
            except SelectorError as error:  # of CSS; those of XPath are ValueErrors
                raise ValueError(f"{expression!r} is not a CSS selector: {error}") from error
        return expression


class Api(_Strict):
    """The JSON behind a shell page (`gkmlpt`, `provincial`), or the data proxy of `hanweb`."""

    url: str | None = None
    """Its address, with `{page}`, `{admdiv}`, `{category}` and `{sid}` to be filled in."""
    method: Literal["GET", "POST"] = "GET"
    """How `hanweb` asks its data proxy; `form` and `json_body` are always sent by POST."""
    form: dict[str, str | int] = Field(default_factory=dict)
    """Fields to send as a form, with the same placeholders as `url`."""
    json_body: dict[str, Any] = Field(default_factory=dict)
    """Fields to send as a JSON object instead."""
    details: Api | None = None
    """The JSON behind each record, where records are listings themselves (departments): its `url` and `form`
    may hold fields of the record in braces."""
    first_page: int = Field(default=1, ge=0)
    entry_url: str | None = None
    """Address of an entry's page with fields of its record in braces, where the record has no address."""
    fields: dict[FieldName, str] = Field(default_factory=dict)
    """Names of fields, where they are not in vocabulary.yml."""


class Move(_Strict):
    """A site that changed its address, and when."""

    until: date
    """The first day on which it stood at the next address: that of the next move, or the site's own."""
    base_url: Annotated[str, Field(pattern=r"^https?://.*/$")]
    """Where it stood until then."""


class Assertions(_Strict):
    """What a good crawl of the site looks like; a crawl that misses it is reported."""

    minimum_entries: int = Field(default=1, ge=0)
    minimum_documents: int = Field(default=1, ge=0)
    minimum_documents_per_year: int = Field(default=0, ge=0)
    """Of each fiscal year that the site lists but the newest, which may still be coming in."""
    maximum_documents_per_year: int | None = Field(default=None, ge=1)
    """More are reported: the same documents may be listed under other addresses."""

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Assertions:
        most = self.maximum_documents_per_year
        if most is not None and self.minimum_documents_per_year > most:
            raise ValueError(
                f"minimum_documents_per_year {self.minimum_documents_per_year} is more than "
                f"maximum_documents_per_year {most}"
            )
        return self


class Site(_Strict):
    """One government site. Everything that differs between cities is here; Python is written per platform."""

    site_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    name: str
    region_code: Annotated[str, Field(pattern=r"^\d{6}$")]
    """GB/T 2260."""
    base_url: Annotated[str, Field(pattern=r"^https?://")]
    allowed_hosts: tuple[Annotated[str, Field(pattern=r"^(\*\.)?[\w-]+(\.[\w-]+)+(:\d+)?$")], ...] = ()
    """Hosts (with port where it is unusual) that may be asked; the host of `base_url` always may.

    `*.example.gov.cn` stands for all hosts below example.gov.cn: departments often publish on their own.
    """
    platform: PlatformName
    columns: tuple[Column, ...] = Field(min_length=1)
    schedule: Annotated[str, Field(pattern=r"^\S+( \S+){4}$")] = "30 2 * * *"
    """Five cron fields, in `timezone`."""
    jitter_minutes: int = Field(default=60, ge=0)
    """A site begins up to so many minutes later, always the same ones: not all sites of one hour at once."""
    timezone: str = "Asia/Shanghai"
    delay_seconds: float = Field(default=3.0, ge=0)
    """Between two requests to one host; AutoThrottle only ever makes it longer."""
    timeout_seconds: float = Field(default=60.0, gt=0)
    maximum_bytes: int = Field(default=64 * 1024 * 1024, gt=0)
    """Of one answer; a larger one is `too_large`."""
    maximum_hours: float = Field(default=12, gt=0)
    """Of one crawl; the next one goes on where it was stopped."""
    maximum_wait_seconds: float = Field(default=300, ge=0)
    """Longest Retry-After that is waited for; one that asks for more is left alone until the next crawl."""
    maximum_listing_pages: int = Field(default=500, gt=0)
    """Of one column: a guard against paging that never ends."""
    contact: str
    """Address or page that the user agent names, so that the site's owner can reach us."""
    encoding: str | None = None
    """Only where detection fails: the encoding that the site's pages really have."""
    selectors: Selectors = Selectors()
    api: Api = Api()
    admdiv: Annotated[str, Field(pattern=r"^\d{9}$")] | None = None
    """The region on a provincial platform; `region_code` and three zeros by default."""
    department_aliases: dict[str, str] = Field(default_factory=dict)
    """Name as the site prints it → official name."""
    assertions: Assertions = Assertions()
    crawl_between: Annotated[str, Field(pattern=_WINDOW)] | None = None
    """Hours in `timezone` in which the site may be asked, such as `20:00-07:00`; at any time by default."""
    full_walk_every: int = Field(default=1, ge=1)
    """One of so many crawls walks listings to their end and sees withdrawals; others walk as far as new."""
    years: tuple[int, ...] = ()
    """Only documents of these years are taken, and those that do not say of which; by default all."""
    maximum_days_without_news: int | None = Field(default=None, ge=1)
    """Days since the last new document after which it is reported; never by default."""
    maximum_requests_per_document: int = Field(default=20, ge=1)
    """Requests per linked document above which a crawl is reported as wasteful."""
    moves: tuple[Move, ...] = ()
    """Where the site stood before, the earliest first: what was recorded there still belongs to it."""
    other_scheme: bool = True
    """Whether HTTPS is tried where a host does not answer over HTTP, and the reverse; each answer says so."""
    verify_tls: bool = True
    """False accepts any certificate: an exception, which each crawl records."""
    allow_private: bool = False
    """Whether addresses of private networks may be asked; a replica always may."""
    replica: bool = False
    """Whether this is a site of the bundled replica, which commands serve while they crawl it."""
    verified: bool = False
    """Whether a crawl of the live site was once looked at by a person."""

    def allows(self, netloc: str) -> bool:
        """Whether a host may be asked."""
        return any(
            netloc == host or (host.startswith("*.") and netloc.endswith(host[1:]))
            for host in self.allowed_hosts
        )

    def is_open(self, now: datetime) -> bool:
        """Whether the site may be asked at this moment."""
        if not self.crawl_between:
            return True
        begin, end = map(time.fromisoformat, self.crawl_between.split("-"))
        clock = now.astimezone(ZoneInfo(self.timezone)).time()
        return begin <= clock < end if begin <= end else clock >= begin or clock < end

    def at(self, day: date) -> Site:
        """The site as it stood, or will stand, on a day."""
        before = next((move.base_url for move in self.moves if day < move.until), self.base_url)
        return self.model_copy(update={"base_url": before})

    def listing_address(self, column: Column) -> str:
        """The address under which a column's listings are recorded, however often the site moved."""
        first = self.moves[0].base_url if self.moves else self.base_url
        return urljoin(first, column.first_url or column.url)

    @property
    def exceptions(self) -> tuple[str, ...]:
        """What the site's YAML permits beyond the usual; recorded with each crawl."""
        permitted = {
            "certificates are not verified": not self.verify_tls,
            "private addresses may be asked": self.allow_private or self.replica,
        }
        return tuple(text for text, holds in permitted.items() if holds)

    @field_validator("encoding")
    @classmethod
    def _must_be_known(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                codecs.lookup(encoding)
            except LookupError as error:
                raise ValueError(
                    f"there is no encoding {encoding!r}; most pages are gb18030 or utf-8"
                ) from error
        return encoding

    @field_validator("base_url")
    @classmethod
    def _end_with_slash(cls, value: str) -> str:
        return value if value.endswith("/") else value + "/"

    @model_validator(mode="after")
    def _know_where_the_json_is(self) -> Site:
        if self.platform == "provincial" and not self.api.url and not all(c.api_url for c in self.columns):
            raise ValueError("platform provincial needs api.url, the address of its JSON")
        if self.platform == "generic" and not self.selectors.listing_item:
            raise ValueError("platform generic needs selectors.listing_item, the rows of its listings")
        return self

    @model_validator(mode="after")
    def _allow_own_host(self) -> Site:
        for url in (self.base_url, *(move.base_url for move in self.moves)):
            if (own := urlsplit(url).netloc) not in self.allowed_hosts:
                object.__setattr__(self, "allowed_hosts", (own, *self.allowed_hosts))
        return self

    @model_validator(mode="after")
    def _move_in_order(self) -> Site:
        days = [move.until for move in self.moves]
        if days != sorted(set(days)):
            raise ValueError("moves are to stand in the order of their days, the earliest first")
        return self


def read_site(path: Path, **values: object) -> Site:
    """One site from its YAML file; `values` replace what the file says (the replica's ports).

    Raises:
        SiteError: the file is not YAML, or a field is missing, unknown or wrong.
    """
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=StrictLoader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: {mistakes.of_yaml(error)}") from error
    if not isinstance(content, dict):
        raise SiteError(f"{path}: expected fields of a site, found {type(content).__name__}")
    try:
        return Site.model_validate({"site_id": path.stem, **content, **values})
    except ValidationError as error:
        raise SiteError(f"{path}: {mistakes.of_fields(error.errors(), Site)}") from error


def load_sites(folder: Path = SITES_FOLDER) -> dict[str, Site]:
    """All sites of a folder by `site_id`, which is the file's name.

    Raises:
        SiteError: a file cannot be used, or its `site_id` is not its name, or there is no file.
    """
    sites = {}
    for path in sorted(folder.glob("*.yml")):
        site = read_site(path)
        if site.site_id != path.stem:
            raise SiteError(f"{path}: site_id is {site.site_id!r}, expected the file's name {path.stem!r}")
        sites[site.site_id] = site
    if not sites:
        raise SiteError(f"{folder}: {NO_SITES}")
    return sites


def of_years(site: Site, years: Collection[int]) -> Site:
    """A site as it is crawled to collect some years: its listings to their end, and no other documents."""
    expected = site.assertions.model_copy(update={"minimum_documents": 1})
    return site.model_copy(
        update={"years": tuple(sorted(years)), "full_walk_every": 1, "assertions": expected}
    )


def sites_folder(home: Home, given: Path | None = None) -> Path:
    """Where the site files of an installation are: as given, else in its home, else the bundled ones."""
    own = home.path / "sites"
    return given or (own if own.is_dir() else SITES_FOLDER)


def write_sites(sites: Mapping[str, Site], folder: Path) -> None:
    """Write sites as YAML files that `load_sites` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for site_id, site in sites.items():
        values = site.model_dump(mode="json", exclude_defaults=True, exclude={"site_id"})
        (folder / f"{site_id}.yml").write_text(
            yaml.safe_dump(values, allow_unicode=True, sort_keys=False), "utf-8"
        )
