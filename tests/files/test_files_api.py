import asyncio
import io
import struct
import zlib
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from PIL import Image

from config.settings import Settings
from models import StoredFile
from tests.clock import TravellingClock
from tests.conftest import App
from tests.files import samples
from tests.people import People, Person, file_dispute


async def uploaded(person: Person, content: bytes, name: str = "a.jpg") -> dict[str, object]:
    answer = await person.upload(content, name)
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def stored(settings: Settings) -> set[Path]:
    return {path for path in Path(settings.data_dir, "files").rglob("*") if path.is_file()}


async def post_form(client: httpx.AsyncClient, person: Person, **form: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {person.token}"}
    return await client.post("/mini/v1/files", headers=headers, **form)


async def test_a_photo(people: People, settings: Settings) -> None:
    lin, content = await people.resident("lin"), samples.from_a_phone("JPEG")
    file = await uploaded(lin, content, "IMG_0001.HEIC")
    assert (file["kind"], file["status"], file["size"]) == ("image", "checking", len(content))
    assert file["sha256"] == sha256(content).hexdigest()
    got = await lin.get(f"/files/{file['id']}")
    assert got.headers["Content-Type"] == "image/jpeg"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"] == "inline; filename*=UTF-8''IMG_0001.jpg"
    on_disk = [path.read_bytes() for path in stored(settings)]
    assert on_disk
    assert not any(b"JFIF" in sealed for sealed in on_disk)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_nothing_that_the_camera_wrote_is_handed_out(people: People, format_: str) -> None:
    content = samples.from_a_phone(format_)
    assert b"CAMERA-MAKER" in content
    lin = await people.resident("lin")
    got = (await lin.get(f"/files/{(await uploaded(lin, content))['id']}")).content
    assert b"CAMERA-MAKER" not in got
    assert b"REMARK" not in got
    picture = Image.open(io.BytesIO(got))
    assert not picture.getexif()
    turned = (60, 40) if format_ == "HEIF" else (40, 60)  # libheif keeps its own record of which side is up
    assert picture.size == turned


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_that_says_nothing_comes_back_byte_for_byte(people: People, format_: str) -> None:
    lin, content = await people.resident("lin"), samples.picture(format_)
    file = await uploaded(lin, content)

    shown = await lin.get(f"/files/{file['id']}")

    assert shown.content == content
    assert sha256(shown.content).hexdigest() == file["sha256"]
    assert not (await StoredFile.get(id=file["id"])).has_original


async def test_what_was_uploaded_is_kept_as_evidence(app: App, people: People) -> None:
    lin, content = await people.resident("lin"), samples.from_a_phone("JPEG")
    file = await uploaded(lin, content)

    kept = await app.ctx.store.get(app.ctx.deps.keyring, UUID(str(file["id"])), "original")

    assert kept == content
    assert (await lin.get(f"/files/{file['id']}")).content != content


async def test_heic_becomes_jpeg(people: People) -> None:
    lin = await people.resident("lin")
    file = await uploaded(lin, samples.picture("HEIF"))
    got = await lin.get(f"/files/{file['id']}")
    assert (file["content_type"], Image.open(io.BytesIO(got.content)).format) == ("image/jpeg", "JPEG")


@pytest.mark.parametrize(("format_", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("PNG", "1"),
                                               ("WEBP", "RGBA"), ("JPEG", "L"), ("JPEG", "CMYK")])  # fmt: skip
async def test_pictures_of_every_sort(people: People, format_: str, mode: str) -> None:
    lin = await people.resident("lin")
    buffer = io.BytesIO()
    Image.new(mode, (30, 20)).save(buffer, format_)
    file = await uploaded(lin, buffer.getvalue())
    assert Image.open(io.BytesIO((await lin.get(f"/files/{file['id']}")).content)).size == (30, 20)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(samples.MP3, "audio"), (samples.boxed(b"mp42"), "video"), (samples.PDF, "document")],
)
async def test_other_kinds_stay_as_they_are(people: People, content: bytes, kind: str) -> None:
    lin = await people.resident("lin")
    file = await uploaded(lin, content)
    assert file["kind"] == kind
    assert (await lin.get(f"/files/{file['id']}")).content == content


