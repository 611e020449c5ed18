"""Signatures in any order, each once, under one text; when the last is there, the agreement holds."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest

from models import Agreement, Confirmation, Event, Party
from tests.agreements.scene import PHONES, TEXT, Scene, agreed_case, mark, scan, sign, verified, waiting_for_parties
from tests.casework.staff import PeopleAtWork
from tests.clock import TravellingClock
from tests.journeys.contract import Json, granted, photo, refused, take
from tests.people import Person

MINUTE = "2026-11-24T10:%02d:00+08:00"
GUARDIAN: Json = {"kind": "guardian", "scope": "file_and_follow", "basis": "母亲", "document": "户口簿",
                  "given_on": "2026-11-20"}  # fmt: skip
NOBODY = "0190c000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("order", ["abms", "smba", "bsam"])
async def test_the_last_of_them_puts_it_in_force(scene: Scene, order: str) -> None:
    """Each a minute after the other; whichever comes last, its time counts."""
    fixed = await scene.final()
    steps = {
        "a": lambda: sign(scene, scene.applicant, fixed),
        "b": lambda: sign(scene, scene.respondent, fixed),
        "m": lambda: mark(scene, fixed, role="mediator", method="screen"),
        "s": lambda: mark(scene, fixed, role="seal", method="paper", signed_at=MINUTE % scene.clock.now().minute),
    }
    last = fixed
    for step in order:
        scene.clock.advance(minutes=1)
        assert granted(await scene.applicant.get(scene.path(f"/agreements/{fixed['id']}")))["effective_at"] is None
        last = granted(await steps[step](), 201)
    assert (last["status"], last["effective_at"]) == ("effective", MINUTE % 4)
    timeline = granted(await scene.respondent.get(scene.path("/timeline"), limit=100))["items"]
    kinds = [each["kind"] for each in timeline]
    assert (kinds.count("agreement_signed"), kinds.count("agreement_effective")) == (4, 1)
    for person in (scene.applicant, scene.respondent):
        told = [each["kind"] for each in granted(await person.get("/notices"))["items"]]
        assert told.count("agreement_effective") == 1
    for again in (sign(scene, scene.applicant, fixed), mark(scene, fixed, role="mediator", method="screen")):
        refused(await again, 409, "agreement_ended")


async def test_the_time_is_when_the_pen_left_the_paper(scene: Scene) -> None:
    """Not when somebody scanned it."""
    fixed = await scene.final()
    scene.clock.advance(days=2)
    file, signed = await scan(scene), fixed
    for side in ("applicant", "respondent"):
        paper = {"party_id": scene.ids[side], "witness": "赵敏", "identity_check": "id_card"}
        answer = await mark(scene, fixed, role="party", method="fingerprint", signed_at="2026-11-25T09:00:00+08:00",
                            **paper, **file)  # fmt: skip
        signed = granted(answer, 201)
    assert signed["signatures"][0]["evidence"]["witness"] == "赵敏"
    for role in ("mediator", "seal"):
        signed = granted(
            await mark(scene, fixed, role=role, method="paper", signed_at="2026-11-25T16:30:00+08:00"), 201
        )
    assert signed["effective_at"] == "2026-11-25T16:30:00+08:00"
    seen = granted(await scene.applicant.get(scene.path(f"/agreements/{fixed['id']}")))
    assert all(each["evidence"] is None and each["scan_file_id"] is None for each in seen["signatures"])


async def test_a_change_after_the_first_signature_voids_it(scene: Scene) -> None:
    fixed = await scene.final()
    granted(await sign(scene, scene.applicant, fixed), 201)
    refused(await sign(scene, scene.applicant, fixed), 409, "already_signed")
    path = scene.path(f"/agreements/{fixed['id']}")
    changed = granted(await scene.mediator.put(path, TEXT | {"manner": "现金", "based_on": 1}))
    assert (changed["status"], changed["version"]) == ("draft", 2)
    assert [each["signed_at"] for each in changed["slots"]] == [None] * 4
    (old,) = changed["signatures"]
    assert old["version"] == 1
    assert old["voided_at"]
    refused(await sign(scene, scene.respondent, fixed), 409, "version_superseded")
    refused(await sign(scene, scene.respondent, changed), 409, "agreement_not_final")
    again = await scene.fix(changed)
    refused(await sign(scene, scene.respondent, fixed), 409, "version_superseded")
    tampered = again | {"content_hash": hashlib.sha256(b"another text").hexdigest()}
    refused(await sign(scene, scene.respondent, tampered), 409, "content_mismatch")
    granted(await sign(scene, scene.applicant, again), 201)
    page = granted(await scene.respondent.get(scene.path()))
    assert "sign_agreement" in [each["action"] for each in page["actions"]]
    assert "签署" in page["next_step"]
    page = granted(await scene.applicant.get(scene.path()))
    assert "sign_agreement" not in [each["action"] for each in page["actions"]]
    granted(await sign(scene, scene.respondent, again), 201)


async def test_who_joined_after_the_text_was_fixed_is_not_bound_by_it(scene: Scene) -> None:
    """Nor does it take effect without them, nor by the name of one who has gone."""
    fixed = await scene.final()
    granted(await sign(scene, scene.applicant, fixed), 201)
    version = granted(await scene.clerk.get(scene.path()))["version"]
    joining = {"version": version, "side": "respondent", "name": "吴二"}
    case = granted(await scene.clerk.post(scene.path("/parties"), joining), 201)
    refused(await sign(scene, scene.respondent, fixed), 409, "agreement_people_changed")
    refused(await mark(scene, fixed, role="mediator", method="screen"), 409, "agreement_people_changed")
    (told,) = granted(await scene.clerk.get(scene.path()))["attention"]
    assert "重新定稿" in told
    path = scene.path(f"/agreements/{fixed['id']}")
    again = await scene.fix(granted(await scene.mediator.put(path, TEXT | {"based_on": 1})))
    assert [each["signed_at"] for each in again["slots"]] == [None] * 5
    granted(await sign(scene, scene.respondent, again), 201)
    gone = next(each["id"] for each in case["parties"] if each["id"] not in scene.ids.values())
    leaving = {"version": case["version"], "reason": "登记错了"}
    granted(await scene.clerk.post(scene.path(f"/parties/{gone}/removal"), leaving))
    paper: Json = {"role": "party", "method": "paper", "party_id": gone, "signed_at": scene.clock.now().isoformat()}
    wanted = await scan(scene) | {"witness": "赵敏", "identity_check": "id_card"}
    refused(await mark(scene, again, **paper, **wanted), 409, "agreement_people_changed")


async def test_who_may_not_sign_and_when(scene: Scene) -> None:
    drawn = await scene.draft()
    refused(await sign(scene, scene.applicant, drawn), 409, "not_agreed_yet")
    await take(scene.mediator, scene.case, "reach_agreement", form="written", summary="分两期赔偿")
    refused(await sign(scene, scene.applicant, drawn), 409, "agreement_not_final")
    fixed = await scene.fix(drawn)
    stranger = await scene.people.resident("stranger")
    refused(await sign(scene, stranger, fixed), 404)
    refused(await sign(scene, scene.applicant, fixed, party_id=scene.ids["respondent"]), 422)
    refused(await mark(scene, fixed, by=scene.clerk, role="mediator", method="screen"), 403, "role_not_allowed")
    director = await scene.people.staff("director")
    refused(await mark(scene, fixed, by=director, role="mediator", method="screen"), 403, "role_not_allowed")
    path = scene.path(f"/agreements/{fixed['id']}/signatures")
    unverified = await scene.people.resident("unverified")
    _ = await Party.filter(id=scene.ids["respondent"]).update(resident_id=unverified.id)
    answer = await unverified.post(path, {"content_hash": fixed["content_hash"]})
    refused(answer, 409, "identity_unverified")


WRONG_ON_PAPER: list[tuple[Json, set[str]]] = [
    ({"role": "party", "method": "screen"}, {"method", "party_id"}),
    ({"role": "seal", "method": "post", "party_id": NOBODY}, {"method", "party_id", "signed_at"}),
    ({"role": "party", "method": "paper", "party_id": NOBODY}, {"signed_at"}),
    ({"role": "party", "method": "paper", "party_id": NOBODY, "signed_at": MINUTE % 0}, {"party_id"}),
    ({"role": "party", "method": "paper", "party_id": "own", "signed_at": MINUTE % 0},
     {"file_id", "witness", "identity_check"}),
    ({"role": "party", "method": "paper", "party_id": "own", "signed_at": "2026-11-23T10:00:00+08:00",
      "file_id": NOBODY, "file_sha256": "0" * 64, "witness": "赵敏", "identity_check": "id_card"},
     {"signed_at", "file_id"}),
    ({"role": "party", "method": "paper", "party_id": "own", "signed_at": "2026-11-24T10:00:01+08:00",
      "witness": "赵敏", "identity_check": "none"}, {"identity_check"}),
    ({"role": "representative", "method": "paper", "party_id": "own", "signed_at": MINUTE % 0,
      "representation_id": NOBODY, "witness": "赵敏", "identity_check": "known"}, {"representation_id", "file_id"}),
    ({"role": "party", "method": "post", "party_id": "own", "signed_at": MINUTE % 0}, {"file_id", "method"}),
    ({"role": "mediator", "method": "screen", "content_hash": "none"}, {"content_hash"}),
]  # fmt: skip


async def test_what_staff_write_down_wrongly(scene: Scene) -> None:
    fixed = await scene.final()
    for fields, wrong in WRONG_ON_PAPER:
        own = {name: scene.ids["respondent"] if value == "own" else value for name, value in fields.items()}
        answer = await mark(scene, fixed, **own)
        assert answer.status_code == 422, (fields, answer.text)
        assert {each["path"] for each in answer.json()["fields"]} == wrong, fields
    good = {"role": "party", "method": "paper", "party_id": scene.ids["respondent"], "signed_at": MINUTE % 0,
            "witness": "赵敏", "identity_check": "id_card"}  # fmt: skip
    file = await scan(scene)
    swapped = file | {"file_sha256": hashlib.sha256(photo("red")).hexdigest()}
    answer = await mark(scene, fixed, **good, **swapped)
    assert {each["path"] for each in answer.json()["fields"]} == {"file_sha256"}
    granted(await mark(scene, fixed, **good, **file), 201)


async def test_a_divorce_is_not_signed_on_a_screen(people: PeopleAtWork, clock: TravellingClock) -> None:
    scene = await agreed_case(people, clock, category="marriage_divorce")
    fixed = await scene.final()
    refusing = {each["method"]: each["refused"] for each in fixed["methods"]}
    assert "电子签名法" in refusing.pop("screen")
    assert set(refusing.values()) == {None}
    refused(await sign(scene, scene.applicant, fixed), 409, "screen_signing_forbidden")
    refused(await mark(scene, fixed, role="mediator", method="screen"), 409, "screen_signing_forbidden")
    good = {"method": "paper", "signed_at": MINUTE % 0}
    granted(await mark(scene, fixed, role="mediator", **good), 201)


async def test_a_minor_signs_through_the_guardian_alone(scene: Scene) -> None:
    _ = await Party.filter(id=scene.ids["applicant"]).update(is_minor=True)
    fixed = await scene.final()
    refused(await sign(scene, scene.applicant, fixed), 409, "guardian_signs")
    paper = {"party_id": scene.ids["applicant"], "method": "paper", "signed_at": MINUTE % 0, "witness": "赵敏",
             "identity_check": "id_card"}  # fmt: skip
    refused(await mark(scene, fixed, role="party", **paper, **await scan(scene)), 409, "guardian_signs")
    agent = await _representation(scene, "applicant", kind="agent", scope="settle", document="授权委托书")
    by_agent = {"representation_id": agent, **paper, **await scan(scene)}
    refused(await mark(scene, fixed, role="representative", **by_agent), 409, "guardian_signs")
    mother = await verified(scene.people, "mother", "13900003333")
    _ = await _representation(scene, "applicant", **GUARDIAN, phone="13900003333")
    refused(await mark(scene, fixed, role="guardian", **by_agent), 409, "guardian_signs")
    refused(await sign(scene, mother, fixed), 404)
    found = granted(await scene.clerk.get(scene.path()))["representations"]
    guardian = next(each["id"] for each in found if each["kind"] == "guardian")
    by_mother = {**paper, "representation_id": guardian, **await scan(scene)}
    signed = granted(await mark(scene, fixed, role="guardian", **by_mother), 201)
    assert signed["signatures"][-1]["role"] == "guardian"


async def test_a_company_signs_by_who_has_its_authority(people: PeopleAtWork, clock: TravellingClock) -> None:
    company = {"kind": "organization", "name": "宜都某物业公司", "phone": PHONES["respondent"]}
    scene = await agreed_case(people, clock, respondents=[company])
    fixed = await scene.final()
    refused(await sign(scene, scene.respondent, fixed), 409, "authority_needed")
    who: Json = {"name": "周大勇", "phone": PHONES["respondent"], "document": "身份证明书"}
    _ = await _representation(scene, "respondent", kind="legal_representative", scope="attend", **who)
    refused(await sign(scene, scene.respondent, fixed), 409, "authority_needed")
    _ = await _representation(scene, "respondent", kind="legal_representative", scope="settle", **who)
    signed = granted(await sign(scene, scene.respondent, fixed), 201)
    assert signed["signatures"][-1]["role"] == "representative"


async def test_by_post(scene: Scene) -> None:
    fixed = await scene.final()
    path = scene.path(f"/agreements/{fixed['id']}/parcels")
    parcel: Json = {"party_id": scene.ids["respondent"], "way": "to_sign", "carrier": "ems",
                    "tracking_number": "EA123456789CN", "sent_on": "2026-11-24"}  # fmt: skip
    for wrong in ({"carrier": "owl"}, {"sent_on": "2026-11-25"}, {"sent_on": "2026-11-23"}, {"tracking_number": "<1>"},
                  {"way": "by_hand"}, {"party_id": NOBODY}):  # fmt: skip
        answer = await scene.clerk.post(path, parcel | wrong)
        assert {each["path"] for each in refused(answer, 422)["fields"]} == set(wrong)
    refused(await scene.clerk.post(path, parcel | {"way": "copy"}), 409, "agreement_not_final")
    sent = granted(await scene.clerk.post(path, parcel), 201)
    refused(await scene.clerk.post(path, parcel | {"party_id": scene.ids["applicant"]}), 409, "tracking_number_known")
    granted(await scene.clerk.post(path, parcel | {"carrier": "sf"}), 201)
    other = granted(await scene.applicant.get(scene.path(f"/agreements/{fixed['id']}")))["parcels"]
    assert [each["tracking_number"] for each in other] == [None, None]

    signed: Json = {"role": "party", "method": "post", "party_id": scene.ids["respondent"]}
    scene.clock.advance(days=3)
    file, signed_at = await scan(scene), "2026-11-26T19:00:00+08:00"
    refusal = refused(await mark(scene, fixed, **signed, **file, signed_at=signed_at), 422)
    assert {each["path"] for each in refusal["fields"]} == {"method"}
    back = {"way": "sent_back", "carrier": "sf", "tracking_number": "SF1000200030004", "sent_on": "2026-11-26"}
    refused(await scene.respondent.post(path, parcel), 403, "role_not_allowed")
    returned = granted(await scene.respondent.post(path, back), 201)["parcels"][-1]
    assert returned["tracking_number"] == "SF1000200030004"
    arrival = f"{path}/{returned['id']}/arrival"
    refused(await scene.clerk.post(arrival, {"delivered_on": "2026-11-25"}), 422)
    granted(await scene.clerk.post(arrival, {"delivered_on": "2026-11-27"}))
    refused(await scene.clerk.post(arrival, {"delivered_on": "2026-11-27"}), 409, "parcel_arrived")
    refused(await scene.clerk.post(f"{path}/{NOBODY}/arrival", {"delivered_on": "2026-11-27"}), 404)
    granted(await mark(scene, fixed, **signed, **file, signed_at=signed_at), 201)
    assert sent["parcels"][0]["carrier_text"] == "中国邮政EMS"


async def test_scans_are_the_centers(scene: Scene) -> None:
    await scene.final()
    supervisor, stranger = await scene.people.staff("supervisor"), await scene.people.staff("gezhouba-clerk")
    for person, status in ((supervisor, 403), (stranger, 404)):
        refused(await _upload(scene, person), status)
    file = granted(await _upload(scene, scene.clerk), 201)
    assert (await scene.mediator.get(f"/files/{file['id']}")).status_code == 200
    refused(await scene.applicant.get(f"/files/{file['id']}"), 404)


async def test_twelve_agreements_signed_by_both_at_once(scene: Scene) -> None:
    """A third of the calls is sent twice: each agreement takes effect once, with the later of the two times.
    `make bench-agreements` does it with a thousand."""
    fixed = [await waiting_for_parties(scene, TEXT, scene.clock.now) for _ in range(12)]
    scene.clock.advance(minutes=1)
    calls = [(person, each) for each in fixed for person in (scene.applicant, scene.respondent)]
    calls += calls[::3]
    answers = await asyncio.gather(*(_signed(*call) for call in calls))
    assert sorted(answer.status_code for answer in answers) == [201] * 24 + [409] * 8
    assert [each.effective_at for each in await Agreement.filter(status="effective")] == [scene.clock.now()] * 12
    assert await Event.filter(kind="agreement_effective").count() == 12
    assert await Confirmation.filter(last_day="2026-12-24").count() == 12


async def _signed(person: Person, agreement: Json) -> httpx.Response:
    return await person.post(f"{agreement['path']}/signatures", {"content_hash": agreement["content_hash"]})


async def _representation(scene: Scene, side: str, **fields: Any) -> str:
    body: Json = {"name": "刘芳", "basis": "当面说明", "given_on": "2026-11-20", "party_id": scene.ids[side]} | fields
    after = granted(await scene.clerk.post(scene.path("/representations"), body), 201)
    return str(max(after["representations"], key=lambda each: str(each["id"]))["id"])


async def _upload(scene: Scene, person: Person) -> httpx.Response:
    return await person.upload(photo(), to=scene.path("/files"))
