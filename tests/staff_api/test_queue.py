"""The center's queue and the case as each role reads it."""

from datetime import timedelta

import pytest

from models import Dispute
from tests.casework.staff import PeopleAtWork
from tests.clock import START, TravellingClock
from tests.journeys.contract import Json, granted, paths, photo, refused, take, to_mediation
from tests.people import Person, file_dispute

ID_NUMBER = "11010519491231002X"


async def ids(staff: Person, **query: object) -> list[str]:
    return [each["id"] for each in granted(await staff.get("/disputes", **query))["items"]]


async def test_every_filter(at_work: PeopleAtWork, clock: TravellingClock) -> None:
    resident, clerk, mediator = await at_work.resident(), await at_work.staff("clerk"), await at_work.staff("mediator")
    first = (await file_dispute(resident, category="labour_wages"))["id"]
    await to_mediation(at_work, first)
    clock.advance(days=2, hours=12)
    second = (await file_dispute(resident, category="labour"))["id"]
    third = (await file_dispute(resident))["id"]

    assert await ids(clerk) == [third, second, first]
    assert await ids(clerk, order="asc") == [first, second, third]
    assert await ids(clerk, status="in_mediation") == [first]
    assert await ids(clerk, category="labour") == [second, first], "with what lies below it"
    assert await ids(clerk, category="labour_wages") == [first]
    assert await ids(clerk, assignee=mediator.id) == [first]
    assert await ids(clerk, assignee="me") == []
    assert await ids(mediator, assignee="me") == [first]
    assert await ids(clerk, **{"from": "2026-11-26"}) == [third, second]
    assert await ids(clerk, to="2026-11-25") == [first]
    assert await ids(clerk, **{"from": "2026-11-24", "to": "2026-11-24"}, status="submitted") == []
    assert await ids(clerk, status="", category="", q="") == [third, second, first]


async def test_days_are_those_of_shanghai(at_work: PeopleAtWork, clock: TravellingClock) -> None:
    clerk = await at_work.staff("clerk")
    clock.set(START.replace(hour=0, minute=30))
    filed = (await file_dispute(await at_work.resident()))["id"]
    assert await ids(clerk, **{"from": "2026-11-24"}) == [filed]
    assert await ids(clerk, to="2026-11-23") == []


async def test_lights(at_work: PeopleAtWork, clock: TravellingClock) -> None:
    clerk = await at_work.staff("clerk")
    filed = await file_dispute(await at_work.resident())
    withdrawn = (await file_dispute(await at_work.resident("li")))["id"]
    await Dispute.filter(id=withdrawn).update(status="withdrawn", due_at=None, yellow_at=None)
    due_at, yellow_at = START + timedelta(days=3), START + timedelta(days=2)
    await Dispute.filter(id=filed["id"]).update(due_at=due_at, yellow_at=yellow_at)
    for moment, light in (
        (yellow_at - timedelta(seconds=1), "green"),
        (yellow_at, "yellow"),
        (due_at, "yellow"),
        (due_at + timedelta(seconds=1), "red"),
    ):
        clock.set(moment)
        for asked in ("green", "yellow", "red"):
            expected = [withdrawn] * (asked == "green") + [filed["id"]] * (asked == light)
            assert await ids(clerk, light=asked) == expected, (moment, asked)
        shown = granted(await clerk.get("/disputes"))["items"]
        assert [each["light"] for each in shown] == ["green", light]


