"""Each identity on made documents: one where it holds, one where it fails, one where a part is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pytest

from tests.dbt.conftest import Record
from tests.recognitions import sha
from tests.tables.made_tables import document
from warehouse.build import build
from warehouse.home import Home
from warehouse.tables import recognise

pytestmark = pytest.mark.slow

COVER = "2024年某市商务局部门预算"
UNIT = "单位：万元"


@dataclass(frozen=True)
class Case:
    """Blocks of a document, with `{}` where the figure stands that decides."""

    check: str
    blocks: Sequence[str]
    holds: str
    fails: str
    missing: Sequence[str]
    """Blocks without a part of the identity."""

    def document(self, figure: str) -> tuple[str, ...]:
        return (COVER, *(block.replace("{}", figure) for block in self.blocks))


def _table(title: str, rows: str, *below: str) -> tuple[str, ...]:
    return (title, UNIT, rows, *below)


def _changed(blocks: Sequence[str], changes: dict[str, str]) -> tuple[str, ...]:
    """The blocks with texts of theirs replaced."""
    for printed, other in changes.items():
        assert any(printed in block for block in blocks)
        blocks = [block.replace(printed, other) for block in blocks]
    return tuple(blocks)


SUMMARY = _table(
    "部门收支总表",
    """收入|<|支出|<
    项目|预算数|项目|预算数
    一、一般公共预算拨款收入|8.00|一、一般公共服务支出|6.00
    二、其他收入|1.00|二、教育支出|{}
    本年收入合计|9.00|本年支出合计|9.00
    上年结转|1.00|结转下年|1.00
    收入总计|10.00|支出总计|10.00""",
)
EXPENDITURE = _table(
    "部门支出总表",
    """科目编码|科目名称|合计|基本支出|项目支出
    201|一般公共服务支出|9.00|5.00|4.00
    20113|商贸事务|9.00|5.00|4.00
    2011301|行政运行|5.00|5.00|
    2011308|招商引资|4.00||4.00
    |合计|9.00|5.00|4.00""",
)
BASIC = _table(
    "一般公共预算基本支出表",
    """科目编码|科目名称|合计|人员经费|公用经费
    301|工资福利支出|3.00|3.00|
    30108|机关事业单位基本养老保险缴费|1.00|1.00|
    30113|住房公积金|2.00|2.00|
    302|商品和服务支出|2.00||2.00
    30217|公务接待费|0.50||0.50
    30239|其他交通费用|1.50||1.50
    |合计|5.00|3.00|2.00""",
)
GENERAL = _table(
    "一般公共预算支出表",
    """科目编码|科目名称|合计|基本支出|项目支出
    208|社会保障和就业支出|5.00|5.00|
    20805|行政事业单位养老支出|5.00|5.00|
    2080501|行政单位离退休|4.00|4.00|
    2080505|机关事业单位基本养老保险缴费支出|{}|{}|
    |合计|5.00|5.00|""",
)
PROJECTS = _table(
    "项目支出表",
    """项目名称|合计|一般公共预算|单位资金
    合计|4.00|4.00|
    招商引资经费|3.00|3.00|
    展会经费|{}|{}|""",
)
THREE_PUBLIC = _table(
    "“三公”经费支出表",
    """项目|预算数
    “三公”经费合计|{}
    1.因公出国（境）费用|
    2.公务用车购置及运行维护费|
    其中：公务用车购置费|
    公务用车运行维护费|
    3.公务接待费|{}""",
)
PROCUREMENT = _table(
    "政府采购预算表",
    """项目名称|采购品目|计量单位|数量|单价|金额
    合计|||||3.00
    办公经费|办公桌|张|2|1.00|{}
    办公经费|打印服务|项|1|1.00|1.00""",
)
ASSETS = _table(
    "部门固定资产占用情况表",
    """项目|数量|价值
    资产总额|3|{}
    1、房屋（平方米）||
    2、车辆（台、辆）|1|23.86
    3、单价在20万元以上的设备||
    4、其他固定资产|2|35.07""",
)
REVENUE = _table(
    "部门收入总表",
    """科目编码|科目名称|合计|一般公共预算拨款收入|事业收入
    201|一般公共服务支出|{}|{}|
    |合计|{}|{}|""",
)
FISCAL = _table(
    "财政拨款收支总表",
    """收入|<|支出|<
    项目|预算数|项目|预算数
    一、一般公共预算拨款|9.00|一、一般公共服务支出|9.00
    收入总计|9.00|支出总计|9.00""",
)
ONE_FUND = _table(
    "一般公共预算支出表",
    """科目编码|科目名称|合计|基本支出|项目支出
    201|一般公共服务支出|{}|5.00|4.00
    |合计|{}|5.00|4.00""",
)
EMPTY = _table(
    "政府性基金预算支出表",
    """科目编码|科目名称|合计|基本支出|项目支出
    212|城乡社区支出|{}||""",
    "注：无政府性基金预算，空表列示。",
)
SUBJECTS = _table(
    "项目支出表",
    """科目编码|科目名称|项目名称|合计|一般公共预算
    2011308|招商引资|招商引资经费|2.00|2.00
    {}|招商引资|展会经费|1.00|1.00
    2011301|行政运行|办公楼维修|1.00|1.00""",
)
TWO_ITEMS = _changed(
    EXPENDITURE,
    {"行政运行|5.00|5.00|": "行政运行|6.00|5.00|1.00", "招商引资|4.00||4.00": "招商引资|3.00||3.00"},
)
FIXED_ASSETS = _table(
    "政府采购预算表",
    """项目名称|采购品目|采购目录编码|计量单位|数量|单价|金额
    合计||||||3.50
    办公经费|办公桌|A05010201|张|2|1.00|2.00
    办公经费|复印纸|A05040101|箱|2|0.25|0.50
    办公经费|打印服务|C23090199|项|1|1.00|1.00""",
    "本年度拟购置固定资产总额为{}万元，已按要求列入政府采购预算。",
)
INSTITUTIONS = _table(
    "一般公共预算支出表",
    """科目编码|科目名称|合计|基本支出|<|项目支出
    ^|^|^|人员经费|公用经费|^
    2011301|行政运行|9.00|6.00|3.00|
    2011350|事业运行|7.00|4.00|3.00|
    |合计|16.00|10.00|6.00|""",
) + _table(
    "一般公共预算基本支出表",
    """部门预算经济分类|<|政府预算经济分类|<|合计|人员经费|公用经费
    科目编码|科目名称|科目编码|科目名称|^|^|^
    30101|基本工资|50101|工资奖金津补贴|6.00|6.00|
    30201|办公费|50201|办公经费|3.00||3.00
    30101|基本工资|50501|工资福利支出|4.00|4.00|
    30201|办公费|50502|商品和服务支出|{}||{}
    |合计|||16.00|10.00|6.00""",
)
CONTENTS = ("目录", "第一部分 概况", "一、部门支出总表", "二、部门收入总表", "第一部分 概况")
OPERATING = ("二、机关运行经费预算为{}万元。", *BASIC)


BALANCE = _changed(SUMMARY, {"{}": "3.00"})

CASES = (
    Case(
        "I01",
        _changed(BALANCE, {"收入总计|10.00": "收入总计|{}"}),
        "10.00",
        "11.00",
        _changed(BALANCE, {"收入总计|10.00": "|"}),
    ),
    Case(
        "I02",
        _changed(BALANCE, {"上年结转|1.00": "上年结转|{}"}),
        "1.00",
        "2.00",
        _changed(BALANCE, {"收入总计|10.00": "|", "支出总计|10.00": "|"}),
    ),
    Case(
        "I03",
        SUMMARY,
        "3.00",
        "4.00",
        _changed(BALANCE, {"本年支出合计|9.00": "|", "支出总计|10.00": "|"}),
    ),
    Case(
        "I04",
        _changed(EXPENDITURE, {"行政运行|5.00|5.00": "行政运行|{}|5.00"}),
        "5.00",
        "6.00",
        (*EXPENDITURE[:2], EXPENDITURE[2].split("20113|")[0]),
    ),
    Case(
        "I05",
        _changed(EXPENDITURE, {"行政运行|5.00|5.00": "行政运行|{}|5.00"}),
        "5.00",
        "6.00",
        _changed(EXPENDITURE, {"基本支出|项目支出": "其他一|其他二"}),
    ),
    Case(
        "I06",
        _changed(BASIC, {"商品和服务支出|2.00": "商品和服务支出|{}"}),
        "2.00",
        "2.50",
        _changed(BASIC, {"人员经费|公用经费": "其他一|其他二"}),
    ),
    Case(
        "I07",
        _changed(BASIC, {"商品和服务支出|2.00": "商品和服务支出|{}"}),
        "2.00",
        "2.50",
        (*BASIC[:2], BASIC[2].split("301|")[0] + "|其他|5.00|3.00|2.00"),
    ),
    Case("I08", (*REVENUE, *EXPENDITURE), "9.00", "8.00", REVENUE),
    Case(
        "I09", (*_changed(BALANCE, {"服务支出|6.00": "服务支出|{}"}), *EXPENDITURE), "9.00", "6.00", BALANCE
    ),
    Case("I10", (*EXPENDITURE, *FISCAL, *ONE_FUND), "9.00", "8.00", (*EXPENDITURE, *FISCAL)),
    Case(
        "I11",
        _changed(THREE_PUBLIC, {"合计|{}": "合计|0.50"}),
        "0.50",
        "0.40",
        (*THREE_PUBLIC[:2], "项目|预算数\n“三公”经费合计|{}"),
    ),
    Case("I12", (*THREE_PUBLIC, *BASIC), "0.50", "0.40", THREE_PUBLIC),
    Case(
        "I13",
        (*EXPENDITURE, *PROJECTS),
        "1.00",
        "2.00",
        (*PROJECTS[:2], PROJECTS[2].replace("合计|4.00|4.00|\n", "")),
    ),
    Case(
        "I14",
        (*TWO_ITEMS, *SUBJECTS),
        "2011308",
        "2011301",
        SUBJECTS,
    ),
    Case(
        "I17", PROCUREMENT, "2.00", "2.50", (*PROCUREMENT[:2], PROCUREMENT[2].replace("合计|||||3.00\n", ""))
    ),
    Case("I18", PROCUREMENT, "2.00", "2.50", (*PROCUREMENT[:2], PROCUREMENT[2].replace("|1.00|", "||"))),
    Case(
        "I19",
        ASSETS,
        "58.93",
        "59.93",
        _changed(ASSETS, {"|1|23.86": "||", "|2|35.07": "||"}),
    ),
    Case("I20", FIXED_ASSETS, "2.00", "2.50", FIXED_ASSETS[:3]),
    Case("I21", OPERATING, "2.00", "2.50", BASIC),
    Case("I22", (*GENERAL, *BASIC), "1.00", "1.20", BASIC),
    Case("I24", INSTITUTIONS, "3.00", "2.00", INSTITUTIONS[:3]),
    Case("I25", ("2024年支出总计{}万元。", *EXPENDITURE), "9.00", "9.05", EXPENDITURE),
    Case(
        "I26",
        ("2024年基本支出预算5.00万元，比上年增加1.00万元，增长{}%。", *EXPENDITURE),
        "25.0",
        "30.0",
        EXPENDITURE,
    ),
    Case(
        "I27",
        ("2024年支出预算9.00万元，比上年减少3.00万元，其中：基本支出减少1.00万元；项目支出减少{}万元。",),
        "2.00",
        "2.50",
        ("2024年支出预算9.00万元，比上年减少3.00万元，主要是项目支出减少{}万元。",),
    ),
    Case(
        "I28",
        (*CONTENTS, *EXPENDITURE, *_changed(REVENUE, {"{}": "9.00", "部门收入总表": "{}"})),
        "部门收入总表",
        "部门固定资产占用情况表",
        EXPENDITURE,
    ),
    Case("I29", EMPTY, "", "5.00", EMPTY[:3]),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], list[str]]:
    record = Record(Home(tmp_path_factory.mktemp("identities")))
    record.site("made", "130300")
    documents = {}
    for case in CASES:
        documents[case.check, "holds"] = case.document(case.holds)
        documents[case.check, "fails"] = case.document(case.fails)
        documents[case.check, "missing"] = (
            COVER,
            *(block.replace("{}", case.holds) for block in case.missing),
        )
    names = {sha("/".join(name)): name for name in documents}
    for sha256, name in names.items():
        record.document(
            "made", f"http://made.test/{'-'.join(name)}", sha256, agency_name=f"{''.join(name)}局"
        )
    record.load("made", {sha256: recognise(document(*documents[name])) for sha256, name in names.items()})
    record.write()
    found: dict[tuple[str, str], list[str]] = {name: [] for name in documents}
    target = build(record.home, record.home.path / "made.duckdb").target
    with duckdb.connect(str(target), read_only=True) as connection:
        for sha256, check, status in connection.execute(
            "select document_sha256, check_id, status from core.fct_check_result"
        ).fetchall():
            if check == names[sha256][0]:
                found[names[sha256]].append(status)
    return found


@pytest.mark.parametrize("check", [case.check for case in CASES])
def test_an_identity_holds_fails_and_is_not_evaluated(
    check: str, results: dict[tuple[str, str], list[str]]
) -> None:
    assert set(results[check, "holds"]) == {"held"}
    assert "failed" in results[check, "fails"]
    assert not {"held", "failed"} & set(results[check, "missing"])
