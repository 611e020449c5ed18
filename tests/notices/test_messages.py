"""Values for WeChat's templates. The judge of what fits is the simulator's own table, written from WeChat's page."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.core import message_fields
from backend.core.catalog import Catalog
from backend.core.message_fields import TYPES
from backend.notices import messages
from backend.wechat.simulator import arguments
from config.catalog_files import read_catalog

NOW = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
CATALOG = Catalog.parse(read_catalog())

_TEXTS = st.text(max_size=60) | st.text("张三·a1 ¥.:年月日\n\t\x00\u200d👨‍👩‍👧2️⃣℃", max_size=60)


@given(kind=st.sampled_from(sorted(TYPES)), text=_TEXTS)
def test_whatever_is_filled_in_fits(kind: str, text: str) -> None:
    field = f"{kind}1"
    filled = message_fields.value(field, text, NOW)
    assert filled.strip()
    assert arguments.first_wrong({field: filled}) is None


@given(kind=st.sampled_from(sorted(CATALOG.notices)), words=st.dictionaries(st.sampled_from(
    ["center", "place", "when_text", "number", "due_text"]), _TEXTS))  # fmt: skip
def test_every_notice_fits_with_any_words(kind: str, words: dict[str, str]) -> None:
    notice = CATALOG.notices[kind]
    data = messages.push_data(notice, words, NOW)
    assert arguments.first_wrong(data) is None
    assert data.keys() == (CATALOG.templates[notice.template].fields.keys() if notice.template else set())


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("thing1", "宜都市陆城街道综治中心", "宜都市陆城街道综治中心"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十多", "一二三四五六七八九十一二三四五六七八九…"),
        ("thing1", "第一行\n第二行\x00", "第一行 第二行"),
        ("thing1", "好👍🏽的👨‍👩‍👧2️⃣", "好的2"),
        ("thing1", "👍", "请打开小程序查看"),
        ("phrase1", "已受理（A）", "已受理"),
        ("phrase1", "一二三四五六", "一二三四五"),
        ("character_string1", "编号 AB-12", "AB-12"),
        ("number1", "三", "0"),
        ("amount1", "1200.50元", "1200.50元"),
        ("name1", "买买提·阿不都热合曼·某某某", "当事人"),
        ("name1", "张三", "张三"),
        ("time1", "2026年11月25日 09:30", "2026年11月25日 09:30"),
        ("time1", "明天", "2026年11月25日 09:30"),
    ],
)
def test_value(field: str, text: str, expected: str) -> None:
    assert message_fields.value(field, text, NOW) == expected


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"templates": {"progress": {"id": "t", "title": "t", "fields": {"thing": "x"}}}}, "no field type"),
        ({"templates": {"progress": {"id": "t", "title": "t", "fields": {"poem1": "x"}}}}, "no field type"),
        ({"notices": {"accepted": {"title": "t", "text": "t", "template": "poem"}}}, "template 'poem'"),
        (
            {"notices": {"accepted": {"title": "t", "text": "t", "template": "progress"}}},
            "notice accepted: field thing1 has no words",
        ),
        (
            {"notices": {"accepted": {"title": "t", "text": "t", "template": "outcome", "push": {"thing9": "好"}}}},
            "notice accepted: field thing9 is not in template 'outcome'",
        ),
        ({"notices": {"accepted": {"title": "t", "text": "t", "push": {"thing1": "好"}}}}, "push without a template"),
        (
            {"notices": {"accepted": {"title": "t", "text": "t", "deadline": True, "sms": "poem"}}},
            "notice accepted: sms template 'poem'",
        ),
        ({"notices": {"accepted": {"title": "t", "text": "t", "sms": "deadline"}}}, "only what is bound to a deadline"),
        ({"notices": {"accepted": {"title": "t", "text": "t", "small": True, "urgent": True}}}, "what is small"),
        ({"sms_templates": {"deadline": {"id": "1", "params": ["{name}"]}}}, "name is not for a lock screen"),
        ({"templates": {"progress": {"id": "t", "title": "t", "fields": {"const1": "x"}}}}, "choices belong to"),
        (
            {
                "templates": {
                    "progress": {
                        "id": "t",
                        "title": "t",
                        "fields": {"const1": "x"},
                        "choices": {"const1": ["甲", "乙"]},
                    }
                },
                "notices": {"accepted": {"title": "t", "text": "t", "template": "progress", "push": {"const1": "丙"}}},
            },
            "notice accepted: field const1: '丙' is none of its choices",
        ),
        (
            {"notices": {"accepted": {"title": "t", "text": "t", "push": {"phrase1": "六个字太长了"}}}},
            "not a value that WeChat takes",
        ),
        (
            {"notices": {"accepted": {"title": "t", "text": "t", "push": {"thing1": "{respondent}"}}}},
            "respondent is not for a lock screen",
        ),
        ({"scenes": {"after_submit": ["poem"]}}, "'poem'"),
        ({"scenes": {"after_submit": []}}, "too_short"),
        ({"notices": {}}, "notice 'accepted'"),
    ],
)
def test_a_wrong_entry_is_found_at_load(change: dict[str, dict[str, object]], told: str) -> None:
    """Among the right ones; without any entry the part is empty."""
    raw = read_catalog()
    changed = {part: raw[part] | entries if entries else {} for part, entries in change.items()}
    with pytest.raises(ValidationError) as raised:
        Catalog.parse(raw | changed)
    assert told in str(raised.value)


def test_lock_screen_words_name_no_quarrel() -> None:
    """Fixed words of pushes and titles of templates: nothing about what kind of trouble it is."""
    shown = [text for notice in CATALOG.notices.values() for text in notice.push.values()]
    shown += [template.title for template in CATALOG.templates.values()]
    shown += [text for template in CATALOG.sms_templates.values() for text in template.params]
    names = [category.name for category in CATALOG.categories]
    telling = ["纠纷", "矛盾", "调解", "起诉", "被申请", "对方", *names]
    assert not [(text, word) for text in shown for word in telling if word in text and word != "其他"]
