"""Figures with a baseline; the follow-up of a case on one page and as a picture."""

from datetime import datetime
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest

from backend.core.clock import SHANGHAI
from tests.clock import TravellingClock
from tests.commitments.promised import CLEANS, PAYS, REPAIRS, agreed, path
from tests.journeys.contract import Json, granted, paths, refused
from tests.mediation.standings import Standings

SVG = "{http://www.w3.org/2000/svg}"
RATE: Json = {"name": "物业费<收缴率>", "unit": "percent", "baseline": 45, "baseline_on": "2026-11-01", "target": 80}


def reading(value: float, read_on: str = "2026-11-24", unit: str = "percent") -> Json:
    return {"value": value, "unit": unit, "read_on": read_on, "source": "专班台账"}


async def test_a_rate_changes_by_percentage_points(scene: Standings) -> None:
    mediator, indicators = scene["mediator"], scene.path("/indicators")
    (rate,) = granted(await mediator.post(indicators, RATE), 201)["items"]
    assert (rate["latest"], rate["change"], rate["is_reached"]) == (None, None, None)
    readings = f"{indicators}/{rate['id']}/readings"
    for value, on in ((62.5, "2026-11-10"), (85, "2026-11-24")):
        (rate,) = granted(await scene["clerk"].post(readings, reading(value, on)), 201)["items"]
    assert (rate["change"], rate["change_text"], rate["is_reached"]) == (40.0, "+40个百分点", True)
    assert [(each["on"], each["value"]) for each in rate["series"]] == [
        ("2026-11-01", 45.0), ("2026-11-10", 62.5), ("2026-11-24", 85.0),
    ]  # fmt: skip
    refused(await mediator.post(readings, reading(84)), 409, "already_read")
    for _ in "ab":
        void = f"{readings}/{rate['readings'][1]['id']}/void"
        (rate,) = granted(await mediator.post(void, {"reason": "抄错了"}))["items"]
        assert (rate["latest"], rate["change_text"]) == (62.5, "+17.5个百分点")
    granted(await mediator.post(readings, reading(45.0)), 201)
    texts = [each["text"] for each in granted(await mediator.get(scene.path("/timeline"), limit=100))["items"]]
    assert "“物业费<收缴率>”11月24日 周二为85%，比基准+40个百分点。" in texts


async def test_what_is_no_reading_in_the_unit_is_refused(scene: Standings) -> None:
    mediator, indicators = scene["mediator"], scene.path("/indicators")
    assert paths(await mediator.post(indicators, RATE | {"unit": "fen", "baseline_on": "2026-11-25"})) == {
        "unit", "baseline_on",
    }  # fmt: skip
    assert paths(await mediator.post(indicators, RATE | {"baseline": 100.01, "target": -1})) == {"baseline", "target"}
    assert paths(await mediator.post(indicators, RATE | {"baseline": 1e300})) == {"baseline"}
    assert paths(await mediator.post(indicators, RATE | {"unit": "count", "baseline": 1.5})) == {"baseline"}
    (rate,) = granted(await mediator.post(indicators, RATE), 201)["items"]
    readings = f"{indicators}/{rate['id']}/readings"
    for wrong, where in (
        (reading(101), {"value"}),
        (reading(-0.01), {"value"}),
        (reading(33.333), {"value"}),
        (reading(85, unit="yuan"), {"unit"}),
        (reading(85, unit="nothing"), {"unit"}),
        (reading(85, "2026-11-25"), {"read_on"}),
        (reading(85, "2026-10-31"), {"read_on"}),
        (reading(True), {"value"}),
        (reading(85) | {"value": "85", "source": ""}, {"value", "source"}),
    ):
        assert paths(await mediator.post(readings, wrong)) == where, wrong
    refused(await mediator.post(f"{indicators}/{uuid4()}/readings", reading(85)), 404)
    refused(await mediator.post(f"{readings}/{uuid4()}/void", {"reason": "错"}), 404)
    for who, status in (("supervisor", 403), ("clerk", 403), ("other_center", 404)):
        refused(await scene[who].post(indicators, RATE), status)


