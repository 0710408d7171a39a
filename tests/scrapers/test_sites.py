"""Sites as YAML: what is read, and what mistakes are told in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.replica.pages import FOLDER
from scrapers.sites import SiteError, load_sites, read_site
from tests.scrapers.made_sites import MINIMAL


def write(folder: Path, text: str, name: str = "somewhere.yml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_sites_are_valid_and_await_a_first_crawl():
    sites = load_sites()
    seeds = {"qinhuangdao": "130300", "xinzhou": "140900", "zhumadian": "411700"}
    assert seeds.items() <= {site_id: site.region_code for site_id, site in sites.items()}.items()
    assert not any(site.verified for site in sites.values())
    assert all(site.delay_seconds >= 1 for site in sites.values())


def test_a_minimal_site_gets_its_name_from_the_file_and_polite_defaults(tmp_path: Path):
    site = read_site(write(tmp_path, MINIMAL))
    assert site.site_id == "somewhere"
    assert site.base_url == "http://www.example.gov.cn/"
    assert site.allowed_hosts == ("www.example.gov.cn",)
    assert (site.timezone, site.delay_seconds, site.verified) == ("Asia/Shanghai", 3.0, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("contact:", "contcat:"), "contcat: unknown field"),
        (("contact: https://example.org/contact", ""), "contact: missing"),
        (('"140900"', '"1409"'), r"region_code: .*'1409'"),
        (("trs_wcm", "joomla"), "platform: .*joomla"),
        (("http://", "ftp://"), "base_url: .*ftp"),
        (
            ("url: zwgk/bmys/", "link: zwgk/bmys/"),
            r"columns\.0\.url: missing; columns\.0\.link: unknown field",
        ),
        (("columns:\n  - {name: 部门预算, url: zwgk/bmys/}", "columns: []"), "columns: "),
        (("name: 某市", "name: [某市"), "not a YAML file"),
    ],
)
def test_mistakes_name_the_file_and_the_field(tmp_path: Path, change: tuple[str, str], message: str):
    path = write(tmp_path, MINIMAL.replace(*change))
    with pytest.raises(SiteError, match=f"(?s)somewhere.yml: .*{message}"):
        load_sites(tmp_path)
    assert path.exists()


def test_a_site_id_must_be_the_file_s_name(tmp_path: Path):
    write(tmp_path, MINIMAL + "site_id: elsewhere\n")
    with pytest.raises(SiteError, match="site_id is 'elsewhere', expected the file's name 'somewhere'"):
        load_sites(tmp_path)


def test_the_replica_s_sites_need_only_a_port():
    for path in (FOLDER / "sites").glob("*.yml"):
        site = read_site(path, base_url="http://127.0.0.1:8731/")
        assert site.allowed_hosts == ("127.0.0.1:8731",)
