"""Where listings go on: forms, grids, questions behind shells, lists of lists."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from scrapers.forms import posted, posted_json, sending
from scrapers.pages import Page
from scrapers.platforms import read_listing
from scrapers.platforms.listing import ListingPage
from scrapers.platforms.questions import asked, page_number, question
from scrapers.sites import Api, Column, PlatformName, Selectors, Site
from tests.scrapers.made_sites import made_site

HOST = "http://www.example.gov.cn"
COLUMN = Column(name="部门预决算公开", url="zwgk/bmys/")


def site(platform: PlatformName, **fields: object) -> Site:
    return made_site(platform=platform, columns=(COLUMN,), **fields)


def read(platform: PlatformName, body: str, url: str = f"{HOST}/zwgk/bmys/", **fields: object) -> ListingPage:
    return read_listing(Page(url, f"<html><body>{body}</body></html>"), COLUMN, site(platform, **fields))


def test_what_an_address_with_a_form_sends():
    assert sending("http://a/x?y=1").body is None
    form = sending(posted("http://a/list.do", {"region": "321000000", "名": "市 局"}))
    assert (form.url, form.content_type) == ("http://a/list.do", "application/x-www-form-urlencoded")
    assert unquote(form.body or "") == "region=321000000&名=市+局"
    data = sending(posted_json("http://a/list.do", {"page": 2, "name": "局"}))
    assert (data.body, data.content_type) == ('{"page": 2, "name": "局"}', "application/json")


def test_a_grid_s_pages_want_its_hidden_fields_back():
    grid = (
        '<form method="post" action="List.aspx?cid=3"><input type="hidden" name="__VIEWSTATE" value="s1">'
        '<a href="Show.aspx?id=7">某局2024年部门预算</a> 2024/3/1'
        "<a href=\"javascript:__doPostBack('G','Page$1')\">1</a>"
        "<a href=\"javascript:__doPostBack('G','Page$2')\">2</a>"
        "<a href=\"javascript:__doPostBack('G','Page$11')\">...</a></form>"
    )
    listing = read("dynamic", grid, f"{HOST}/List.aspx?cid=3")
    assert [unquote(url.partition("#post:")[2]) for url in listing.pages] == [
        "__EVENTTARGET=G&__EVENTARGUMENT=Page$2",
        "__EVENTTARGET=G&__EVENTARGUMENT=Page$11",
    ]
    sent = sending(listing.pages[0], Page(f"{HOST}/List.aspx?cid=3", grid))
    assert sent.url == f"{HOST}/List.aspx?cid=3"
    assert unquote(sent.body or "") == "__VIEWSTATE=s1&__EVENTTARGET=G&__EVENTARGUMENT=Page$2"


def test_a_link_that_only_says_next_is_another_one_on_every_page():
    button = (
        "<form><input type=hidden name=__VIEWSTATE value=s>"
        "<a href=\"javascript:__doPostBack('next','')\">下一页</a></form>"
    )
    (second,) = read("dynamic", button, f"{HOST}/List.aspx").pages
    (third,) = read("dynamic", button, second).pages
    assert second != third
    assert sending(second, Page(HOST, button)).body == sending(third, Page(HOST, button)).body


@pytest.mark.parametrize(
    ("link", "pages"),
    [
        ('<a href="czyjs/2.htm">下页</a>', 1),
        ('<a href="?p=2">下一页&gt;</a>', 1),
        ('<a href="/xwzx/index.html">&gt;&gt;</a>', 0),
        ('<a href="javascript:void(0)">下一页</a>', 0),
        ('<a href="#">下一页</a>', 0),
    ],
)
def test_links_that_say_next(link: str, pages: int):
    assert len(read("generic", link, selectors=Selectors(listing_item="li")).pages) == pages


def test_as_many_entries_as_the_page_says():
    entry = '<li><a href="t20240301_1.html">某局2024年部门预算</a> 2024-03-01</li>'
    assert read("trs_wcm", f"{entry}<div>共 57 条</div>").total == 57
    assert read("trs_wcm", entry).total is None


def test_pages_counted_by_variables_of_the_script():
    script = (
        "<script>var currentPage=0; var countPage = 3;"
        "createPageHTML(countPage, currentPage, 'index', 'shtml');</script>"
    )
    assert read("trs_wcm", script).pages == tuple(f"{HOST}/zwgk/bmys/index_{n}.shtml" for n in (1, 2))
    definition = "<script>function createPageHTML(count, now, name, suffix) { }</script>"
    assert read("trs_wcm", definition).pages == ()


def test_a_column_of_departments_is_a_list_of_lists():
    departments = "".join(
        f'<li><a href="./{n}/">市{name}局</a></li>' for n, name in enumerate(["审计", "林业", "水利"])
    )
    named = read("trs_wcm", f"<ul>{departments}</ul>")
    assert [(found.title, found.facts.agency_name) for found in named.listings] == [
        ("市审计局", "市审计局"),
        ("市林业局", "市林业局"),
        ("市水利局", "市水利局"),
    ]
    selected = read(
        "trs_wcm", '<p class=y><a href="2023/">往年</a></p>', selectors=Selectors(sub_listing="p.y a")
    )
    assert (named.is_guessed, selected.is_guessed) == (True, False)
    assert [found.url for found in selected.listings] == [f"{HOST}/zwgk/bmys/2023/"]


def test_questions_are_told_by_their_addresses():
    api = Api(
        url="/dept.do",
        form={"region": "{admdiv}", "pageNo": "{page}"},
        details=Api(url="/files.do", json_body={"dept": "{id}", "page": "{page}"}),
    )
    values = {"admdiv": "321000000"}
    first = question(api, HOST, values)
    assert first == f"{HOST}/dept.do#post:region=321000000&pageNo={{page}}"
    assert asked(first.replace("{page}", "4"), api, HOST, values) == (api, first)
    assert page_number(first.replace("{page}", "4"), first, 1) == 4
    assert api.details is not None
    files = question(api.details, HOST, {"id": "D7"})
    assert sending(files.replace("{page}", "1")).body == '{"dept": "D7", "page": 1}'
    assert asked(files.replace("{page}", "1"), api, HOST, values) == (api.details, files)


def test_departments_lead_to_questions_of_their_own_and_these_to_files():
    fields = {
        "api": {
            "url": "/dept.do",
            "form": {"pageNo": "{page}"},
            "fields": {"title": "departmentname"},
            "details": {"url": "/files.do", "form": {"id": "{id}"}, "entry_url": "/down.do?f={fileid}"},
        }
    }
    (first,) = read("provincial", "", **fields).pages
    answer = Page(
        first,
        '{"total": 3, "rows": [{"id": "D1", "departmentname": "扬州市审计局"},'
        ' {"id": "D2", "departmentname": "扬州市林业局"}]}',
    )
    departments = read_listing(answer, COLUMN, site("provincial", **fields))
    assert departments.entries == ()
    assert departments.pages == (f"{HOST}/dept.do#post:pageNo=2",)
    assert [found.facts.agency_name for found in departments.listings] == ["扬州市审计局", "扬州市林业局"]
    files = Page(
        departments.listings[0].url, '{"data": [{"fileid": "F9", "filename": "2024年部门预算.pdf"}]}'
    )
    (entry,) = read_listing(files, COLUMN, site("provincial", **fields)).entries
    assert entry.url == f"{HOST}/down.do?f=F9"


def test_newer_hanweb_builds_its_pages_from_units():
    markup = (
        '<li><a href="/c1/2024/c_1.shtml" title="某局2024年部门预算">某局</a><span>2024-03-01</span></li>'
        """<div querydata="{'webId':'7','pageId':'21404'}" """
        """paramjson="{'pageNo':'1','pageSize':'1'}" count="3"></div>"""
    )
    listing = read("hanweb", markup, f"{HOST}/col/col21404/index.html")
    assert listing.total == 3
    assert [unquote(url).rpartition("paramJson=")[2] for url in listing.pages] == [
        '{"pageNo":2,"pageSize":1}',
        '{"pageNo":3,"pageSize":1}',
    ]
    unit = Page(
        listing.pages[0], '{"data": {"html": "<li><a href=/c1/2.shtml>市局2024年预算</a>2024-03-02</li>"}}'
    )
    (entry,) = read_listing(unit, COLUMN, site("hanweb")).entries
    assert entry.url == f"{HOST}/c1/2.shtml"


def test_a_data_proxy_that_wants_a_form():
    script = """<script>$("#1").jpage({ajaxParam:{columnid:81,unitid:'42',webid:7}, totalRecord:4, perPage:1,
        proxyUrl:'/module/web/jpage/dataproxy.jsp'})</script>"""
    shell = read("hanweb", script, f"{HOST}/col/col81/index.html", api={"method": "POST"})
    assert [unquote(url).partition("?")[2] for url in shell.pages] == [
        "startrecord=1&endrecord=3&perpage=1#post:webid=7&columnid=81&unitid=42",
        "startrecord=4&endrecord=4&perpage=1#post:webid=7&columnid=81&unitid=42",
    ]