async def test_names_are_made_safe(people: People) -> None:
    lin = await people.resident("lin")
    file = await uploaded(lin, samples.PDF, '../../etc/合同"\r\nX: 1.exe')
    shown = (await lin.get(f"/files/{file['id']}")).headers["Content-Disposition"]
    assert shown.startswith("attachment; filename*=UTF-8''%E5%90%88%E5%90%8C")
    assert shown.endswith(".pdf")


async def test_links_need_no_token(people: People, clock: TravellingClock) -> None:
    lin = await people.resident("lin")
    file = await uploaded(lin, samples.picture("PNG", (2000, 1000)))
    links = (await lin.get(f"/files/{file['id']}/links")).json()
    assert links["status"] == "checking"
    assert links["expires_at"] == "2026-11-24T10:10:00+08:00"
    picture, thumbnail = [await people.client.get(links[name]) for name in ("url", "thumbnail_url")]
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(thumbnail.content)).size == (480, 240)
    clock.set(clock.now() + timedelta(minutes=10))
    assert (await people.client.get(links["url"])).status_code == 404


async def test_links_cannot_be_made_up(people: People) -> None:
    lin = await people.resident("lin")
    first, second = await uploaded(lin, samples.PDF), await uploaded(lin, samples.MP3)
    links = (await lin.get(f"/files/{first['id']}/links")).json()
    assert links["thumbnail_url"] is None
    url = urlsplit(links["url"])
    signed = {name: values[0] for name, values in parse_qs(url.query).items()}
    forged = [
        (url.path.replace(str(first["id"]), str(second["id"])), signed),
        (url.path, signed | {"expires": str(int(signed["expires"]) + 60)}),
        (url.path, signed | {"part": "thumbnail"}),
        (url.path, signed | {"part": "../secrets"}),
        (url.path, signed | {"expires": "٣"}),
        (url.path, signed | {"signature": "签名"}),
        (url.path, {}),
        ("/mini/v1/files/no-id/content", signed),
    ]
    for path, query in forged:
        assert (await people.client.get(path, params=query)).status_code == 404, (path, query)


async def test_a_range(people: People) -> None:
    lin, content = await people.resident("lin"), samples.MP3
    file = await uploaded(lin, content)
    url = (await lin.get(f"/files/{file['id']}/links")).json()["url"]
    for header, expected in (("bytes=0-1", content[:2]), ("bytes=5-", content[5:]), ("bytes=-3", content[-3:]),
                             ("bytes=2-99999", content[2:])):  # fmt: skip
        part = await people.client.get(url, headers={"Range": header})
        assert (part.status_code, part.content) == (206, expected)
        assert part.headers["Content-Range"].endswith(f"/{len(content)}")
    for nonsense in ("bytes=-", "bytes=9-2", "lines=1-2", "bytes=0-1,4-5", "bytes=999999-"):
        whole = await people.client.get(url, headers={"Range": nonsense})
        assert (whole.status_code, whole.content) == (200, content)


async def test_limits_of_each_kind(people: People) -> None:
    lin = await people.resident("lin")
    at_limit = samples.MP3 + bytes(20 * 2**20 - len(samples.MP3))
    assert (await lin.upload(at_limit)).status_code == 201
    for content in (samples.jpeg() + bytes(10 * 2**20), at_limit + b"\0", samples.PDF + bytes(20 * 2**20)):
        answer = await lin.upload(content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        samples.jpeg()[:-200],
        samples.jpeg()[:30],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        samples.boxed(b"heic"),
        bomb(9_000, 9_000),
        bomb(12_000, 12_000),
        bomb(60_000, 60_000),
    ],
    ids=["empty", "cut", "head only", "no png", "no heic", "bomb", "large bomb", "huge bomb"],
)
async def test_unusable_files(people: People, content: bytes) -> None:
    answer = await (await people.resident("lin")).upload(content)
    assert answer.status_code == 422, answer.text
    assert [each["path"] for each in answer.json()["fields"]] == ["file"]


@pytest.mark.parametrize("content", [b"MZ" + b"\0" * 99, b"<html>", samples.picture("GIF"), "文字".encode()])
async def test_wrong_types_whatever_they_are_called(people: People, content: bytes) -> None:
    answer = await (await people.resident("lin")).upload(content, "photo.jpg", "image/jpeg")
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_type")


