"""What partners bring: signed, once, in their own codes; what is wrong is refused, and what has no mapping is not."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tortoise.transactions import in_transaction

from backend.exchange import keys
from models import Dispute, Event, PartnerCase, Registration, UnknownCode
from tests.clock import TravellingClock
from tests.exchange import calling
from tests.exchange.calling import App, Caller, referral
from tests.journeys.contract import granted, refused, take
from tests.people import People

CASES = "/exchange/v1/cases"


@pytest.fixture
async def hotline(app: App, client: httpx.AsyncClient, clock: TravellingClock) -> Caller:
    return await calling.partner(app, client, clock)


async def test_a_case_is_filed_where_it_happened_once_for_its_number(hotline: Caller, people: People) -> None:
    first, second = await asyncio.gather(hotline.refer(), hotline.refer())
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert first.content == second.content == (await hotline.refer()).content
    received = first.json()
    assert (received["partner_number"], received["unmapped"]) == ("12345-2026-000017", [])
    dispute = await Dispute.get(number=received["number"]).select_related("center")
    assert (dispute.source, dispute.category, dispute.center.name) == ("referral", "property", received["center"])
    registration = await Registration.get(dispute_id=dispute.id)
    assert (registration.referred_by, registration.referral_number) == ("hotline_12345", "12345-2026-000017")
    assert await Dispute.all().count() == await PartnerCase.all().count() == 1
    refused(await hotline.refer(claim="赔偿两万元。"), 409, "case_number_taken")
    case = granted(await (await people.staff("clerk")).get(f"/disputes/{dispute.id}"))
    assert case["registration"]["referral"]["name"] == "12345热线"
    assert (await hotline.refer(number="12345-2026-000018")).json()["number"] != received["number"]


async def test_a_refusal_goes_back_with_where_to_go_and_the_slip_closes_it(hotline: Caller, people: People) -> None:
    number = granted(await hotline.refer(), 201)["number"]
    at = f"{CASES}/12345-2026-000017"
    before = granted(await hotline.get(at))
    assert before == granted(await hotline.get(f"{CASES}/{number}"))
    assert (before["status"], before["hejie_status"], before["category"]) == ("10", "submitted", "0101")
    assert (before["redirect"], before["return_slip"]) == (None, False)
    refused(await hotline.get(f"{at}/return-slip"), 409, "not_ended_yet")
    refused(await hotline.post(f"{at}/return-slip/receipt", {}), 409, "not_ended_yet")
    supplement = {"text": "来电人补充：物业电话无人接听。"}
    said = granted(await hotline.post(f"{at}/supplements", supplement), 201)
    assert granted(await hotline.post(f"{at}/supplements", supplement), 201) == said
    clerk, dispute = await people.staff("clerk"), await Dispute.get(number=number)
    assert await Event.filter(dispute_id=dispute.id, kind="partner_supplemented").count() == 1
    timeline = granted(await clerk.get(f"/disputes/{dispute.id}/timeline"))["items"]
    assert timeline[-1]["text"] == "12345热线补充：来电人补充：物业电话无人接听。"
    redirect = {"authority": "宜都市劳动人事争议仲裁院", "phone": "0717-4822333"}
    await take(clerk, str(dispute.id), "refuse", reason_code="reserved_authority", redirect=redirect)
    after = granted(await hotline.get(at))
    assert (after["status"], after["redirect"]["authority"], after["return_slip"]) == (
        "40",
        redirect["authority"],
        True,
    )
    slip = granted(await hotline.get(f"{at}/return-slip"))
    assert (slip["outcome"], slip["referral_number"]) == ("refused", "12345-2026-000017")
    closed = granted(await hotline.post(f"{at}/return-slip/receipt", {}), 201)
    assert granted(await hotline.post(f"{at}/return-slip/receipt", {}), 201) == closed
    assert await Event.filter(dispute_id=dispute.id, kind="return_slip_received").count() == 1
    refused(await hotline.post(f"{at}/supplements", {"text": "还有"}), 409, "dispute_ended")


async def test_codes_without_a_mapping_cost_nobody_the_case(hotline: Caller, people: People) -> None:
    nowhere = {"division_code": "XX-99", "address": "某处"}
    received = granted(await hotline.refer(category="9999", location=nowhere), 201)
    assert received["unmapped"] == [{"kind": "category", "code": "9999"}, {"kind": "division", "code": "XX-99"}]
    dispute = await Dispute.get(number=received["number"])
    assert (dispute.category, dispute.route["policy"]) == ("other", "city_queue")
    assert await UnknownCode.filter(dispute_id=dispute.id, settled_at=None).count() == 2
    marked = await Event.get(dispute_id=dispute.id, kind="code_unmapped")
    assert (marked.audience, marked.actor_kind, marked.data) == ("staff", "partner", {"partner": "12345热线"})
    supervisor = await people.staff("supervisor")
    granted(await supervisor.get(f"/disputes/{dispute.id}/timeline"))
    known = granted(await hotline.refer(number="2", location={"division_code": "420581001"}), 201)
    assert known["unmapped"] == []


async def test_all_that_is_wrong_is_said_at_once_and_nothing_is_repeated(hotline: Caller) -> None:
    wrong = referral(
        number="a/b", category="", description="x" * 5001, occurred_on="2027-01-01", amount_fen=-1, extra="绝密",
        location={"lon": 0, "lat": 0, "crs": "gcj02"}, applicant={"name": "", "phone": "绝密"}, respondents=[],
        referred_by="绝密",
    )  # fmt: skip
    answer = await hotline.post(CASES, wrong)
    fields = {each["path"] for each in refused(answer, 422, "invalid_fields")["fields"]}
    assert fields >= {
        "number", "category", "description", "occurred_on", "amount_fen", "extra", "location.lon", "applicant.name",
        "applicant.phone", "respondents", "referred_by",
    }  # fmt: skip
    assert "绝密" not in answer.text
    twice = {"name": "张三", "phone": "13872560001"}
    answer = await hotline.refer(respondents=[twice])
    assert refused(answer, 422)["fields"][0]["path"] == "respondents.0.name"
    assert not await Dispute.exists()


async def test_only_what_is_signed_now_by_whoever_it_says_is_taken(
    app: App, hotline: Caller, client: httpx.AsyncClient, clock: TravellingClock
) -> None:
    body = json.dumps(referral()).encode()

    async def sent(headers: dict[str, str], content: bytes = body, to: str = CASES) -> httpx.Response:
        return await client.post(to, content=content, headers={"content-type": "application/json"} | headers)

    good = hotline.signed("POST", CASES, body)
    unsigned = [{}, {**good, "webhook-signature": ""}, {**good, "hejie-partner": ""}, {**good, "webhook-id": "a.b"}]
    for headers in unsigned:
        refused(await sent(headers), 401, "signature_missing")
    forged: list[dict[str, str]] = [
        {"hejie-partner": "nobody"}, {"hejie-partner": "无"}, {"webhook-signature": "v1,AAAA"},
        {"webhook-id": "msg_other"}, {"webhook-timestamp": str(int(clock.now().timestamp()) - 1)},
    ]  # fmt: skip
    for change in forged:
        encoded = {name: value.encode() for name, value in (good | change).items()}
        answer = await client.post(CASES, content=body, headers={b"content-type": b"application/json"} | encoded)  # type: ignore[arg-type]
        refused(answer, 401, "signature_invalid")
    refused(await sent(good, body.replace("张".encode(), "王".encode()) + b" "), 401, "signature_invalid")
    refused(await sent(good, to=f"{CASES}?x=1"), 401, "signature_invalid")
    refused(await client.get(f"{CASES}/1", headers=good), 401, "signature_invalid")
    for age_s in (301, -301):
        refused(await sent(hotline.signed("POST", CASES, body, age_s=age_s)), 401, "timestamp_out_of_window")
    granted(await sent(good), 201)
    refused(await sent(good), 401, "message_replayed")
    old = hotline.secret
    async with in_transaction():
        hotline.secret = await keys.rotate(app.ctx.deps, hotline.partner)
    granted(await sent(hotline.signed("POST", CASES, body)), 201)
    hotline.secret, new = old, hotline.secret
    granted(await sent(hotline.signed("POST", CASES, body)), 201)
    async with in_transaction():
        await keys.rotate(app.ctx.deps, hotline.partner)
    refused(await sent(hotline.signed("POST", CASES, body)), 401, "signature_invalid")
    hotline.secret = new
    granted(await sent(hotline.signed("POST", CASES, body)), 201)
    hotline.partner.paused_at = clock.now()
    await hotline.partner.save()
    refused(await sent(hotline.signed("POST", CASES, body)), 403, "partner_paused")
    assert await Dispute.all().count() == 1


async def test_a_message_is_used_up_by_its_answer_and_by_no_refusal(hotline: Caller) -> None:
    async def sent(method: str, path: str, nonce: str, **changed: Any) -> httpx.Response:
        body = json.dumps(referral(**changed)).encode() if method == "POST" else b""
        headers = hotline.signed(method, path, body, nonce=nonce) | {"content-type": "application/json"}
        return await hotline.client.request(method, path, content=body, headers=headers)

    for _ in range(2):
        refused(await sent("POST", CASES, "one", respondents=[]), 422, "invalid_fields")
        refused(await sent("GET", f"{CASES}/{referral()['number']}", "two"), 404, "not_found")
    answers = await asyncio.gather(*(sent("POST", CASES, "one") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401, 401]
    refused(await sent("POST", CASES, "one", number="2"), 401, "message_replayed")
    granted(await sent("GET", f"{CASES}/{referral()['number']}", "two"))
    refused(await sent("GET", f"{CASES}/{referral()['number']}", "two"), 401, "message_replayed")
    refused(await sent("POST", CASES, "three", claim="赔偿两万元。"), 409, "case_number_taken")
    granted(await sent("POST", CASES, "three", number="3"), 201)
    assert await PartnerCase.all().count() == 2


async def test_a_number_that_cannot_stand_in_an_address_is_refused(hotline: Caller) -> None:
    for number in ("..", ".", "a\u200bb", "a\u202eb", "\ufeff1", "a b", "a\x00", "a%2f", "字" * 65, 7):
        assert [each["path"] for each in refused(await hotline.refer(number=number), 422)["fields"]] == ["number"]
    for number in ("…1", ".1", "1.", "京-（2026）1号"):
        granted(await hotline.refer(number=number), 201)
        assert granted(await hotline.get(f"{CASES}/{quote(number)}"))["partner_number"] == number


async def test_what_a_partner_may_not_bring_and_cases_of_others_do_not_exist_for_it(
    app: App, hotline: Caller, client: httpx.AsyncClient, clock: TravellingClock
) -> None:
    number = granted(await hotline.refer(), 201)["number"]
    police = await calling.partner(
        app, client, clock, "police", name="公安云", categories=["labour"], areas=["420582000000"]
    )
    strange = (CASES + "/" + "x" * 70, f"{CASES}/%00", f"{CASES}/%E5%8F%B7", f"{CASES}/{number}x")
    for path in (f"{CASES}/{number}", f"{CASES}/12345-2026-000017", f"{CASES}/12345-2026-000017/return-slip", *strange):
        refused(await police.get(path), 404, "not_found")
    refused(await police.post(f"{CASES}/{number}/supplements", {"text": "补充"}), 404, "not_found")
    assert refused(await police.refer(), 422)["fields"][0]["path"] == "category"
    assert refused(await police.refer(category="0102"), 422)["fields"][0]["path"] == "location"
    granted(await police.refer(category="0102", location={"division_code": "420582"}), 201)
    silent = await calling.partner(app, client, clock, "court", directions=["out"])
    refused(await silent.refer(), 403, "direction_not_allowed")


async def test_what_is_too_large_of_another_type_or_too_often_is_refused(
    app: App, client: httpx.AsyncClient, clock: TravellingClock
) -> None:
    slow = await calling.partner(app, client, clock, "slow", limit_per_s=2)
    large: bytes = b'{"number":"' + b"x" * 10_000_000 + b'"}'
    refused(await slow.post(CASES, large), 413, "too_large")

    async def parts() -> Any:
        for _ in range(100):
            yield b"x" * 100_000

    headers = slow.signed("POST", CASES, b"")
    refused(await client.post(CASES, content=parts(), headers=headers), 413, "too_large")
    refused(await slow.post(CASES, referral(), **{"content-type": "text/plain"}), 415, "wrong_type")
    odd = (b'{"number":"\\ud800"}', b'{"number":"\xed\xa0\x80"}', b'{"number":' + b"[" * 100_000, b"\xef\xbb\xbf{}")
    for body in (b"{", b"[]", b'{"number":NaN}', b"\xff", *odd):
        refused(await slow.post(CASES, body), 400, "malformed")
    answers = [await slow.get(f"{CASES}/1") for _ in range(15)]
    refused(answers[-1], 429, "rate_limited")
    assert int(answers[-1].headers["retry-after"]) > 0
