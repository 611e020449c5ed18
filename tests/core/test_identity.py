"""All numbers are synthetic."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import identity

TODAY = date(2026, 11, 24)
WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]


def id_number(body: str) -> str:
    """The check character by the definition: the weighted sum of all eighteen is 1 modulo 11."""
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "0123456789X"[(1 - total) % 11]


def credit_code(body: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * 3**place for place, char in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        ("440524188001010014", None),
        (" 110105 19491231 002X ", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        (id_number("42052119800101001"), id_number("42052119800101001")),
        (id_number("81000019900307121"), id_number("81000019900307121")),
        (id_number("91101019850228043"), id_number("91101019850228043")),
        (id_number("42050220261124001"), id_number("42050220261124001")),
        (id_number("42050220261125001"), None),
        (id_number("42050220990101001"), None),
        (id_number("42050219900229001"), None),
        (id_number("42050219901301001"), None),
        (id_number("02050219900101001"), None),
        ("110105194912310021", None),
        ("110105491231002", None),
        ("1101051949123100２", None),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", None),
        ("", None),
    ],
)
def test_id_number(text: str, normalized: str | None) -> None:
    if normalized is None:
        with pytest.raises(ValueError, match="身份证号"):
            identity.normalize_id_number(text, TODAY)
    else:
        assert identity.normalize_id_number(text, TODAY) == normalized


@given(
    region=st.integers(100000, 999999),
    born=st.dates(date(1900, 1, 1), TODAY),
    order=st.integers(0, 999),
    place=st.integers(0, 16),
    bump=st.integers(1, 9),
)
def test_one_wrong_digit_of_an_id_number_is_noticed(region: int, born: date, order: int, place: int, bump: int) -> None:
    good = id_number(f"{region}{born:%Y%m%d}{order:03}")
    assert identity.normalize_id_number(good, TODAY) == good
    wrong = good[:place] + str((int(good[place]) + bump) % 10) + good[place + 1 :]
    with pytest.raises(ValueError, match="身份证号"):
        identity.normalize_id_number(wrong, TODAY)


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("13812341234", "13812341234"),
        ("+86 138-1234-1234", "13812341234"),
        ("0086 13812341234", "13812341234"),
        ("8613812341234", "13812341234"),
        ("１３８１２３４１２３４", "13812341234"),
        ("19212341234", "19212341234"),
        ("12812341234", None),
        ("1381234123", None),
        ("138123412345", None),
        ("0717-6215798", None),
        ("abc", None),
        ("١٣٨١٢٣٤١٢٣٤", None),
    ],
)
def test_mobile(text: str, normalized: str | None) -> None:
    if normalized is None:
        with pytest.raises(ValueError, match="手机号"):
            identity.normalize_mobile(text)
    else:
        assert identity.normalize_mobile(text) == normalized
        assert identity.normalize_phone(text) == normalized


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("0717-6215798", "0717-6215798"),
        ("07176215798", "0717-6215798"),
        ("(0717) 6215798", "0717-6215798"),
        ("（0717）6215798", "0717-6215798"),
        ("+86 0717 6215798", "0717-6215798"),
        ("010-12345678", "010-12345678"),
        ("02712345678", "027-12345678"),
        ("6215798", None),
        ("12348", None),
        ("0717-621579", None),
    ],
)
def test_phone(text: str, normalized: str | None) -> None:
    if normalized is None:
        with pytest.raises(ValueError, match="固定电话"):
            identity.normalize_phone(text)
    else:
        assert identity.normalize_phone(text) == normalized


@pytest.mark.parametrize("text", ["12348", "12345", "96148", "400-123-4567", "0717-6215798", "13812341234"])
def test_office_phone(text: str) -> None:
    assert identity.normalize_office_phone(text) == (text if "400" not in text else "4001234567")


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), st.integers(0, 999999))
def test_credit_code(tail: str, region: int) -> None:
    good = credit_code(f"91{region:06}{tail}")
    assert identity.normalize_credit_code(f" {good.lower()} ") == good
    swapped = good[:16] + good[17] + good[16]
    if swapped != good:
        with pytest.raises(ValueError, match="统一社会信用代码"):
            identity.normalize_credit_code(swapped)


@pytest.mark.parametrize("text", ["", "91420500", "9142050000000000OO", "914205000000000000000"])
def test_credit_code_of_the_wrong_shape(text: str) -> None:
    with pytest.raises(ValueError, match="18位"):
        identity.normalize_credit_code(text)


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("张小三", "张*三"), ("欧阳建国", "欧**国"), ("李", "*"), ("", "*")]
)
def test_mask_name(name: str, masked: str) -> None:
    assert identity.mask_name(name) == masked


def test_masks() -> None:
    assert identity.mask_phone("13812341234") == "138****1234"
    assert identity.mask_phone("0717-6215798") == "0717-*****98"
    assert identity.mask_phone("12") == "**"
    assert identity.mask_id_number("11010519491231002X") == "110*************2X"
    assert identity.mask_id_number("110") == "***"


@given(st.text(max_size=30))
def test_no_mask_shows_the_whole(text: str) -> None:
    for mask in (identity.mask_name, identity.mask_phone, identity.mask_id_number):
        assert "*" in mask(text) or not text


@given(st.text())
def test_any_text_is_answered_by_a_value_or_a_chinese_sentence(text: str) -> None:
    for check in (identity.normalize_phone, identity.normalize_mobile, identity.normalize_credit_code):
        with pytest.raises(ValueError, match="请"):
            check(f"x{text}")


@pytest.mark.parametrize(
    ("one", "other"),
    [("张 三", "张三"), ("买买提·艾力", "买买提•艾力"), ("ＡＢＣ公司", "abc公司"), ("张三\u3000", "张三")],
)
def test_names_written_differently_are_found(one: str, other: str) -> None:
    assert identity.normalize_name(one) == identity.normalize_name(other)
