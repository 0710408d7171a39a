"""`mingzhang sites check`, `status` and `add`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import yaml
from typer.testing import CliRunner

from orchestration.sites_cli import app
from scrapers.check import SCHEMA, check_folder, region_names, schema_text
from scrapers.layout import columns_named
from scrapers.pages import Page
from scrapers.recognise import recognise
from scrapers.replica import ALL_SITES, serve
from scrapers.schedule import next_run
from scrapers.sites import load_sites, read_site
from scrapers.status import site_statuses
from tests.scrapers.made_sites import MINIMAL
from warehouse.home import Home
from warehouse.record.events import CrawlFinished, Event
from warehouse.record.log import EventLog


def test_shipped_sites_have_no_mistakes_and_their_regions_are_in_gb_t_2260():
    assert check_folder() == []
    sites, regions = load_sites(), region_names()
    assert len(sites) >= 33
    for site in sites.values():
        assert site.name.startswith(regions[site.region_code]), site.site_id
        assert all(
            site.allows(urlsplit(urljoin(site.base_url, column.url)).netloc) for column in site.columns
        )


def test_the_schema_for_editors_is_current():
    assert SCHEMA.read_text("utf-8") == schema_text(), "write it again: mingzhang sites check --schema"
    schema = json.loads(schema_text())
    assert schema["required"] == ["name", "region_code", "base_url", "platform", "columns", "contact"]
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"140900"', '"999999"'), "region_code: GB/T 2260 has no region 999999"),
        (("zwgk/bmys/", "http://elsewhere.gov.cn/"), "elsewhere.gov.cn, which is not among allowed_hosts"),
        (("contact:", "delay_seconds: 0.1\ncontact:"), "0.1 is impolite"),
        (("contact:", 'schedule: "99 2 * * *"\ncontact:'), "'99 2 \\* \\* \\*' is not a cron string"),
        (("contact:", 'schedule: "0 12 * * *"\ncrawl_between: "20:00-07:00"\ncontact:'), "falls outside of"),
        (("contact:", "timezone: Asia/Nowhere\ncontact:"), "timezone: there is no 'Asia/Nowhere'"),
        (("trs_wcm", "provincial"), "needs api.url"),
        (("trs_wcm", "generic"), "needs selectors.listing_item"),
        (("contact:", "selectors: {content: 'div['}\ncontact:"), "selectors.content: .*div"),
        (("contact:", 'allowed_hosts: ["*"]\ncontact:'), "allowed_hosts"),
        (("contact:", "contcat:"), "contact: missing; contcat: unknown field; did you mean contact?"),
        (("contact:", "selectors: {listing_itm: li}\ncontact:"), "did you mean listing_item?"),
        (("url: zwgk", "adress: zwgk"), "columns.0.url: missing; columns.0.adress: unknown field"),
        (("trs_wcm", "trs-wcm"), "'trs-wcm' is none of .*; did you mean trs_wcm?"),
        (('"140900"', "140900"), "six digits of GB/T 2260 in quotes.*found 140900"),
        (("http://www", "www"), "base_url: expected an address that begins with http://"),
        (("contact:", 'schedule: "30 2 * *"\ncontact:'), "schedule: expected five cron fields"),
        (
            ("contact:", "crawl_between: 20-7\ncontact:"),
            'expected two times in quotes, such as "20:00-07:00"',
        ),
        (
            ("contact:", "allowed_hosts: ['http://czj.example.gov.cn/']\ncontact:"),
            "allowed_hosts.0: expected a host such as .*without http://",
        ),
        (("contact:", "delay_seconds: -1\ncontact:"), "delay_seconds: must be at least 0"),
        (("contact:", "delay_seconds: slow\ncontact:"), "delay_seconds: expected a number"),
        (("contact:", "verify_tls: perhaps\ncontact:"), "verify_tls: expected true or false"),
        (("contact:", "encoding: gbk2312\ncontact:"), "there is no encoding 'gbk2312'"),
        (("contact:", "admdiv: 1409\ncontact:"), "admdiv: expected nine digits in quotes"),
        (("contact:", "selectors: {content: '//div[@id='}\ncontact:"), "XPath error: Invalid expression"),
        (
            (
                "contact:",
                "assertions: {minimum_documents_per_year: 9, maximum_documents_per_year: 3}\ncontact:",
            ),
            "minimum_documents_per_year 9 is more than maximum_documents_per_year 3",
        ),
        (
            ("url: zwgk/bmys/}", "url: zwgk/bmys/, phase: 预算}"),
            "'预算' is none of 'budget' or 'final_account'",
        ),
        (("contact:", "name: 另一个\ncontact:"), "name is written twice"),
        (("  - {", "\t- {"), "line 7: .*indent with blanks"),
        (("contact:", "site_id: elsewhere\ncontact:"), "'elsewhere', expected the file's name 'bad'"),
        (
            ("contact:", "platform: provincial\napi: {url: 'q?d={admdv}&p={page}'}\ncontact:"),
            "nothing fills in {admdv}; did you mean {admdiv}?",
        ),
        (
            ("contact:", "platform: provincial\napi: {url: SAY-WHERE-THE-JSON-IS}\ncontact:"),
            "api.url: still to be said",
        ),
    ],
)
def test_mistakes_in_plain_words(tmp_path: Path, change: tuple[str, str], message: str):
    text = MINIMAL.replace("platform: trs_wcm\n", "") if "platform: provincial" in change[1] else MINIMAL
    (tmp_path / "bad.yml").write_text(text.replace(*change), "utf-8")
    (tmp_path / "good.yml").write_text(MINIMAL.replace("zwgk", "gk"), "utf-8")
    (mistake,) = check_folder(tmp_path)
    assert mistake.path.name == "bad.yml"
    assert re.search(message, mistake.message), mistake.message
    done = CliRunner().invoke(app, ["check", "--sites", str(tmp_path)])
    assert (done.exit_code, "bad.yml" in done.output) == (1, True)


def test_a_folder_without_mistakes_is_said_to_be(tmp_path: Path):
    (tmp_path / "good.yml").write_text(MINIMAL, "utf-8")
    done = CliRunner().invoke(app, ["check", "--sites", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, f"{tmp_path}: no mistakes in 1 site files\n")


def test_a_folder_without_sites_is_a_mistake(tmp_path: Path):
    for command in ("check", "status"):
        done = CliRunner().invoke(app, [command, "--sites", str(tmp_path), "--home", str(tmp_path / "home")])
        assert done.exit_code == 1
        assert f"{tmp_path}: no site YAML files here" in done.output


def test_every_replica_host_is_recognised_by_a_listing_page():
    told = {}
    with serve(0, [site_id for site_id in ALL_SITES if site_id != "changde-replica"]) as replica:
        for site_id, site in replica.sites.items():
            url = urljoin(site.base_url, site.columns[0].url)
            parts = urlsplit(url)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            text = replica.resources[site_id][path].body.decode("gb18030", "replace")
            told[site.platform] = recognise(Page(url, text))[0].platform
    assert told == {platform: platform for platform in told}
    assert len(told) == 7


def test_status_from_the_log(tmp_path: Path):
    (tmp_path / "a.yml").write_text(MINIMAL + 'schedule: "30 2 * * *"\njitter_minutes: 0\n', "utf-8")
    site = read_site(tmp_path / "a.yml")
    ends = [("finished", 5, 2), ("finished", 5, 0), ("no entries", 0, 0), ("stopped", 0, 0)]
    with EventLog.open(Home(tmp_path).event_log) as log:
        for day, (reason, linked, stored) in enumerate(ends, 1):
            end = CrawlFinished(
                reason=reason,
                requests=9,
                outcomes={},
                listing_entries=5,
                documents_linked=linked,
                documents_stored=stored,
            )
            at = datetime(2026, 3, day, tzinfo=UTC)
            log.append([Event(payload=end, run_id=f"r{day}", site_id="a", occurred_at=at)])
    (status,) = site_statuses(Home(tmp_path), {"a": site}, datetime(2026, 3, 5, 12, tzinfo=UTC))
    assert status.last_success_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert status.last_new_documents_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (status.documents_linked, status.failures_in_a_row, status.last_reason) == (5, 2, "stopped")
    assert status.next_run_at == datetime(2026, 3, 5, 18, 30, tzinfo=UTC), "02:30 in Shanghai"
    done = CliRunner().invoke(app, ["status", "--sites", str(tmp_path), "--home", str(tmp_path)])
    assert (done.exit_code, "2026-03-02" in done.output) == (0, True)


def test_asking_for_the_status_begins_no_record(tmp_path: Path):
    (tmp_path / "a.yml").write_text(MINIMAL, "utf-8")
    home = tmp_path / "home"
    done = CliRunner().invoke(app, ["status", "--sites", str(tmp_path), "--home", str(home)])
    assert (done.exit_code, "never" in done.output, home.exists()) == (0, True, False)


def test_add_drafts_a_site_and_a_fixture_that_awaits_its_review(tmp_path: Path):
    with serve(0, ["jiangmen-replica"]) as replica:
        url = replica.sites["jiangmen-replica"].base_url + "gkmlpt/index#613"
        order = ["add", url, "--contact", "https://example.org", "--id", "jiangmen", "--allow-private"]
        order += ["--sites", str(tmp_path / "sites"), "--fixtures", str(tmp_path / "fixtures")]
        done = CliRunner().invoke(app, order)
        assert done.exit_code == 0, done.output
        again = CliRunner().invoke(app, order)
    assert (again.exit_code, "choose another --id" in again.output) == (1, True)
    site = read_site(tmp_path / "sites" / "jiangmen.yml")
    assert (site.platform, site.region_code, site.verified) == ("gkmlpt", "440700", False)
    assert site.columns[0].url == "gkmlpt/index#613"
    expected = yaml.safe_load((tmp_path / "fixtures" / "jiangmen" / "expected.yml").read_text("utf-8"))
    assert expected["reviewed"] is False
    assert len(expected["data.txt"]["entries"]) == 4
    assert expected["article.html"]["agency_name"] == "江门市商务局"
    assert check_folder(tmp_path / "sites") == []


def test_add_of_an_unknown_system_drafts_rows_that_look_like_a_listing(tmp_path: Path):
    names = ("商务局", "民政局", "审计局", "水利局")
    rows = "".join(
        f'<p class="r"><a href="/yjs/{number}">常德市{name}2024年部门预算公开</a> 2024-03-01</p>'
        for number, name in enumerate(names, 7000)
    )
    with serve(0, ["changde-replica"]) as replica:
        replica.change("changde-replica", "/yjs/", body=f"<html><body>{rows}</body></html>".encode())
        url = replica.sites["changde-replica"].base_url + "yjs/"
        order = ["add", url, "--contact", "https://example.org", "--id", "changde", "--allow-private"]
        order += ["--sites", str(tmp_path / "sites"), "--fixtures", str(tmp_path / "fixtures")]
        done = CliRunner().invoke(app, order)
    assert (done.exit_code, "no platform is told by this page" in done.output) == (0, True), done.output
    assert re.search(r"seen: 4 rows //\S+: 4 with a day, 4 titled like budget disclosures", done.output)
    site = read_site(tmp_path / "sites" / "changde.yml")
    assert (site.platform, site.selectors.listing_item) == ("generic", "//p[@class='r']")
    expected = yaml.safe_load((tmp_path / "fixtures" / "changde" / "expected.yml").read_text("utf-8"))
    assert [entry["verdict"] for entry in expected["listing.html"]["entries"]] == ["disclosure"] * 4
    assert expected["article.html"]["agency_name"] == "常德市商务局"


def test_add_of_a_home_page_takes_the_columns_that_it_names():
    page = Page(
        "http://www.example.gov.cn/",
        "<html><body><a href='/zwgk/bmyjs/'>部门预决算</a><a href='/czxx.html'>财政信息</a>"
        "<a href='http://www.mof.gov.cn/'>预决算公开平台</a><a href='/gk/'>机构概况</a>"
        "<a href='/xwzx/content/post_1.html'>要闻</a></body></html>",
    )
    assert columns_named(page) == {
        "http://www.example.gov.cn/zwgk/bmyjs/": "部门预决算",
        "http://www.example.gov.cn/czxx.html": "财政信息",
    }


def test_add_says_what_it_cannot_do(tmp_path: Path):
    with serve(0, ["changde-replica"]) as replica:
        url = replica.sites["changde-replica"].base_url + "zixun/x"
        done = CliRunner().invoke(app, ["add", url, "--contact", "x", "--sites", str(tmp_path)])
    assert (done.exit_code, "404" in done.output) == (1, True)


def test_the_next_run_follows_the_site_s_clock(tmp_path: Path):
    (tmp_path / "a.yml").write_text(MINIMAL + 'schedule: "0 20 * * 1"\njitter_minutes: 0\n', "utf-8")
    run = next_run(read_site(tmp_path / "a.yml"), datetime(2026, 3, 2, 11, 59, tzinfo=UTC))
    assert run == datetime(2026, 3, 2, 12, 0, tzinfo=UTC), "Monday 20:00 in Shanghai"


def test_night_windows(tmp_path: Path):
    (tmp_path / "a.yml").write_text(MINIMAL + 'crawl_between: "20:00-07:00"\n', "utf-8")
    site = read_site(tmp_path / "a.yml")
    hours = [hour for hour in range(24) if site.is_open(datetime(2026, 3, 2, hour, tzinfo=UTC))]
    assert hours == [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22], "in Shanghai 20 to 6"
