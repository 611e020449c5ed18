"""Takes out of a text what identifies people: what the case knows of them, however it is spelled, and whatever looks
like a number or a place that could. Pure: nothing here reads or writes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

_INVISIBLE = r"\s\u00ad\u200b-\u200f\u2060\ufeff"
_WITHIN_NAME = rf"[{_INVISIBLE}·•.．]*"
_BETWEEN = rf"[{_INVISIBLE}·•.．\-－—–、，,_()（）〔〕]*"
"""What people put between the characters of a name, and between digits."""
_DIGITS = {"0": "0０〇零", "1": "1１一壹幺", "2": "2２二贰两", "3": "3３三叁", "4": "4４四肆", "5": "5５五伍",
           "6": "6６六陆", "7": "7７七柒", "8": "8８八捌", "9": "9９九玖"}  # fmt: skip
_DIGIT = f"[{''.join(_DIGITS.values())}]"
_ALONE = f"(?<!{_DIGIT})", f"(?!{_DIGIT})"
_TITLES = "先生|女士|小姐|同志|师傅|老师|医生|律师|老板|经理|总(?![计额共是之体数价])|大爷|大妈|大姐|大哥|阿姨|叔叔|某"
_REGION = re.compile(r"^(?:中国|湖北省?|宜昌市?|[\u4e00-\u9fff]{2,3}(?<![超小园社景])[省市县区])+")
_WITHIN_BRACKETS = re.compile(r"[(（【\[][^)）】\]]*[)）】\]]")
_FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|公司|集团|分公司|服务部|经营部|经销部"
                   r"|门诊部|商行|工作室|事务所|合作社|中心|分店|门店|店|馆|厂)+$")  # fmt: skip
_TRADE = re.compile(
    r"(?:物业|服务|管理|商贸|贸易|科技|实业|食品|包装|建筑|建设|工程|房地产|地产|开发|置业|投资|文化|传媒|餐饮|酒店|物流|运输"
    r"|汽车|医药|化工|机械|电子|信息|网络|教育|农业|生态|环保|劳务|装饰|材料|电器|服饰|家居|医院|诊所|学校|超市|酒楼|宾馆"
    r"|小吃|有限)$"
)
_BRAND = 3
"""Characters from which on a name can hardly be an ordinary word. A shorter one counts where it stands as who does or
suffers something: between the words before and after it."""
_STOPS = r"\s，。；：、！？,;:!?“”‘’\"'（()）《》【】"
_BEFORE = rf"(?:^|(?<=[{_STOPS}找和与跟向被由对告让请给同及从去到是把将为托诉欠因替催约问]))"
_AFTER = (
    rf"(?=$|[{_STOPS}说称讲问答派赔付退修要会将把就也还却未没不已在与和向对给叫让认应拒承愿]"
    r"|表示|同意|一方|方面|那边|这边|的人|员工|老板|负责|支付|维修|来人|提出|主张|收到|违约|反悔)"
)
_LOOSE = {False: re.compile(_WITHIN_NAME), True: re.compile(_BETWEEN)}
_LEAST = 2
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the case knows, and the word that stands for it."""

    value: str
    word: str
    kind: str
    """`person`, `organization`, `number`, `place` or `reference` (to the case)."""


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    word: str
    at: int


@dataclass(frozen=True)
class Known:
    """What must not be found in a text. `patterns` are tried in this order: what is longest before its parts."""

    facts: tuple[Fact, ...]

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], str, str], ...]:
        words = {fact.word for fact in self.facts} | {word for _, word, _ in _LOOKS}
        spelled = {value: (fact.word, fact.kind) for fact in reversed(self.facts) for value in _spellings(fact)
                   if not any(value in word for word in words)}  # fmt: skip
        ordered = sorted(spelled.items(), key=lambda each: -len(each[0]))
        exact = [(_pattern(value, kind), word, kind) for value, (word, kind) in ordered]
        called = [(pattern, fact.word, fact.kind) for fact in self.facts for pattern in _as_called(fact)]
        return (*exact, *called)


