"""A refusal names where to go; the resident reads it on the case's own page."""

import pytest

from backend.core.catalog import Catalog
from config.catalog_files import read_catalog
from tests.journeys.contract import Json, granted, take, to_mediation
from tests.people import People, Person, file_dispute

CATALOG = Catalog.parse(read_catalog())


async def suggestions(clerk: Person, dispute_id: str) -> dict[str, list[Json]]:
    case = granted(await clerk.get(f"/disputes/{dispute_id}"))
    refuse = next(each for each in case["allowed_actions"] if each["action"] == "refuse")
    found: dict[str, list[Json]] = refuse["fields"]["properties"]["redirect"]["x-suggestions"]
    return found


@pytest.mark.parametrize(
    ("category", "reason", "authority"),
    [
        ("labour_wages", "reserved_authority", "劳动人事争议仲裁委员会"),
        ("labour", "other_party_refuses", "劳动人事争议仲裁委员会"),
        ("traffic", "before_police", "公安机关交通管理部门"),
        ("property", "before_police", "正在处理的公安派出所"),
        ("expropriation", "not_civil_dispute", "信访工作机构"),
        ("neighbourhood", "other_party_refuses", "有管辖权的人民法院"),
    ],
)
async def test_the_best_place_comes_first(people: People, category: str, reason: str, authority: str) -> None:
    filed = await file_dispute(await people.resident(), category=category)
    found = await suggestions(await people.staff("clerk"), filed["id"])
    assert set(found) == set(CATALOG.refusal_reasons)
    assert all(each.get("phone") or each.get("address") for rows in found.values() for each in rows)
    assert found[reason][0]["authority"] == authority


async def test_what_the_clerk_left_out_is_completed_and_shown(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident, category="labour")
    before = granted(await resident.get(f"/disputes/{filed['id']}"))
    assert (before["redirect"], before["routes"]) == (None, [])
    redirect = {"authority": "劳动人事争议仲裁委员会", "address": "宜都市长江大道"}
    await take(clerk, filed["id"], "refuse", reason_code="reserved_authority", redirect=redirect)
    page = granted(await resident.get(f"/disputes/{filed['id']}", include="timeline"))
    assert page["redirect"] == redirect | {
        "reason_code": "reserved_authority",
        "reason_text": "法律规定只能由专门机关管辖处理",
        "phone": "12333",
        "time_limit": "自知道权利受侵害之日起一年内申请仲裁",
    }
    assert all(text in page["timeline"][-1]["text"] for text in ("宜都市长江大道", "12333", "一年内"))


async def test_an_authority_of_the_clerks_own_stays_as_it_is(people: People) -> None:
    resident, clerk = await people.resident(), await people.staff("clerk")
    filed = await file_dispute(resident)
    await take(clerk, filed["id"], "refuse", reason_code="before_court", redirect={"authority": "宜都市人民法院"})
    page = granted(await resident.get(f"/disputes/{filed['id']}", include="timeline"))
    assert (page["redirect"]["authority"], page["redirect"]["phone"]) == ("宜都市人民法院", None)
    assert page["timeline"][-1]["text"].endswith("请向宜都市人民法院申请处理。地址和电话可以拨打12345查询。")


async def test_the_routes_after_no_agreement(people: People) -> None:
    resident = await people.resident()
    filed = await file_dispute(resident)
    mediator = await to_mediation(people, filed["id"])
    routes = ["向宜都市人民法院起诉", "向住房和城乡建设部门投诉"]
    await take(mediator, filed["id"], "end_without_agreement", reason_code="no_consensus", routes=routes)
    assert granted(await resident.get(f"/disputes/{filed['id']}"))["routes"] == routes