async def test_forms_that_hold_no_single_file(people: People) -> None:
    lin = await people.resident("lin")
    part = ("a.pdf", samples.PDF, "application/pdf")
    for form in ({"files": [("file", part), ("file", part)]}, {"files": {"photo": part}}):
        answer = await post_form(people.client, lin, **form)
        assert [each["path"] for each in answer.json()["fields"]] == ["file"], answer.text
        assert answer.status_code == 422
    assert (await post_form(people.client, lin, json={"file": "abc"})).status_code == 415
    assert (await post_form(people.client, lin)).status_code == 415
    raw = await people.client.post("/mini/v1/files", content=b"x", headers={
        "Authorization": f"Bearer {lin.token}", "Content-Type": "multipart/form-data"})  # fmt: skip
    assert (raw.status_code, raw.json()["code"]) == (400, "malformed")
    nobody = await people.client.post("/mini/v1/files", files={"file": part})
    assert nobody.status_code == 401


async def test_uploaded_once_with_one_key(people: People) -> None:
    lin = await people.resident("lin")
    first, second = await asyncio.gather(*(lin.upload(samples.PDF, key="k1") for _ in range(2)))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert (await lin.get(f"/files/{first.json()['id']}")).content == samples.PDF
    other = await lin.upload(samples.MP3, key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await lin.upload(samples.PDF, key="k2")).json()["id"] != first.json()["id"]


async def test_bytes_without_a_row_are_erased(people: People, settings: Settings) -> None:
    lin = await people.resident("lin")
    await lin.upload(samples.PDF, key="k3")
    before = stored(settings)
    await lin.upload(samples.PDF, key="k3")
    await lin.upload(samples.MP3, key="k3")
    assert stored(settings) == before


async def test_deleted_while_unused(people: People, settings: Settings) -> None:
    lin = await people.resident("lin")
    file = await uploaded(lin, samples.jpeg())
    key = "d1"
    assert (await lin.delete(f"/files/{file['id']}", key=key)).status_code == 204
    assert (await lin.delete(f"/files/{file['id']}", key=key)).status_code == 204
    assert (await lin.delete(f"/files/{file['id']}")).status_code == 404
    assert (await lin.get(f"/files/{file['id']}")).status_code == 404
    name = str(file["id"]).replace("-", "")
    assert not any(path.name.startswith(name) for path in stored(settings))


async def test_a_file_of_a_case_stays(people: People) -> None:
    lin = await people.resident("lin")
    file = await uploaded(lin, samples.jpeg())
    filed = await file_dispute(lin, file_ids=[file["id"]])
    answer = await lin.delete(f"/files/{file['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "file_in_use")
    page = (await lin.get(f"/disputes/{filed['id']}", include="files")).json()
    assert [each["id"] for each in page["files"]] == [file["id"]]


async def test_only_own_unused_files_can_be_attached(people: People) -> None:
    lin, wu = await people.resident("lin"), await people.resident("wu")
    own, foreign, used = [await uploaded(each, samples.PDF) for each in (lin, wu, lin)]
    filed = await file_dispute(lin, file_ids=[used["id"]])
    path, unknown = f"/disputes/{filed['id']}/supplements", "01990000-0000-7000-8000-000000000000"
    wanted = [own["id"], foreign["id"], used["id"], unknown]
    answer = await lin.post(path, {"text": "补充材料", "file_ids": wanted})
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["fields"]] == ["file_ids.1", "file_ids.2", "file_ids.3"]
    assert len({each["message"] for each in answer.json()["fields"]}) == 1, "foreign looks like unknown"
    assert (await lin.post(path, {"text": "补充材料", "file_ids": [own["id"]]})).status_code == 201


async def test_foreign_files_look_missing(people: People) -> None:
    lin, wu = await people.resident("lin"), await people.resident("wu")
    file = await uploaded(lin, samples.PDF)
    for path in (f"/files/{file['id']}", f"/files/{file['id']}/links"):
        assert (await wu.get(path)).status_code == 404
    assert (await wu.delete(f"/files/{file['id']}")).status_code == 404
    assert (await lin.get("/files/no-id")).status_code == 404