_LOOKS: tuple[tuple[str, str, str], ...] = (
    (r"https?://\S+|www\.\S+", "某网址", "number"),
    (r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}", "某邮箱", "number"),
    (rf"{_ALONE[0]}(?:{_DIGIT}{_BETWEEN}){{17}}(?:{_DIGIT}|[xXｘＸ]){_ALONE[1]}", "某证件号", "number"),
    (r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])", "某信用代码", "number"),
    (rf"{_ALONE[0]}[1１](?:{_BETWEEN}{_DIGIT}){{10}}{_ALONE[1]}", "某电话", "number"),
    (r"(?<!\d)0\d{2,3}[\-－ ]?\d{7,8}(?!\d)", "某电话", "number"),
    (rf"{_ALONE[0]}(?:{_DIGIT} ?){{12,19}}{_ALONE[1]}", "某账号", "number"),
    (r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·・. ]?[A-HJ-NP-Z0-9]{5,6}",
     "某车牌", "number"),
    (r"〔\d{4}〕[\u4e00-\u9fff]{2,12}第\d+号", "某案号", "reference"),
    (r"(?:[0-9０-９一二三四五六七八九十]{1,4}(?:栋|幢|号楼|单元|层|楼|室|号房|号)){2,}|[0-9０-９]{3,4}室",
     "某室", "place"),
    (r"[\u4e00-\u9fff]{2,5}(?:大道|路|街|巷)[0-9０-９]{1,5}号", "某路", "place"),
)  # fmt: skip
_SHAPES = tuple((re.compile(pattern), word, kind) for pattern, word, kind in _LOOKS)
AMOUNT = re.compile(r"(?:人民币)?[0-9０-９][0-9０-９,，.]*\s*(?:亿|千万|百万|万|千)?元")


def without(text: str, known: Known, *, amounts: bool = False) -> tuple[str, Counter[str]]:
    """The text, and how often each word now stands for something. `amounts`: sums of money go too."""
    counted: Counter[str] = Counter()
    for _ in range(_ROUNDS):
        before = text
        for pattern, word, _ in (*known.patterns, *_SHAPES):
            text, count = pattern.subn(word, text)
            counted[word] += count
        if text == before:
            break
    if amounts:
        text, count = AMOUNT.subn("若干元", text)
        counted["若干元"] += count
    return text, +counted


def found_in(text: str, known: Known) -> Iterator[Found]:
    """What still identifies somebody, the first of each; never the value itself."""
    for pattern, word, kind in (*known.patterns, *_SHAPES):
        if match := pattern.search(text):
            yield Found(kind, word, match.start() + 1)


def _spellings(fact: Fact) -> Iterable[str]:
    value = unicodedata.normalize("NFKC", fact.value)
    value = _LOOSE[fact.kind == "number"].sub("", value)
    if len(value) >= _LEAST:
        yield value
    if fact.kind == "organization":
        *longer, brand = _cores(value)
        names = [each for each in (_REGION.sub("", value), *longer, brand) if len(each) >= _BRAND]
        if len(brand) >= _LEAST:
            names += [f"{brand}{ending}" for ending in ("公司", "集团", "厂", "店")]
            names += [f"{place}{brand}" for place in _places_in(value)]
        yield from (each for each in names if each != value)


def _cores(value: str) -> list[str]:
    """What people call a company, ever shorter: 山水物业服务, 山水物业, 山水."""
    found = [_FORM.sub("", _REGION.sub("", _WITHIN_BRACKETS.sub("", value)))]
    while (shorter := _TRADE.sub("", found[-1])) != found[-1]:
        found.append(shorter)
    return found


def _places_in(value: str) -> list[str]:
    """At its head, without their kind: 宜昌 of 湖北省宜昌市…"""
    head = _REGION.match(value)
    parts = re.split("[省市县区]", head[0].removeprefix("中国")) if head else []
    return [part.removeprefix("湖北") or part for part in parts if part]


def _as_called(fact: Fact) -> Iterator[re.Pattern[str]]:
    """By surname and title, by the given name, by a short brand: what is an ordinary word elsewhere."""
    if fact.kind == "organization":
        short = [brand for brand in _cores(fact.value)[-1:] if len(brand) == _LEAST]
    elif fact.kind == "person" and 2 <= len(fact.value) <= 4:
        yield re.compile(f"{re.escape(fact.value[0])}(?:{_TITLES})(?!人)")
        surname, given = fact.value[0], fact.value[1:]
        short = [f"老{surname}", f"小{surname}", *([given] if len(given) == _LEAST else [])]
    else:
        short = []
    for name in short:
        yield re.compile(_BEFORE + re.escape(name) + _AFTER)


def _pattern(value: str, kind: str) -> re.Pattern[str]:
    between = _BETWEEN if kind == "number" else _WITHIN_NAME
    return re.compile(between.join(_any_of(character) for character in value), re.IGNORECASE)


def _any_of(character: str) -> str:
    """In any width; a digit in any script."""
    if character in _DIGITS:
        return f"[{_DIGITS[character]}]"
    wide = chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else ""
    return f"[{re.escape(character)}{re.escape(wide)}]" if wide else re.escape(character)
