"""What titles say: disclosure or not, year, phase, scope, agency."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.titles import Facts, Verdict, facts, fullest, judge

with Path(__file__).with_name("titles.csv").open(encoding="utf-8", newline="") as lines:
    TITLES = list(csv.DictReader(lines))


@pytest.mark.parametrize(
    "title",
    [
        "忻州市商务局2024年度部门预算公开说明",
        "2026年郑州市商务局所属单位预算公开",
        "2023年度中共驻马店市委宣传部部门决算公开",
        "2024 年 驻马店市商务局 部门预算公开",
        "驻马店市政府采购中心2024年部门预算",
        "某市会议中心2024年单位预算",
        "苏州市科技局本级2026年度整体预算绩效目标表",
        "某局2024年“三公”经费预算情况",
    ],
)
def test_disclosures(title: str):
    assert judge(title).verdict is Verdict.DISCLOSURE


@pytest.mark.parametrize(
    "title",
    [
        "忻州市商务局办公设备采购项目中标公告",
        "2025年度政府采购意向公告（第二批）",
        "忻州市2024年政府采购集中采购目录及限额标准",
        "关于印发《驻马店市市级部门预算绩效管理办法》的通知",
        "全市财政工作会议召开",
        "忻州市2023年预算执行情况和2024年预算草案的报告",
        "石家庄市商务局公开招聘工作人员公告",
        "关于批复2025年第一次预算调整事项的通知",
    ],
)
def test_other_articles(title: str):
    assert judge(title, "部门预算").verdict is Verdict.OTHER


@pytest.mark.parametrize("row", TITLES, ids=lambda row: row["title"])
def test_titles_of_many_cities(row: dict[str, str]):
    """`*` stands for facts that nobody needs."""
    verdict = judge(row["title"], "部门预决算公开").verdict
    assert verdict in row["verdicts"].split()
    said = facts(row["title"])
    for name in ("fiscal_year", "phase", "scope", "agency_name"):
        if verdict is Verdict.DISCLOSURE and row[name] != "*":
            assert str(getattr(said, name)) == row[name], name


def test_a_page_titled_with_a_name_is_decided_by_its_attachments():
    assert judge("市商务局", "部门预算").verdict is Verdict.UNDECIDED
    judged = judge("市商务局", "部门预算", ("2024年部门预算公开.pdf",))
    assert judged.verdict is Verdict.DISCLOSURE
    assert "附件: 预决算公开 +2" in judged.reason


def test_attachments_do_not_redeem_what_is_plainly_something_else():
    assert judge("某项目中标公告", "", ("2024年部门预算公开.pdf",)).verdict is Verdict.OTHER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("忻州市商务局2024年度部门预算公开说明", Facts(2024, "budget", "department", "忻州市商务局")),
        ("2026年郑州市商务局所属单位预算公开", Facts(2026, "budget", "unit", "郑州市商务局")),
        (
            "秦皇岛市工业和信息化局2024年部门预算.pdf",
            Facts(2024, "budget", "department", "秦皇岛市工业和信息化局"),
        ),
        ("二〇二四年忻州市商务局部门预算", Facts(2024, "budget", "department", "忻州市商务局")),
        (
            "中共石家庄市委宣传部2023年度部门决算公开",
            Facts(2023, "final_account", "department", "中共石家庄市委宣传部"),
        ),
        ("2024年度部门决算（驻马店市商务局）", Facts(2024, "final_account", "department", "驻马店市商务局")),
        ("附件1：2025年某县人民法院部门预算公开表.xlsx", Facts(2025, "budget", "department", "某县人民法院")),
        ("苏州市科技局本级2026年度整体预算绩效目标表", Facts(2026, "budget", "unit", "苏州市科技局")),
        ("忻州市信息中心2024年单位预算", Facts(2024, "budget", "unit", "忻州市信息中心")),
        ("部门预决算公开", Facts(None, None, "department", None)),
        ("附件1", Facts()),
        ("局机关2024年部门预算", Facts(2024, "budget", "department", None)),
        ("2022-2024年", Facts()),
        ("2022年决算与2023年预算", Facts(2022, "final_account", None, None)),
    ],
)
def test_facts(text: str, expected: Facts):
    assert facts(text) == expected


def test_what_is_said_first_has_precedence_and_gaps_are_filled():
    link, page = Facts(fiscal_year=2023), Facts(2024, "budget", None, "某市商务局")
    assert link.or_else(page) == Facts(2023, "budget", None, "某市商务局")


def test_a_link_s_short_name_is_the_full_one_of_its_page():
    assert fullest("财政局", ["本溪市财政局", None, "本溪市人民政府"]) == "本溪市财政局"
    assert fullest("财政局", ["本溪市审计局"]) == "财政局"
    assert fullest(None, ["本溪市财政局"]) is None


@given(st.text())
def test_any_text_is_judged(text: str):
    judge(text, text, (text,))
    facts(text)
