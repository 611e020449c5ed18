"""An administrator reads, tries, changes and rolls back templates; a paper keeps the one it was made with."""

from models import PaperTemplate
from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, paths, refused
from tests.mediation.standings import Standings
from tests.papers.reading import Press, fetched, pdf_text
from tests.people import Person

PATH = "/paper-templates/application"


async def changed(admin: Person, text: str, **more: object) -> Json:
    return granted(await admin.post(f"{PATH}/versions", {"text": text, **more}), 201)


async def test_a_template_is_changed_tried_and_rolled_back(
    press: Press, standings: Standings, people: PeopleAtWork
) -> None:
    case, admin = standings, await people.staff("admin")
    shipped = granted(await admin.get(PATH))
    assert (shipped["version"], shipped["title"]) == (0, "人民调解申请书")
    assert "{{ 请求事项 }}" in shipped["text"]
    assert next(each for each in shipped["fields"] if each["name"] == "当事人")["fields"][1]["name"] == "姓名"
    assert {each["code"] for each in granted(await admin.get("/paper-templates"))["items"]} >= {"agreement", "cover"}
    text = shipped["text"] + "\n## 温馨提示\n请携带身份证原件。\n"
    tried = await admin.post(f"{PATH}/preview", {"text": text})
    assert tried.headers["content-type"] == "application/pdf"
    assert "请携带身份证原件" in pdf_text(tried.content)
    assert "草稿" in pdf_text((await admin.post(f"{PATH}/preview")).content)
    before = await press.ask(case["mediator"], case, "application")
    assert (await changed(admin, text, note="窗口建议", effective_on="2026-11-25"))["version"] == 0, "from tomorrow on"
    assert await press.ask(case["mediator"], case, "application") == before
    press.clock.advance(days=1)
    after = await press.ask(case["mediator"], case, "application")
    assert (before["template_version"], after["template_version"]) == (0, 1)
    assert before["content_sha256"] == after["content_sha256"]
    assert "请携带身份证原件" in pdf_text(await fetched(case["mediator"], case, after, "pdf"))
    second = await changed(admin, text.replace("原件", "复印件"))
    assert [each["version"] for each in second["versions"] if each["in_force"]] == [2]
    assert paths(await admin.post(f"{PATH}/versions", {"text": text, "effective_on": "2026-11-24"})) == {"effective_on"}
    back = granted(await admin.post(f"{PATH}/rollback", {"to_version": 1}))
    assert (back["version"], back["text"]) == (1, text)
    assert granted(await admin.get(f"{PATH}/versions/2"))["text"].count("复印件") == 1, "kept"
    assert paths(await admin.post(f"{PATH}/rollback", {"to_version": 2})) == {"to_version"}
    assert granted(await admin.post(f"{PATH}/rollback", {"to_version": 0}))["version"] == 0
    assert (await changed(admin, text))["version"] == 3, "numbers are not used twice"
    again = granted(await case["mediator"].get(case.path(f"/papers/{after['id']}")))
    assert again["template_version"] == 1
    await PaperTemplate.all().delete()


async def test_a_bad_template_changes_nothing(people: PeopleAtWork) -> None:
    admin = await people.staff("admin")
    good = granted(await admin.get(PATH))["text"]
    for text in ("{{ 案由 }}" + good, good.replace("{% endfor %}", "", 1), good.replace("{{ 请求事项 }}", ""),
                 good + "{{ cycler.__init__.__globals__ }}", "", "甲" * 20_001):  # fmt: skip
        for path in ("versions", "preview"):
            assert paths(await admin.post(f"{PATH}/{path}", {"text": text})) == {"text"}
    answer = (await admin.post(f"{PATH}/preview", {"text": "{{ 案由 }}\n{{ 案浩 }}"})).json()
    assert [field["message"][:3] for field in answer["fields"][:2]] == ["第1行", "第2行"]
    assert await PaperTemplate.all().count() == 0
    refused(await admin.get("/paper-templates/nothing"), 404)
    refused(await admin.post("/paper-templates/nothing/versions", {"text": good}), 404)
    for version in ("7", "-1", "99999999999", "x"):
        refused(await admin.get(f"{PATH}/versions/{version}"), 404)


async def test_templates_are_the_administrators(people: PeopleAtWork) -> None:
    for login in ("clerk", "mediator", "director", "supervisor"):
        person = await people.staff(login)
        for path in ("/paper-templates", PATH, f"{PATH}/versions/0"):
            refused(await person.get(path), 403, "role_not_allowed")
        for path, body in (("preview", {}), ("versions", {"text": "甲"}), ("rollback", {"to_version": 0})):
            refused(await person.post(f"{PATH}/{path}", body), 403, "role_not_allowed")
