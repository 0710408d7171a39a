"""A site for tests, as its file and as what is read from it."""

from __future__ import annotations

from scrapers.sites import Site

MINIMAL = """
name: 某市人民政府
region_code: "140900"
base_url: http://www.example.gov.cn
platform: trs_wcm
columns:
  - {name: 部门预算, url: zwgk/bmys/}
contact: https://example.org/contact
"""


def made_site(**fields: object) -> Site:
    """The minimal site, with fields that a test is about."""
    minimal = {
        "site_id": "somewhere",
        "name": "某市人民政府",
        "region_code": "140900",
        "base_url": "http://www.example.gov.cn",
        "platform": "trs_wcm",
        "columns": [{"name": "部门预算", "url": "zwgk/bmys/"}],
        "contact": "https://example.org/contact",
    }
    return Site.model_validate(minimal | fields)
