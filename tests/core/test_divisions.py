import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.divisions import DivisionDirectory, DivisionPoint
from config import catalog_files

ROWS = list(catalog_files.read_divisions())
FORMER_NAMES = catalog_files.read_catalog()["former_names"]
DIRECTORY = DivisionDirectory(
    DivisionPoint(
        row["code"],
        row["name"],
        row["level"],
        row["parent_code"] or None,
        None,
        tuple(FORMER_NAMES.get(row["code"], ())),
    )
    for row in ROWS
)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("420581001", "陆城街道"),
        (" 420581001 ", "陆城街道"),
        ("４２０５８１００１", "陆城街道"),
        ("420581001004", "陆城街道"),
        ("420581001000", "陆城街道"),
        ("420581", "宜都市"),
        ("420581000", "宜都市"),
        ("420581000000", "宜都市"),
        ("420500", "宜昌市"),
        ("4205", "宜昌市"),
        ("420500000000", "宜昌市"),
        ("420581999", None),
        ("420581999001", None),
        ("110000", None),
        ("42058", None),
        ("42058100", None),
        ("", None),
        ("陆城街道", None),
        ("٤٢٠٥٨١", None),
    ],
)
def test_by_code(code: str, name: str | None) -> None:
    division = DIRECTORY.by_code(code)
    assert (division.name if division else None) == name


@pytest.mark.parametrize(
    ("address", "name", "certain"),
    [
        ("湖北省宜昌市宜都市陆城街道清江大道1号", "陆城街道", True),
        ("宜都市 陆城 街道", "陆城街道", True),
        ("宜都陆城某小区", "陆城街道", False),
        ("葛洲坝街道樵湖一路", "葛洲坝街道", True),
        ("葛洲坝附近", "葛洲坝街道", False),
        ("西陵区东山大道100号", "西陵区", True),
        ("西陵区西陵街道", "西陵街道", True),
        ("西陵一路12号", None, True),
        ("宜昌市西陵区夷陵大道", "西陵区", True),
        ("夷陵大道10号", None, True),
        ("宜昌市夷陵大道10号", "宜昌市", True),
        ("猇亭区", "猇亭区", True),
        ("猇亭", "猇亭区", False),
        ("长阳县龙舟坪镇", "龙舟坪镇", True),
        ("长阳土家族自治县资丘", "资丘镇", False),
        ("五峰县五峰镇", "五峰镇", True),
        ("五峰县", "五峰土家族自治县", True),
        ("三斗坪镇西陵峡口", "三斗坪镇", True),
        ("潘家湾土家族乡", "潘家湾土家族乡", True),
        ("白洋", None, True),
        ("枝江白洋", "白洋镇", False),
        ("宜都市葛洲坝街道", "宜都市", False),
        ("北京市朝阳区", None, True),
        ("", None, True),
        ("。", None, True),
    ],
)
def test_address(address: str, name: str | None, certain: bool) -> None:
    match = DIRECTORY.match(None, address)
    assert (match.division.name if match else None) == name
    if match:
        assert match.certain == certain


@pytest.mark.parametrize(
    ("code", "address", "name"),
    [
        ("420581", "陆城街道园林大道", "陆城街道"),
        ("420581", "枝江市马家店街道", "宜都市"),
        ("420581", None, "宜都市"),
        ("420500", "猇亭区古老背街道", "古老背街道"),
        ("420500", "不清楚", "宜昌市"),
        ("420581001", "红花套镇", "陆城街道"),
        ("999999", "宜都市陆城街道", None),
        (None, None, None),
    ],
)
def test_code_and_address(code: str | None, address: str | None, name: str | None) -> None:
    match = DIRECTORY.match(code, address)
    assert (match.division.name if match else None) == name


@pytest.mark.parametrize("row", [row for row in ROWS if row["level"] == "township"], ids=lambda row: row["code"])
def test_every_township_is_found_by_its_county_and_name(row: dict[str, str]) -> None:
    county = DIRECTORY.by_code(row["parent_code"])
    assert county is not None
    match = DIRECTORY.match(None, f"{county.name}{row['name']}某村3组")
    assert match is not None
    assert match.division.code == row["code"]
    assert match.certain


def test_the_same_name_in_two_counties_is_not_certain() -> None:
    twins = DivisionDirectory(
        [
            DivisionPoint("420581", "宜都市", "county", None, None),
            DivisionPoint("420582", "当阳市", "county", None, None),
            DivisionPoint("420582101", "城关镇", "township", "420582", None),
            DivisionPoint("420581101", "城关镇", "township", "420581", None),
        ]
    )
    match = twins.match(None, "城关镇")
    assert match is not None
    assert (match.division.code, match.certain) == ("420581101", False)
    assert [other.code for other in match.others] == ["420582101"]
    inside = twins.match(None, "当阳市城关镇")
    assert inside is not None
    assert (inside.division.code, inside.certain) == ("420582101", True)


def test_family() -> None:
    lucheng = DIRECTORY.by_code("420581001")
    assert lucheng is not None
    yidu = DIRECTORY.parent(lucheng)
    assert yidu is not None
    assert lucheng in DIRECTORY.children(yidu.code)
    assert len(DIRECTORY.children("420500")) == 13


@given(st.none() | st.text(), st.none() | st.text(alphabet="宜昌市都陆城街道西陵区大0 ()[*", max_size=30))
def test_any_words_are_answered(code: str | None, address: str | None) -> None:
    DIRECTORY.match(code, address)


@pytest.mark.parametrize(
    ("address", "name", "certain"),
    [
        ("西陵区窑湾乡", "窑湾街道", True),
        ("远安县荷花镇金桥村", "嫘祖镇", True),
        ("兴山县高阳镇", "昭君镇", True),
        ("秭归周坪乡", "九畹溪镇", True),
        ("长阳榔枰镇", "榔坪镇", True),
        ("五峰付家堰乡", "傅家堰乡", True),
        ("当阳市育溪镇", "淯溪镇", True),
        ("付家堰", "傅家堰乡", False),
    ],
)
def test_former_names_are_understood(address: str, name: str, certain: bool) -> None:
    match = DIRECTORY.match(None, address)
    assert match is not None
    assert (match.division.name, match.certain) == (name, certain)


def test_every_former_name_is_of_a_division() -> None:
    assert FORMER_NAMES.keys() <= {row["code"] for row in ROWS}
