"""What the replica's sites answer, rendered from content (YAML) and templates (Jinja2): path → `Resource`."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER / "documents"
TIMEZONE = ZoneInfo("Asia/Shanghai")

Content = dict[str, Any]
"""One site's content as in its YAML file; see content/README.md for the fields."""


@dataclass(frozen=True, slots=True)
class Resource:
    """The answer to one path; frozen, so a test that changes behaviour puts another one in its place."""

    body: bytes
    content_type: str
    status: int = 200
    last_modified: str | None = None
    """An HTTP date."""
    delay_seconds: float = 0
    """Waited before answering."""
    cut_after: int | None = None
    """Bytes after which the connection is dropped, though Content-Length promised more."""
    ignore_conditions: bool = False
    """Always answer with the body, as servers without validators do."""
    headers: tuple[tuple[str, str], ...] = ()
    needs_referer: bool = False
    """Whether requests that do not say which page they come from are refused."""
    needs_field: str = ""
    """A field without which a form is refused."""

    @property
    def etag(self) -> str:
        """A strong validator of the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


def render(content: Content) -> dict[str, Resource]:
    """All resources of a site, by path and query with percent-encoding undone."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = lambda path, encoding="utf-8": quote(
        path, safe="/:?=&%", encoding=encoding
    )
    environment.globals["include_document"] = lambda name: Markup((DOCUMENTS / name).read_text("utf-8"))  # noqa: S704 - our own file

    def page(template: str, on: date | datetime | None, **values: object) -> Resource:
        text = environment.get_template(f"{content['templates']}/{template}").render(site=content, **values)
        body = text.encode(content.get("encoding", "utf-8"))
        return Resource(body, content.get("content_type", "text/html; charset=utf-8"), 200, _http_date(on))

    resources = {"/": page("home.html", None), "/robots.txt": _plain(content["robots"])}
    for column in content.get("columns", ()):
        resources.update(_listing_pages(content, column, page))
    for article in content.get("articles", ()):
        resources[article["path"]] = page("article.html", article["published"], article=article)
        resources.update(_files(article.get("attachments", ()), article["path"], article["published"]))
    if "matrix" in content:
        matrix = content["matrix"]
        resources[matrix["path"]] = page("matrix.html", None, matrix=matrix)
        for department in matrix["departments"]:
            for links in department["years"].values():
                resources.update(_files(links, matrix["path"], matrix["updated"]))
    return resources


def _listing_pages(content: Content, column: Content, page: Any) -> Iterator[tuple[str, Resource]]:  # noqa: ANN401
    """Pages of one column; `page_path` of the content says how page k (from 1) is called after the first.

    Where it has a `data_path`, the column page is a shell and that is where its script finds the entries;
    where it has a `details_path` too, these are departments, and that is where it finds the files of each.
    """
    entries = [article for article in content["articles"] if article["column"] == column["path"]]
    size = column["page_size"]
    count = max(1, -(-len(entries) // size))
    if "data_path" in column:
        yield column["path"], page("listing.html", None, column=column, all_entries=entries)
    for number in range(1, count + 1):
        part = entries[(number - 1) * size : number * size]
        known = {"column": column, "entries": part, "all_entries": entries, "number": number, "count": count}
        if "data_path" in column:
            start, end = (number - 1) * size + 1, min(number * size, len(entries))
            path = column["data_path"].format(one_based=number, start=start, end=end)
            data = {
                "content_type": column["data_type"],
                "needs_referer": column.get("data_needs_referer", False),
            }
            yield path, replace(page("data.txt", None, **known), **data)
            for article in part if "details_path" in column else ():
                details = replace(page("details.txt", None, article=article), **data)
                yield column["details_path"].format(**article), details
            continue
        resource = replace(page("listing.html", None, **known), needs_field=column.get("page_needs", ""))
        suffix = column["page_path"].format(zero_based=number - 1, one_based=number) if number > 1 else ""
        path = column["path"] + (suffix or column.get("first_page", ""))
        yield path, resource
        if number == 1:
            resource = replace(resource, needs_field="")
            yield column["path"], resource
            if "?" in column["path"]:
                yield column["path"] + column["page_path"].format(one_based=1), resource


def _files(links: Any, page_path: str, on: date | datetime) -> Iterator[tuple[str, Resource]]:  # noqa: ANN401
    """The files that a page links to, except those that are not there."""
    for link in links:
        if "file" in link:
            path = DOCUMENTS / link["file"]
            body = path.read_bytes()[: link.get("first_bytes")]
        elif "body" in link:
            body = link["body"].encode()
        else:
            continue
        href = link["href"]
        content_type = mimetypes.guess_type(href)[0] or "application/octet-stream"
        yield (
            urljoin(page_path, href),
            Resource(
                body,
                link.get("content_type", content_type),
                link.get("status", 200),
                _http_date(link.get("on", on)),
                headers=tuple(_disposition(link)),
            ),
        )


def _disposition(link: Content) -> Iterator[tuple[str, str]]:
    """The file's name as old servers send it: raw GBK bytes."""
    if "disposition" in link:
        yield (
            "Content-Disposition",
            f"attachment; filename={link['disposition'].encode('gbk').decode('latin-1')}",
        )


def _plain(text: str) -> Resource:
    return Resource(text.encode(), "text/plain; charset=utf-8")


def _http_date(moment: date | datetime | None) -> str | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(9))
    return format_datetime(moment.replace(tzinfo=TIMEZONE).astimezone(UTC), usegmt=True)