async def test_search_is_exact(at_work: PeopleAtWork) -> None:
    resident, clerk = await at_work.resident(), await at_work.staff("clerk")
    await resident.post("/me/privacy-consent", {"version": "1", "kinds": ["id_number"]})
    applicant = {"name": "欧阳 建国", "phone": "+86 138-7256-0001", "id_number": ID_NUMBER}
    filed = await file_dispute(
        resident, applicant=applicant, respondents=[{"name": "ＡＢＣ公司", "phone": "0717 6215798"}]
    )
    other = await file_dispute(resident)
    number = (await take(clerk, filed["id"], "accept"))["case_number"]
    for q in (filed["number"], filed["number"].lower(), number, f" {number} ", "13872560001", "138 7256 0001",
              "+8613872560001", ID_NUMBER, ID_NUMBER.lower(), "欧阳建国", "abc公司", "0717-6215798"):  # fmt: skip
        assert filed["id"] in await ids(clerk, q=q), q
    assert await ids(clerk, q="张三") == [other["id"]]
    for q in ("欧阳", "建国", "1387256000", filed["number"][:-1], "%", "_", "' OR 1=1 --", "  ", "〔2026〕"):
        assert await ids(clerk, q=q) == [], q
    assert await ids(await at_work.staff("gezhouba-clerk"), q=number) == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"status": "lost", "light": "blue", "category": "weather", "order": "up"},
         {"status", "light", "category", "order"}),
        ({"center_id": "here", "assignee": "somebody", "limit": "101"}, {"center_id", "assignee", "limit"}),
        ({"from": "yesterday", "to": "2026-02-30"}, {"from", "to"}),
        ({"from": "0001-01-01", "to": "9999-12-31"}, {"from", "to"}),
        ({"from": "2026-11-24", "to": "2026-11-23"}, {"to"}),
        ({"cursor": "nonsense"}, {"cursor"}),
        ({"q": "a\u0000b"}, {"q"}),
        ({"q": "长" * 129}, {"q"}),
        ({"center_id": "00000000-0000-0000-0000-000000000000"}, {"center_id"}),
    ],
)  # fmt: skip
async def test_bad_queries(at_work: PeopleAtWork, query: Json, wrong: set[str]) -> None:
    for username in ("clerk", "supervisor"):
        assert paths(await (await at_work.staff(username)).get("/disputes", **query)) == wrong


async def test_pages_do_not_move(at_work: PeopleAtWork) -> None:
    resident, clerk = await at_work.resident(), await at_work.staff("clerk")
    filed = [(await file_dispute(resident))["id"] for _ in range(5)][::-1]
    first = granted(await clerk.get("/disputes", limit=2))
    await file_dispute(resident)
    second = granted(await clerk.get("/disputes", limit=2, cursor=first["next_cursor"]))
    third = granted(await clerk.get("/disputes", limit=2, cursor=second["next_cursor"]))
    assert [each["id"] for page in (first, second, third) for each in page["items"]] == filed
    assert third["next_cursor"] is None


async def test_who_sees_which_cases(at_work: PeopleAtWork) -> None:
    clerk, other = await at_work.staff("clerk"), await at_work.staff("gezhouba-clerk")
    supervisor, admin = await at_work.staff("supervisor"), await at_work.staff("admin")
    filed = (await file_dispute(await at_work.resident()))["id"]
    target = granted(await other.get("/me"))["center"]["id"]
    assert await ids(other) == []
    await take(clerk, filed, "transfer", center_id=target, reason="事情发生在葛洲坝")
    assert await ids(clerk) == await ids(other) == await ids(supervisor) == [filed]
    assert await ids(supervisor, center_id=target) == [filed]
    assert paths(await clerk.get("/disputes", center_id=target)) == {"center_id"}
    refused(await admin.get("/disputes"), 403, "role_not_allowed")
    refused(await admin.get(f"/disputes/{filed}"), 404)


