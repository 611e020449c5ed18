"""However a name or a number is spelled, it does not come through."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.library.anonymizing import Fact, Known, found_in, without

ZHANG = Known(
    (
        Fact("张三", "申请人甲", "person"),
        Fact("李秀英", "申请人乙", "person"),
        Fact("宜昌山水物业服务有限公司", "被申请人甲", "organization"),
        Fact("宜昌市西陵区老李记小吃店", "被申请人乙", "organization"),
        Fact("好邻（宜昌）超市有限公司", "被申请人丙", "organization"),
        Fact("13872560001", "某电话", "number"),
        Fact("11010519491231002X", "某证件号", "number"),
        Fact("陆城街道", "某街道", "place"),
        Fact("〔2026〕宜都陆城调字第0001号", "某案号", "reference"),
    )
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("张三说", "申请人甲说"),
        ("张 三、张\u200b三、张·三", "申请人甲、申请人甲、申请人甲"),
        ("张先生和张某", "申请人甲和申请人甲"),
        ("山水物业服务 漏水", "被申请人甲 漏水"),
        ("山水物业说，山水公司会修", "被申请人甲说，被申请人甲会修"),
        ("小区有山水景观，物业公司每天清扫", "小区有山水景观，物业公司每天清扫"),
        ("与山水相伴的小区，青山水库旁", "与山水相伴的小区，青山水库旁"),
        ("找山水，山水不理；“山水”说过会修", "找被申请人甲，被申请人甲不理；“被申请人甲”说过会修"),
        ("宜昌山水答应赔付，山水店也去了", "被申请人甲答应赔付，被申请人甲也去了"),
        ("秀英说要修，李秀英同意", "申请人乙说要修，申请人乙同意"),
        ("老张说，小张同意；小张贴画", "申请人甲说，申请人甲同意；小张贴画"),
        ("在老李记小吃店吃饭，被老李记赶出", "在被申请人乙吃饭，被被申请人乙赶出"),
        ("好邻超市和好邻那边都不管，去好邻", "被申请人丙和被申请人丙那边都不管，去被申请人丙"),
        ("电话138 7256-0001", "电话某电话"),
        ("电话１３８７２５６０００１", "电话某电话"),
        ("电话一三八七二五六〇〇〇一", "电话某电话"),
        ("另一个号码13900000000", "另一个号码某电话"),
        ("证号110105 19491231 002x", "证号某证件号"),
        ("他人证号420502199001011234", "他人证号某证件号"),
        ("宜都陆城街道3栋2单元602室", "宜都某街道某室"),
        ("停着鄂E·A1234", "停着某车牌"),
        ("案号〔2026〕宜都陆城调字第0001号", "案号某案号"),
        ("转到6222021234567890123", "转到某账号"),
        ("写到a.b@qq.com", "写到某邮箱"),
        ("赔偿1,200元，3月完成", "赔偿1,200元，3月完成"),
        ("2026年11月24日调解一次，双方各退一步。", "2026年11月24日调解一次，双方各退一步。"),
    ],
)
def test_known_cases(text: str, clean: str) -> None:
    assert without(text, ZHANG)[0] == clean
    assert list(found_in(clean, ZHANG)) == []


def test_sums_go_when_asked() -> None:
    assert without("赔1.5万元和800元", ZHANG, amounts=True)[0] == "赔若干元和若干元"


def test_a_name_that_is_part_of_a_role_word_takes_nothing_apart() -> None:
    known = Known((Fact("申请人", "被申请人甲", "person"), Fact("张三", "申请人甲", "person")))
    assert without("申请人张三", known)[0] == "申请人申请人甲"


_OF_ROLES = "申请人被甲某电话证件号网址邮箱信用代码账车牌案室路一二三四五六七八九零〇"
_HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5, exclude_characters=_OF_ROLES)
_NAMES = st.text(_HAN, min_size=2, max_size=4)
_PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
_SEPARATORS = st.sampled_from(("", "", "", " ", "\u200b", "　", "·", "\n"))


@st.composite
def _spelled(draw: st.DrawFn, value: str) -> str:
    wide = draw(st.booleans())
    shown = "".join(chr(ord(each) + 0xFEE0) if wide and "!" <= each <= "~" else each for each in value)
    return "".join(each + draw(_SEPARATORS) for each in shown[:-1]) + shown[-1:]


@st.composite
def _texts(draw: st.DrawFn) -> tuple[list[str], str]:
    names, phone = draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True)), draw(_PHONES)
    values = [*names, phone]
    said = draw(st.lists(st.sampled_from(values), min_size=1, max_size=6))
    pieces = [draw(st.text(max_size=8)) + draw(_spelled(each)) for each in said]
    return values, "".join(pieces) + draw(st.text(max_size=8))


def _squeezed(text: str) -> str:
    """Looks at it another way than the code does."""
    return re.sub(r"[\s\u00ad\u200b-\u200f\u2060\ufeff·•.．]", "", unicodedata.normalize("NFKC", text))


@given(_texts())
@settings(max_examples=300)
def test_no_known_value_survives(drawn: tuple[list[str], str]) -> None:
    values, text = drawn
    facts = [Fact(value, f"申请人{'甲乙丙丁'[place]}", "number" if value.isdigit() else "person")
             for place, value in enumerate(values)]  # fmt: skip
    known = Known(tuple(facts))
    clean, _ = without(text, known)
    assert list(found_in(clean, known)) == []
    for value in values:
        assert _squeezed(value) not in _squeezed(clean)
