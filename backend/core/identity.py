"""Numbers and names that identify a person or an organization: their checks, their one spelling, their masks.

Every `normalize_…` returns the form that is sealed and hashed, or raises `ValueError` with a Chinese text
that does not repeat the value.
"""

import re
import unicodedata
from datetime import date

_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = "10X98765432"
"""ISO 7064 MOD 11-2, indexed by the weighted sum (GB 11643)."""

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(f"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY = re.compile(r"(?:\+|00)86|86(?=1[3-9][0-9]{9}$)")
_LANDLINE = re.compile(r"(01[0-9]|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})")
_HOTLINE = re.compile(r"1[0-9]{4}|9[56][0-9]{3}|[48]00[0-9]{7}")
_PHONE_PUNCTUATION = re.compile(r"[\s()\-\u2010-\u2015\u2212]")
_DOTS = re.compile(r"[•‧∙⋅・･.]")


def normalize_id_number(text: str, today: date) -> str:
    """GB 11643, eighteen characters. `today` is the date in Shanghai.

    The first six digits are not looked up: people of abolished counties, of Hong Kong, Macau and Taiwan
    (81, 82, 83) and holders of a permanent residence card (9) have valid numbers too.
    """
    number = _compact(text)
    if not _ID_NUMBER.fullmatch(number):
        raise ValueError("身份证号应为18位，最后一位可以是X，请对照证件重新填写。")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("身份证号中的出生日期不对，请对照证件重新填写。") from None
    if not date(1900, 1, 1) <= born <= today:
        raise ValueError("身份证号中的出生日期不对，请对照证件重新填写。")
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    if _ID_CHECK[total % 11] != number[17]:
        raise ValueError("身份证号有误（校验位不符），请对照证件逐位检查。")
    return number


def is_mobile(number: str) -> bool:
    return _MOBILE.fullmatch(number) is not None


def normalize_mobile(text: str) -> str:
    """Eleven digits of the mainland."""
    number = _dialled(text)
    if not _MOBILE.fullmatch(number):
        raise ValueError("手机号应为11位数字，请检查后重新填写。")
    return number


def normalize_phone(text: str) -> str:
    """A mobile number, or a landline as `0717-6215798`."""
    number = _dialled(text)
    if _MOBILE.fullmatch(number):
        return number
    if landline := _LANDLINE.fullmatch(number):
        return f"{landline[1]}-{landline[2]}"
    raise ValueError("请填写11位手机号，或带区号的固定电话，如0717-6215798。")


def normalize_office_phone(text: str) -> str:
    """What a center may publish: also 12348, 12345 and 400 numbers."""
    number = _dialled(text)
    if _HOTLINE.fullmatch(number):
        return number
    return normalize_phone(text)


def normalize_credit_code(text: str) -> str:
    """Unified social credit code, GB 32100."""
    code = _compact(text)
    if not _CREDIT_CODE.fullmatch(code):
        raise ValueError("统一社会信用代码应为18位数字和大写字母（不含I、O、S、V、Z），请对照营业执照填写。")
    total = sum(_CREDIT_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    if _CREDIT_ALPHABET[-total % 31] != code[17]:
        raise ValueError("统一社会信用代码有误（校验位不符），请对照营业执照逐位检查。")
    return code


def credit_code_in(text: str) -> str | None:
    """Of a number that may be one or another."""
    try:
        return normalize_credit_code(text)
    except ValueError:
        return None


def normalize_name(text: str) -> str:
    """One spelling for search by exact name: NFKC, no spaces, one middle dot, Latin letters in lower case."""
    return _DOTS.sub("·", "".join(unicodedata.normalize("NFKC", text).split())).casefold()


def searchable(kind: str, value: str) -> str:
    """What is hashed so that it can be found again: names in one spelling, numbers as they are normalized already."""
    return normalize_name(value) if kind == "name" else value


def mask_phone(number: str) -> str:
    """138****1234; a landline keeps its area code and two digits."""
    if _MOBILE.fullmatch(number):
        return f"{number[:3]}****{number[-4:]}"
    area, dash, local = number.rpartition("-")
    return f"{area}{dash}{'*' * (len(local) - 2)}{local[-2:]}" if len(local) > 2 else "*" * len(number)


def mask_id_number(number: str) -> str:
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}" if len(number) > 5 else "*" * len(number)


def mask_name(name: str) -> str:
    """张* for two characters, 张*三 for three; never the whole name."""
    if len(name) <= 2:
        return f"{name[:-1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _dialled(text: str) -> str:
    return _COUNTRY.sub("", _PHONE_PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)), count=1)