async def test_the_center_reads_what_the_supervisor_may_not(at_work: PeopleAtWork) -> None:
    resident, clerk = await at_work.resident(), await at_work.staff("clerk")
    supervisor = await at_work.staff("supervisor")
    upload = granted(await resident.upload(photo()), 201)["id"]
    filed = (await file_dispute(resident, file_ids=[upload]))["id"]
    await take(clerk, filed, "add_note", text="张三耳背，请打电话。")
    await take(clerk, filed, "request_information", items=["张三的房产证"], due_on="2026-12-01")
    own = granted(await clerk.get(f"/disputes/{filed}"))
    assert [party["name"] for party in own["parties"]] == ["张三", "某某物业服务有限公司"]
    assert own["parties"][0]["phone_masked"] == "138****0001"
    assert own["description"].startswith("楼上长期漏水")
    assert (own["location"]["lon"], own["location"]["crs"]) == (pytest.approx(111.4775, abs=1e-5), "gcj02")
    assert [each["id"] for each in own["files"]] == [upload]
    assert (await clerk.get(f"/files/{upload}")).headers["content-type"] == "image/jpeg"
    for path in (f"/disputes/{filed}", f"/disputes/{filed}/timeline", "/disputes"):
        text = (await supervisor.get(path)).text
        for hidden in ("13872560001", "张三", "某某物业服务有限公司", "漏水", "清江大道", "111.47", "耳背"):
            assert hidden not in text, (path, hidden)
    assert "13872560001" not in (await clerk.get(f"/disputes/{filed}")).text
    refused(await supervisor.get(f"/files/{upload}"), 404)
    refused(await (await at_work.staff("gezhouba-clerk")).get(f"/files/{upload}"), 404)
    refused(await clerk.get("/files/not-an-id"), 404)


async def test_the_timeline_pages(at_work: PeopleAtWork) -> None:
    clerk = await at_work.staff("clerk")
    filed = (await file_dispute(await at_work.resident()))["id"]
    for n in range(4):
        await take(clerk, filed, "add_note", text=f"第{n}条")
    path = f"/disputes/{filed}/timeline"
    first = granted(await clerk.get(path, limit=3))
    second = granted(await clerk.get(path, limit=3, cursor=first["next_cursor"]))
    items = first["items"] + second["items"]
    assert [each["text"] for each in items[1:]] == ["第0条", "第1条", "第2条", "第3条"]
    assert {(each["actor_kind"], each["actor_role"], each["audience"]) for each in items[1:]} == {
        ("staff", "clerk", "staff")
    }
    backwards = granted(await clerk.get(path, order="desc"))["items"]
    assert [each["id"] for each in backwards] == [each["id"] for each in items][::-1]


async def test_by_light_the_longest_overdue_comes_first(at_work: PeopleAtWork, clock: TravellingClock) -> None:
    resident, clerk, other = (
        await at_work.resident(),
        await at_work.staff("clerk"),
        await at_work.staff("gezhouba-clerk"),
    )
    filed = []
    for _ in range(6):
        filed.append((await file_dispute(resident))["id"])
        clock.advance(days=1)
    await take(clerk, filed[1], "refuse", reason_code="before_court", redirect={"authority": "法院", "phone": "110"})
    elsewhere = granted(await other.get("/me"))["center"]["id"]
    await take(clerk, filed[0], "transfer", center_id=elsewhere, reason="事情发生在葛洲坝")
    open_ones = [filed[0], *filed[2:]]
    due = {each["id"]: each["due_at"] for each in granted(await clerk.get("/disputes", limit=50))["items"]}
    by_due = [*sorted(open_ones, key=lambda each: (due[each], each)), filed[1]]
    assert await ids(clerk, sort="light") == by_due
    assert await ids(other, sort="light") == [filed[0]]
    walked: list[str] = []
    cursor = None
    while len(walked) < 7:
        page = granted(await clerk.get("/disputes", sort="light", limit=2, **({"cursor": cursor} if cursor else {})))
        walked += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        await file_dispute(await at_work.resident("li"), location={"division_code": "420502005"})
    assert walked == by_due
    assert paths(await clerk.get("/disputes", sort="light", cursor="bm9uc2Vuc2U")) == {"cursor"}
    assert paths(await clerk.get("/disputes", sort="loud")) == {"sort"}
