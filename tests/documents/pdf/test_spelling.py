"""Characters that recognition mistakes are known by their word; those of right words are left alone."""

from __future__ import annotations

import pytest

from warehouse.documents.pdf.scan.spelling import corrected
from warehouse.documents.pdf.scan.text import Character


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("单位(科日名称)", "单位(科目名称)"),
        ("特定日标类项日", "特定目标类项目"),
        ("本年收人合计", "本年收入合计"),
        ("木年支出预箅", "本年支出预算"),
        ("招收人员工作日标准", "招收人员工作日标准"),
        ("立项日期2024年", "立项日期2024年"),
        ("树木年检", "树木年检"),
    ],
)
def test_a_character_is_corrected_where_its_word_has_none_other(read: str, printed: str):
    line = [Character(text, i / 10, 0.9) for i, text in enumerate(read)]
    right = corrected(line)
    assert "".join(character.text for character in right) == printed
    assert [character.middle for character in right] == [character.middle for character in line]
