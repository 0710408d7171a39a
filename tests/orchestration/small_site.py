"""A small government site whose bureaus publish one budget after the other: every run finds something new."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import docx
from docx.document import Document
from docx.table import Table

from scrapers.replica.pages import FOLDER, Resource
from scrapers.replica.server import Replica, serve_contents
from scrapers.sites import Site, read_site

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SITE_ID = "small"


class SmallSite:
    """The site while it is served; `publish` puts the next bureau's budget on it."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self.published = 0

    @property
    def site(self) -> Site:
        """As it is configured: an ordinary site, which happens to be on this machine."""
        path = FOLDER / "sites" / "changde-replica.yml"
        base_url = self._replica.base_urls[SITE_ID]
        site = read_site(path, site_id=SITE_ID, base_url=base_url, replica=False, allow_private=True)
        return site.model_copy(update={"delay_seconds": 0.0, "assertions": type(site.assertions)()})

    def publish(self) -> None:
        """One more article with one more document."""
        self.published += 1
        number, path = self.published, f"/oss/{self.published}.docx"
        article: dict[str, Any] = {
            "path": f"/yjs/{number}",
            "column": "/yjs/",
            "title": f"第{number}局2024年部门预算公开",
            "listed": date(2024, 3, 20),
            "published": date(2024, 3, 20),
            "body": "现予以公开。",
            "attachments": [{"href": path, "text": f"第{number}局2024年部门预算公开表.docx"}],
        }
        content = self._replica.content[SITE_ID]
        content["articles"].insert(0, article)
        kept = {path: r for path, r in self._replica.resources[SITE_ID].items() if path.startswith("/oss/")}
        self._replica.refresh(SITE_ID)
        self._replica.resources[SITE_ID] |= kept | {path: Resource(budget(number), DOCX)}


@contextmanager
def serve_small_site() -> Iterator[SmallSite]:
    """Serve the site on a free port, with two budgets on it."""
    content = {
        "name": "第一县人民政府",
        "templates": "generic",
        "robots": "User-agent: *\nDisallow:\n",
        "columns": [{"path": "/yjs/", "name": "预决算公开", "page_size": 500, "page_path": "p{one_based}"}],
        "articles": [],
    }
    with serve_contents({SITE_ID: content}) as replica:
        small = SmallSite(replica)
        small.publish()
        small.publish()
        yield small


def budget(number: int) -> bytes:
    """The budget of one bureau: its total is its number, in 万元."""
    document = docx.Document()
    for text in (f"第{number}局2024年部门预算", "部门收支总体情况表", "单位：万元"):
        document.add_paragraph(text)
    amount = f"{number}.00"
    summary = _add_table(
        document,
        ("收入", "", "支出", ""),
        ("项目", "金额", "项目", "金额"),
        ("一、一般公共预算", amount, "一、一般公共服务", amount),
        ("本年收入合计", amount, "本年支出合计", amount),
        ("收入总计", amount, "支出总计", amount),
    )
    for left in (0, 2):
        summary.cell(0, left).merge(summary.cell(0, left + 1))
    for text in ("部门支出总体情况表", "单位：万元"):
        document.add_paragraph(text)
    _add_table(
        document,
        ("科目编码", "科目名称", "合计", "基本支出", "项目支出"),
        ("", "合计", amount, amount, ""),
        ("201", "一般公共服务支出", amount, amount, ""),
        ("20113", "商贸事务", amount, amount, ""),
        ("2011301", "行政运行", amount, amount, ""),
    )
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_table(document: Document, *rows: tuple[str, ...]) -> Table:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table
