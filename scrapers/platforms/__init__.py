"""One spider class per content management system; what differs between cities is in their YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapers.platforms.base import GovernmentSpider


def spider_for(platform: str) -> type[GovernmentSpider]:
    """The spider class of a platform. Imports Scrapy, which takes a second or two."""
    from scrapers.platforms.matrix import MatrixSpider  # noqa: PLC0415 - see above
    from scrapers.platforms.one_based import OneBasedSpider  # noqa: PLC0415
    from scrapers.platforms.trs_wcm import TrsWcmSpider  # noqa: PLC0415

    spiders: tuple[type[GovernmentSpider], ...] = (TrsWcmSpider, OneBasedSpider, MatrixSpider)
    return {spider.name: spider for spider in spiders}[platform]
