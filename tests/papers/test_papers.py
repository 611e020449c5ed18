"""Every paper of a case, from what was really written into it: text of PDF and DOCX against the data; who reads it."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from tortoise import connections

from backend import sweeping, worker
from backend.commitments import promises
from models import (
    Agreement,
    AgreementStatus,
    Attendance,
    Dispute,
    MeetingParticipant,
    Paper,
    PaperState,
    Party,
    Safety,
    StoredFile,
)
from tests.casework.staff import PeopleAtWork
from tests.clock import START
from tests.conftest import App
from tests.journeys.contract import Json, granted, paths, refused, take
from tests.mediation.standings import Standings
from tests.papers.reading import Press, docx_text, fetched, fonts_in, guess, pdf_text, said

FACTS = "602室卫生间漏水。\n# 不是标题 | 也不是表格 {{ 7*7 }} {% for %} $x^2$ #strong[粗] <b>粗</b>"
FOOTER = re.compile(r"(〔[0-9]{4}〕[^〔第]*第[0-9]{4}号|HJ[-A-Z0-9]+)第[0-9]+页共[0-9]+页")
TERMS = [
    {"who": "某某物业服务有限公司", "what": "修好漏水 | 并验收", "due_on": "2026-12-10"},
    {"who": "某某物业服务有限公司", "what": "赔偿粉刷费用", "due_on": "2026-12-20", "amount_fen": 120_000},
]


async def _meeting(case: Standings) -> str:
    mediator = case["mediator"]
    plan = {"kind": "joint", "venue": "onsite", "planned_at": "2026-11-25T09:30:00+08:00", "agenda": ["漏水", "赔偿"]}
    found = granted(await mediator.post(case.path("/meetings"), plan), 201)
    path = case.path(f"/meetings/{found['id']}")
    marks = [{"participant_id": each["id"], "attendance": "present"} for each in found["participants"]]
    granted(await mediator.post(f"{path}/begin", {"attendance": marks, "rights_notice": True}))
    granted(await mediator.post(f"{path}/end"))
    written = {"text": "双方到场，陈述意见。", "facts": ["漏水发生在十一月"], "concessions": ["愿意少要一百元"]}
    granted(await mediator.post(f"{path}/minutes", written), 201)
    granted(await case["party_a"].post(f"{path}/minutes/1/answers", {"answer": "confirmed"}))
    return str(found["id"])


async def _fixed(case: Standings, **changes: Any) -> Json:
    """An agreement whose text is final."""
    text = {
        "facts": FACTS,
        "issues": "修理责任",
        "terms": TERMS,
        "manner": "修好并转账",
        "deadline": "2026-12-20",
    } | changes
    drawn = granted(await case["mediator"].post(case.path("/agreements"), text), 201)
    path = case.path(f"/agreements/{drawn['id']}/final")
    return granted(await case["mediator"].post(path, {"version": drawn["version"]}))


async def _settled(press: Press, case: Standings) -> Json:
    """And in force."""
    fixed = await _fixed(case)
    await take(case["mediator"], case.dispute_id, "reach_agreement", form="written", summary="双方和解")
    await Agreement.filter(id=fixed["id"]).update(status=AgreementStatus.EFFECTIVE, effective_at=START)
    dispute = await Dispute.get(id=case.dispute_id)
    await promises.promise(press.app.ctx.deps, dispute, fixed["content"]["terms"], UUID(fixed["id"]))
    return fixed


async def _followed(case: Standings) -> None:
    call = {"channel": "phone", "outcome": "已经修好", "reached": True}
    await take(case["mediator"], case.dispute_id, "log_contact", **call)
    rows = granted(await case["mediator"].get(case.path("/commitments")))["items"]
    act, payment = (f"/commitments/{each['id']}/reports" for each in rows)
    done: Json = {"done_on": "2026-11-24"}
    granted(await case["mediator"].post(case.path(act), done | {"text": "验收合格", "completes": True}), 201)
    granted(await case["party_b"].post(case.path(payment), done | {"amount_fen": 50_000, "text": "先付一半"}), 201)
    visit = granted(await case["mediator"].get(case.path("/follow-ups")))["items"][0]
    found: Json = {"channel": "home", "result": "kept", "note": "阳台不漏了"}
    granted(await case["mediator"].post(case.path(f"/follow-ups/{visit['id']}/records"), found), 201)
    await take(case["mediator"], case.dispute_id, "confirm_fulfilment", note="钱和修理都到位")


async def _read_back(press: Press, case: Standings, paper: Json) -> str:
    """Both files say everything that the data says, and the fonts lie in the PDF. The text of the PDF."""
    pdf, office = [await fetched(case["mediator"], case, paper, kind) for kind in ("pdf", "docx")]
    text, in_office, data = pdf_text(pdf), docx_text(office), await press.data(paper)
    shown = said(data, press.app.ctx.deps.catalog.paper_templates[paper["code"]])
    assert len(shown) > 3
    body = FOOTER.sub("", text)
    assert [value for value in shown if value not in body] == [], paper["code"]
    assert [value for value in shown if value not in in_office] == [], paper["code"]
    assert all(fonts_in(pdf).values()), "embedded"
    assert set(fonts_in(pdf)) <= {"NotoSerifSC-Regular", "NotoSansSC-Regular"}
    assert f"第1页共{paper['pages']}页" in text
    assert "草稿" not in text
    return text


async def test_every_paper_says_what_the_case_says(press: Press, standings: Standings) -> None:
    case, mediator = standings, standings["mediator"]
    meeting_id = await _meeting(case)
    await _settled(press, case)
    await _followed(case)
    texts: dict[str, str] = {}
    made: dict[str, Json] = {}
    subjects = {"rights_notice": case.ids["party_a"], "minutes": meeting_id}
    for code in ("application", "acceptance", "rights_notice", "minutes", "agreement", "follow_up", "confirmation",
                 "cover", "contents"):  # fmt: skip
        subject = {"subject_id": subjects[code]} if code in subjects else {}
        made[code] = await press.ask(mediator, case, code, **subject)
        texts[code] = await _read_back(press, case, made[code])
    dispute = await Dispute.get(id=case.dispute_id)
    assert dispute.case_number is not None
    for code in set(texts) - {"application", "rights_notice"}:
        assert dispute.case_number in texts[code], code
    assert "张三" in texts["application"]
    assert "13872560001" in texts["application"]
    assert "13872560001" not in texts["agreement"], "both read it"
    assert "漏水发生在十一月" in texts["minutes"]
    assert "愿意少要一百元" not in texts["minutes"], "a concession is no evidence"
    for told in ("验收合格", "500元；先付一半", "已确认", "（顺延到2026年12月21日）", "已履行",
                 "上门回访，已按约履行；阳台不漏了"):  # fmt: skip
        assert told in texts["follow_up"], told
    assert "1,200元" in texts["agreement"]
    assert "人民调解协议书" in texts["agreement"]
    assert "一式三份" in texts["agreement"]
    assert "#不是标题|也不是表格{{7*7}}" in texts["agreement"], "words stay words"
    pages = sum(made[code]["pages"] for code in texts if code not in ("cover", "contents"))
    assert f"共{pages}页" in texts["contents"]
    assert "文书7件" in texts["cover"]
    kinds = {each["code"]: each for each in granted(await mediator.get(case.path("/paper-kinds")))["items"]}
    assert kinds["agreement"]["made"]
    assert not kinds["termination"]["made"]
    assert not kinds["rights_notice"]["made"], "of one party only"
    assert meeting_id in {each["id"] for each in kinds["minutes"]["subjects"]}
    listed = granted(await mediator.get(case.path("/papers"), limit=4))
    assert len(listed["items"]) == 4
    rest = granted(await mediator.get(case.path("/papers"), limit=100, cursor=listed["next_cursor"]))
    assert {each["id"] for each in [*listed["items"], *rest["items"]]} == {each["id"] for each in made.values()}


async def test_the_note_of_an_ending_names_the_ways_on(press: Press, standings: Standings) -> None:
    case = standings
    early = refused(await case["mediator"].post(case.path("/papers"), {"code": "termination"}), 409, "paper_incomplete")
    assert early["missing"] == ["终止原因", "其他途径"]
    ended = {"reason_code": "no_consensus", "routes": ["向宜都市人民法院起诉", "申请仲裁"]}
    await take(case["mediator"], case.dispute_id, "end_without_agreement", **ended)
    paper = await press.ask(case["clerk"], case, "termination")
    text = await _read_back(press, case, paper)
    assert "一、向宜都市人民法院起诉" in text
    own = granted(await case["party_b"].get(case.path("/papers")))["items"]
    assert [each["id"] for each in own] == [paper["id"]]


async def test_an_oral_agreement_is_on_record(press: Press, standings: Standings) -> None:
    case = standings
    said = {"form": "oral", "summary": "当面说好", "terms": TERMS}
    await take(case["mediator"], case.dispute_id, "reach_agreement", **said)
    text = await _read_back(press, case, await press.ask(case["mediator"], case, "oral_agreement"))
    assert "人民调解口头协议登记表" in text
    written = refused(await case["mediator"].post(case.path("/papers"), {"code": "agreement"}), 409, "paper_incomplete")
    assert "定稿指纹" in written["missing"]


async def test_the_same_version_is_the_same_paper(press: Press, standings: Standings, app: App) -> None:
    case, mediator = standings, standings["mediator"]
    fixed = await _fixed(case)
    draft = await press.ask(mediator, case, "agreement", draft=True)
    assert "草稿" in pdf_text(await fetched(mediator, case, draft, "pdf"))
    assert draft["verify_path"] is None
    asked = await asyncio.gather(*(mediator.post(case.path("/papers"), {"code": "agreement"}) for _ in range(4)))
    assert len({granted(each, 201)["id"] for each in asked}) == 1
    paper = await press.ask(mediator, case, "agreement")
    content = await fetched(mediator, case, paper, "pdf")
    assert fixed["content_hash"] in pdf_text(content)
    row = await Paper.get(id=paper["id"])
    row.state = PaperState.FAILED
    await row.save(update_fields=["state"])
    again = await press.ask(mediator, case, "agreement")
    assert await fetched(mediator, case, again, "pdf") == content, "drawn anew, it is the same to the byte"
    code, where = paper["verify_path"].removeprefix("/verify/"), "203.0.113.1"
    assert [each["id"] for each in granted(await case["party_b"].get(case.path("/papers")))["items"]] == [paper["id"]]
    assert (await guess(app, where, code, paper["pdf"]["sha256"])).json() == {"genuine": True}
    text = {"facts": FACTS, "issues": "修理责任", "terms": TERMS[:1], "manner": "修好", "deadline": "2026-12-20"}
    revised = granted(
        await mediator.put(case.path(f"/agreements/{fixed['id']}"), text | {"based_on": fixed["version"]})
    )
    assert (await guess(app, where, code, paper["pdf"]["sha256"])).json() == {"genuine": False}, "nobody may sign it"
    assert granted(await case["party_b"].get(case.path("/papers")))["items"] == [], "nor print it any more"
    kinds = {each["code"]: each for each in granted(await mediator.get(case.path("/paper-kinds")))["items"]}
    assert not kinds["agreement"]["made"]
    early = refused(await mediator.post(case.path("/papers"), {"code": "agreement"}), 409, "paper_incomplete")
    assert early["missing"] == ["定稿指纹"]
    path = case.path(f"/agreements/{fixed['id']}/final")
    granted(await mediator.post(path, {"version": revised["version"]}))
    other = await press.ask(mediator, case, "agreement")
    assert other["content_sha256"] != paper["content_sha256"]
    assert granted(await mediator.get(case.path(f"/papers/{paper['id']}")))["superseded_at"] is not None


async def test_what_is_true_again_is_in_its_place_again(press: Press, standings: Standings, app: App) -> None:
    case = standings
    party, keyring = await Party.get(dispute_id=case.dispute_id, side="applicant"), app.ctx.deps.keyring
    found = []
    for name in ("张三", "章三", "张三"):
        party.name_sealed = keyring.seal(name, "party", "name", party.id)
        await party.save(update_fields=["name_sealed"])
        found.append(await press.ask(case["mediator"], case, "application"))
    assert [each["id"] for each in found].index(found[2]["id"]) == 0
    assert [(await Paper.get(id=each["id"])).superseded_at is None for each in found] == [True, False, True]


async def test_who_reads_which_paper(press: Press, standings: Standings) -> None:
    case, mediator = standings, standings["mediator"]
    for party in ("party_a", "party_b"):
        granted(await case[party].post(case.path("/rights-acknowledgement"), {"version": "1"}))
    await _settled(press, case)
    made = {code: await press.ask(mediator, case, code) for code in ("application", "acceptance", "agreement")}
    notices = {
        p: await press.ask(mediator, case, "rights_notice", subject_id=case.ids[p]) for p in ("party_a", "party_b")
    }
    readers = {
        made["application"]["id"]: {"mediator", "clerk", "party_a"},
        made["acceptance"]["id"]: {"mediator", "clerk"},
        made["agreement"]["id"]: {"mediator", "clerk", "party_a", "party_b"},
        notices["party_a"]["id"]: {"mediator", "clerk", "party_a"},
        notices["party_b"]["id"]: {"mediator", "clerk", "party_b"},
    }
    for paper_id, allowed in readers.items():
        for name, person in case.people.items():
            answers = [await person.get(case.path(f"/papers/{paper_id}/{kind}")) for kind in ("pdf", "docx")]
            assert {each.status_code for each in answers} == {200 if name in allowed else 404} or (
                name in ("assisting", "expert") and {each.status_code for each in answers} == {403}
            ), name
    assert "《人民调解协议书》已经制作完成" in str(granted(await case["party_b"].get(case.path("/timeline"))))
    await Dispute.filter(id=case.dispute_id).update(safety=Safety.RED)
    for party in ("party_a", "party_b"):
        refused(await case[party].get(case.path("/papers")), 404)
    stored = await StoredFile.filter(dispute_id=None).first()
    assert stored is not None
    refused(await mediator.get(f"/files/{stored.id}"), 404)


async def test_nobody_finds_another_by_a_paper(press: Press, standings: Standings, app: App) -> None:
    """What the court or the center must know of somebody is not the other side's to read, nor a fellow applicant's."""
    case, mediator, keyring = standings, standings["mediator"], app.ctx.deps.keyring
    await _settled(press, case)
    alone = await press.ask(mediator, case, "application")
    running = pdf_text(await fetched(mediator, case, await press.ask(mediator, case, "follow_up", draft=True), "pdf"))
    assert running.count("未履行") == 3, "each of two, and both together"
    confirmation = await press.ask(mediator, case, "confirmation")
    for party in ("party_a", "party_b"):
        refused(await case[party].get(case.path(f"/papers/{confirmation['id']}/pdf")), 404)
        assert confirmation["id"] not in str(granted(await case[party].get(case.path("/papers"))))
    fellow = Party(dispute_id=UUID(case.dispute_id), side="applicant", kind="person", ordinal=9)
    fellow.resident_id = UUID(case["stranger"].id)
    fellow.name_sealed = keyring.seal("赵六", "party", "name", fellow.id)
    fellow.phone_sealed = keyring.seal("13800009999", "party", "phone", fellow.id)
    fellow.name_hash = ""
    await fellow.save(force_create=True)
    refused(await case["stranger"].get(case.path(f"/papers/{alone['id']}/pdf")), 404)
    together = await press.ask(mediator, case, "application")
    text = pdf_text(await fetched(case["party_a"], case, together, "pdf"))
    assert "张三" in text
    assert "赵六" in text
    for number in ("13872560001", "13800009999"):
        assert number not in text
    assert "13800009999" in pdf_text(
        await fetched(mediator, case, await press.ask(mediator, case, "acceptance"), "pdf")
    )


async def test_a_center_to_which_it_is_offered_reads_no_paper(press: Press, standings: Standings) -> None:
    case, offered = standings, standings["other_center"]
    fixed = await _fixed(case)
    paper = await press.ask(case["mediator"], case, "agreement")
    center_id = granted(await offered.get("/me"))["center"]["id"]
    await Dispute.filter(id=case.dispute_id).update(transfer_to_id=center_id)
    for path in ("/papers", f"/papers/{paper['id']}", f"/papers/{paper['id']}/pdf", "/paper-kinds"):
        refused(await offered.get(case.path(path)), 404)
    refused(await offered.post(case.path("/papers"), {"code": "agreement"}), 404)
    seen = granted(await offered.get(case.path(f"/agreements/{fixed['id']}")))
    assert (seen["content"], seen["missing"]) == (None, [])
    assert granted(await offered.get(case.path("/agreements")))["items"][0]["status"] == "final"


async def test_who_left_or_was_absent_on_the_minutes(press: Press, standings: Standings) -> None:
    case = standings
    meeting_id = await _meeting(case)
    absent = MeetingParticipant.filter(meeting_id=meeting_id, party_id=case.ids["party_b"])
    await absent.update(attendance=Attendance.ABSENT)
    await Party.filter(id=case.ids["party_a"]).update(left_at=START)
    paper = await press.ask(case["mediator"], case, "minutes", subject_id=meeting_id)
    text = await _read_back(press, case, paper)
    assert "申请人张三（签名）" in text
    assert "某某物业服务有限公司被申请人未到" in text
    assert "某某物业服务有限公司（签名）" not in text


async def test_what_is_asked_wrongly(standings: Standings, people: PeopleAtWork, press: Press) -> None:
    case, mediator = standings, standings["mediator"]
    asks = {
        "code": [{"code": "nothing"}, {}, {"code": ""}],
        "subject_id": [{"code": "rights_notice"}, {"code": "minutes", "subject_id": case.ids["party_a"]},
                       {"code": "agreement", "subject_id": case.ids["party_a"]},
                       {"code": "agreement", "subject_id": "x"}],
        "draft": [{"code": "agreement", "draft": "yes"}],
    }  # fmt: skip
    for path, bodies in asks.items():
        for body in bodies:
            assert path in paths(await mediator.post(case.path("/papers"), body)), body
    for name in ("supervisor", "other_center", "assisting", "expert"):
        answer = await case[name].post(case.path("/papers"), {"code": "agreement", "draft": True})
        assert answer.status_code in (403, 404), name
    refused(await (await people.staff("admin")).post(case.path("/papers"), {"code": "agreement"}), 404)
    refused(await mediator.get(case.path("/papers/nothing")), 404)
    asked = granted(await mediator.post(case.path("/papers"), {"code": "agreement", "draft": True}), 201)
    assert asked["state"] == "making"
    refused(await mediator.get(case.path(f"/papers/{asked['id']}/pdf")), 404)


async def test_a_separate_talk_has_no_paper(standings: Standings) -> None:
    case, mediator = standings, standings["mediator"]
    plan = {"kind": "caucus", "venue": "onsite", "planned_at": "2026-11-25T09:30:00+08:00", "agenda": ["底线"],
            "participants": [{"role": "party", "party_id": case.ids["party_a"]}]}  # fmt: skip
    talk = granted(await mediator.post(case.path("/meetings"), plan), 201)
    asked = await mediator.post(case.path("/papers"), {"code": "minutes", "subject_id": talk["id"], "draft": True})
    assert paths(asked) == {"subject_id"}


async def test_rare_names_are_printed_and_what_cannot_be_is_said(press: Press, standings: Standings, app: App) -> None:
    case, keyring = standings, app.ctx.deps.keyring
    party = await Party.get(dispute_id=case.dispute_id, side="applicant")
    party.name_sealed = keyring.seal("㛃𬀩䶮𠀋", "party", "name", party.id)
    await party.save(update_fields=["name_sealed"])
    await _fixed(case)
    paper = await press.ask(case["mediator"], case, "agreement")
    assert paper["missing_characters"] == ["𠀋"]
    text = pdf_text(await fetched(case["mediator"], case, paper, "pdf"))
    assert "㛃𬀩䶮〓" in text
    assert "U+2000B" in text
    assert "㛃𬀩䶮𠀋" in docx_text(await fetched(case["mediator"], case, paper, "docx")), "the office may have it"


async def test_long_papers_go_on_over_pages(press: Press, standings: Standings, app: App) -> None:
    case, keyring = standings, app.ctx.deps.keyring
    respondent = await Party.get(dispute_id=case.dispute_id, side="respondent")
    for place in range(28):
        row = Party(dispute_id=respondent.dispute_id, side="respondent", kind="organization", ordinal=place + 2)
        row.name_sealed = keyring.seal(
            f"名称特别特别长的第{place}住宅小区物业管理与综合服务有限责任公司宜都分公司", "party", "name", row.id
        )
        row.name_hash = ""
        await row.save(force_create=True)
    terms = [
        {"who": "某某物业服务有限公司", "what": f"第{n}项" + "把承诺写清楚" * 20, "due_on": "2026-12-10"}
        for n in range(60)
    ]
    await _fixed(case, terms=terms, facts="A" * 1500)
    for code in ("agreement", "acceptance"):
        paper = await press.ask(case["mediator"], case, code)
        assert paper["pages"] > 1
        text = await _read_back(press, case, paper)
        assert text.count("第27住宅小区") >= 1
    said = {"form": "oral", "summary": "A" * 1500, "terms": terms}
    await take(case["mediator"], case.dispute_id, "reach_agreement", **said)
    text = await _read_back(press, case, await press.ask(case["mediator"], case, "oral_agreement"))
    assert text.count("序号履行人协议内容") > 3, "at the top of every page"
    text = await _read_back(press, case, await press.ask(case["mediator"], case, "confirmation"))
    assert text.count("第27住宅小区") == 2, "named, and a place to sign"


async def test_a_lost_job_is_found(press: Press, standings: Standings) -> None:
    case, mediator = standings, standings["mediator"]
    asked = granted(await mediator.post(case.path("/papers"), {"code": "application"}), 201)
    await connections.get("default").execute_query("DELETE FROM pgqueuer WHERE entrypoint = 'make_paper'")
    press.clock.advance(minutes=3)
    await sweeping.sweep(press.clock, timedelta(days=7))
    await worker.work(press.settings, press.clock, asyncio.Event(), drain=True)
    assert granted(await mediator.get(case.path(f"/papers/{asked['id']}")))["state"] == "ready"