async def test_the_follow_up_tells_what_was_promised_day_by_day(scene: Standings, clock: TravellingClock) -> None:
    _, repairs, cleans = await agreed(scene, PAYS, REPAIRS | {"due_on": "2026-11-26"}, CLEANS)
    (rate,) = granted(await scene["mediator"].post(scene.path("/indicators"), RATE), 201)["items"]
    checked = {"done_on": "2026-11-24", "met": True, "text": "已经清走"}
    granted(await scene["clerk"].post(path(scene, cleans, "/checks"), checked), 201)
    clock.set(datetime(2026, 11, 30, 10, tzinfo=SHANGHAI))
    done = {"done_on": "2026-11-30", "completes": True, "text": "修好了"}
    granted(await scene["mediator"].post(path(scene, repairs, "/reports"), done), 201)
    read = scene.path(f"/indicators/{rate['id']}/readings")
    granted(await scene["mediator"].post(read, reading(85, "2026-11-30")), 201)
    clock.set(datetime(2026, 12, 2, 10, tzinfo=SHANGHAI))
    for who in ("mediator", "party_a"):
        found = granted(await scene[who].get(scene.path("/follow-up")))
        days = [(each["on"], each["open"], each["overdue"], each["fulfilled"]) for each in found["commitments"]["days"]]
        assert days == [("2026-11-24", 3, 0, 0), ("2026-11-27", 2, 1, 0), ("2026-11-30", 2, 0, 1),
                        ("2026-12-02", 2, 0, 1)]  # fmt: skip
        assert found["commitments"]["standards"] == {"total": 1, "checked": 1, "met": 1}
        assert found["indicators"][0]["change"] == 40.0
    assert granted(await scene["assisting"].get(scene.path("/follow-up")))["commitments"] is None
    drawn = await scene["party_b"].get(scene.path("/follow-up/chart.svg"))
    assert drawn.headers["content-type"] == "image/svg+xml"
    picture = ET.fromstring(drawn.text)  # noqa: S314  # our own answer
    words = picture.findtext(f"{SVG}desc") or ""
    assert "物业费<收缴率>基准45%，现为85%，+40个百分点" in words
    assert "履行完毕1项、免除0项、待履行2项、已逾期0项" in words
    refused(await scene["stranger"].get(scene.path("/follow-up/chart.svg")), 404)


async def test_a_case_without_anything_has_an_empty_picture(scene: Standings) -> None:
    drawn = await scene["mediator"].get(scene.path("/follow-up/chart.svg"))
    assert "解决议定事项0件" in drawn.text
    assert granted(await scene["mediator"].get(scene.path("/follow-up")))["commitments"]["days"] == []


@pytest.mark.parametrize(
    ("unit", "baseline", "target", "values", "told"),
    [
        ("percent", 45, None, [], "基准45%，还没有读数"),
        ("percent", 45, 40, [30.5], "基准45%，现为30.5%，-14.5个百分点"),
        ("percent", 0, 0, [0], "基准0%，现为0%，0个百分点"),
        ("percent", 90, 80, [95], "基准90%，现为95%，+5个百分点"),
        (
            "yuan",
            1_234_567.89,
            2_000_000,
            [9_999_999.99, 12_345_678],
            "基准1234567.89元，现为12345678元，+11111110.11元",
        ),
        ("count", 3, 1, [5, 4, 2, 1, 0], "基准3件，现为0件，-3件"),
    ],
)
async def test_a_picture_of_whatever_was_read(  # noqa: PLR0917
    scene: Standings, unit: str, baseline: float, target: float | None, values: list[float], told: str
) -> None:
    name = "</desc><script>alert(1)</script>&\"'\ufffe收缴率]]>"
    measured = {"name": name, "unit": unit, "baseline": baseline, "baseline_on": "2026-11-01", "target": target}
    (found,) = granted(await scene["mediator"].post(scene.path("/indicators"), measured), 201)["items"]
    for day, value in enumerate(values, 10):
        read = scene.path(f"/indicators/{found['id']}/readings")
        granted(await scene["mediator"].post(read, reading(value, f"2026-11-{day}", unit)), 201)
    drawn = await scene["party_a"].get(scene.path("/follow-up/chart.svg"))
    assert "default-src 'none'" in drawn.headers["content-security-policy"]
    picture = ET.fromstring(drawn.text)  # noqa: S314  # our own answer
    assert told in (picture.findtext(f"{SVG}desc") or "")
    assert picture.find(f".//{SVG}script") is None
    assert picture.get("role") == "img"
    assert len(picture.findall(f".//{SVG}circle")) == 1 + len(values)
    _, _, width, height = map(float, (picture.get("viewBox") or "").split())
    for dot in picture.iter(f"{SVG}circle"):
        assert 0 <= float(dot.get("cx") or -1) <= width
        assert -1e-9 <= float(dot.get("cy") or -1) <= height
