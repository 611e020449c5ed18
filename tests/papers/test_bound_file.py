"""The whole file: made by itself at closing, listed with its pages, bound into one PDF that agrees with the list."""

import asyncio
import io

import pypdf

from backend import worker
from tests.casework.staff import PeopleAtWork
from tests.journeys.contract import Json, granted, photo, refused, take, to_mediation
from tests.papers.reading import Press, pdf_text
from tests.people import file_dispute

SESSION = {"held_at": "2026-11-24T09:30:00+08:00", "summary": "双方面谈"}


async def test_a_closed_case_is_bound_with_page_numbers(people: PeopleAtWork, press: Press) -> None:
    resident, director = await people.resident(), await people.staff("director")
    uploaded = granted(await resident.upload(photo()), 201)["id"]
    filed = await file_dispute(resident, file_ids=[uploaded])
    path = f"/disputes/{filed['id']}"
    mediator = await to_mediation(people, filed["id"])
    refused(await mediator.post(f"{path}/bound-file"), 409, "file_not_ready")
    await take(mediator, filed["id"], "record_session", **SESSION)
    await take(mediator, filed["id"], "reach_agreement", form="oral", summary="修好漏水", terms=[])
    await take(director, filed["id"], "close")
    refused(await director.post(f"{path}/bound-file"), 409, "file_not_ready")
    await _drained(press)

    listed = granted(await director.get(f"{path}/file-catalog"))
    papers, uploads = [item for item in listed["items"] if item["pages"]], [
        item for item in listed["items"] if not item["pages"]
    ]  # fmt: skip
    assert {item["code"] for item in papers} >= {"application", "acceptance", "rights_notice"}
    assert [item["file_id"] for item in uploads] == [uploaded]
    assert _pages(papers) == list(range(1, listed["pages"] + 1)), "no page twice, none left out"

    asked = granted(await director.post(f"{path}/bound-file"), 201)
    assert granted(await director.post(f"{path}/bound-file"), 201)["id"] == asked["id"]
    await _drained(press)
    made = granted(await director.get(f"{path}/papers/{asked['id']}"))
    assert (made["state"], made["docx"]) == ("ready", None)
    answer = await director.get(f"{path}/papers/{asked['id']}/pdf")
    assert answer.status_code == 200
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages]
    before = made["pages"] - listed["pages"]
    assert len(pages) == made["pages"]
    assert "".join(pages[0].split()).startswith("调解卷宗")
    assert all(item["title"] in "".join("".join(pages[1:before]).split()) for item in papers)
    for item in papers:
        shown = pages[before + item["first_page"] - 1]
        assert item["title"] in "".join(shown.split())
        assert str(item["first_page"]) in shown.split()
    assert "草稿" not in "".join(pages)
    assert granted(await director.get(f"{path}/file-catalog")) == listed, "the bound file is no page of itself"

    for stranger in ("gezhouba-director", "supervisor"):
        other = await people.staff(stranger)
        refused(await other.get(f"{path}/file-catalog"), 404)
        refused(await other.post(f"{path}/bound-file"), 404)
    own = granted(await resident.get(f"{path}/papers"))["items"]
    assert asked["id"] not in {paper["id"] for paper in own}


async def test_an_application_is_of_who_asked(people: PeopleAtWork, press: Press) -> None:
    """Merged cases are one; what each asked for, in their own words and with their phone, stays their own."""
    zhang, li, clerk = await people.resident(), await people.resident("li"), await people.staff("clerk")
    kept = await file_dispute(zhang)
    own = {"kind": "person", "name": "李四", "phone": "13872560002"}
    gone = await file_dispute(li, applicant=own)
    version = granted(await clerk.get(f"/disputes/{gone['id']}"))["version"]
    merging = {"version": version, "into_id": kept["id"], "reason": "同一处漏水"}
    granted(await clerk.post(f"/disputes/{gone['id']}/actions/merge", merging))
    await take(clerk, kept["id"], "accept")
    path = f"/disputes/{kept['id']}/papers"
    asked = granted(await clerk.post(path, {"code": "application"}), 201)
    await _drained(press)
    answer = await zhang.get(f"{path}/{asked['id']}/pdf")
    text = pdf_text(answer.content)
    assert "13872560001" in text
    assert "13872560002" not in text
    assert granted(await li.get(path))["items"] == []
    refused(await li.get(f"{path}/{asked['id']}/pdf"), 404)


def _pages(papers: list[Json]) -> list[int]:
    return [page for item in papers for page in range(item["first_page"], item["last_page"] + 1)]


async def _drained(press: Press) -> None:
    await worker.work(press.settings, press.clock, asyncio.Event(), drain=True)
