"""Uploads as multipart forms, and bytes handed out again."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import structlog
from sanic import Request
from sanic.response import HTTPResponse

from backend.core.deps import Deps
from backend.core.digests import json_hash
from backend.core.errors import HejieError, InvalidFieldsError, MalformedError, UnavailableError, WrongTypeError
from backend.files import queries
from backend.files.actions import Upload
from backend.files.store import FileStore, Part
from models import FileKind, StoredFile
from models.base import uuid7

log = structlog.get_logger("hejie.files")

_RANGE = re.compile(r"bytes=(?P<first>[0-9]{0,12})-(?P<last>[0-9]{0,12})")

_HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, max-age=600",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def store_of(request: Request) -> FileStore:
    store = request.app.ctx.store
    assert isinstance(store, FileStore)
    return store


def only_file(request: Request) -> tuple[bytes, str]:
    """Content and name of the one part `file`. Raises WrongTypeError, MalformedError, InvalidFieldsError."""
    kind, _, options = request.content_type.partition(";")
    if kind.strip().lower() != "multipart/form-data":
        raise WrongTypeError("请用表单（multipart/form-data）上传文件，字段名为 file。")
    if "boundary=" not in options.lower():
        raise MalformedError
    parts = request.files.getlist("file") if request.files else None
    if not parts:
        raise InvalidFieldsError.at("file", "请选择要上传的文件。")
    if len(parts) > 1:
        raise InvalidFieldsError.at("file", "一次只能上传一个文件，请分开上传。")
    return parts[0].body, parts[0].name or ""


def form_digest(request: Request, sha256: str) -> str:
    """Two uploads are the same when their fields and their bytes are."""
    return json_hash({"fields": dict(request.form or {}), "sha256": sha256})


def base_url(request: Request) -> str:
    """Of the resident API, as the phone sees it."""
    public: str = request.app.ctx.settings.public_url
    return f"{(public or f'{request.scheme}://{request.host}').rstrip('/')}/mini/v1"


@dataclass(slots=True)
class Provisional:
    """Bytes that lie in the store already, for a row that may not come to be."""

    file_id: UUID
    kept: bool = False


@asynccontextmanager
async def provisional(request: Request, deps: Deps, upload: Upload) -> AsyncIterator[Provisional]:
    """Enter it before the transaction. The bytes go again unless `kept` was set; when it is unclear whether the
    row came to be, they stay: bytes without a row are rubbish, a row without bytes is lost evidence."""
    stored, store = Provisional(uuid7()), store_of(request)
    for part, content in upload.parts():
        await store.put(deps.keyring, stored.file_id, part, content)
    try:
        yield stored
    except HejieError:
        await erase(request, [stored.file_id])
        raise
    if not stored.kept:
        await erase(request, [stored.file_id])


async def erase(request: Request, file_ids: Iterable[UUID]) -> None:
    """After the commit: the files are gone for everybody by then, whether or not the store answers."""
    for file_id in file_ids:
        try:
            await store_of(request).erase(file_id)
        except UnavailableError:
            log.warning("bytes_not_erased", file_id=str(file_id))


async def serve(request: Request, deps: Deps, stored: StoredFile, part: Part = "shown") -> HTTPResponse:
    """Whole, or the one range asked for: video players on phones ask for one first."""
    content = await store_of(request).get(deps.keyring, stored.id, part)
    content_type = "image/jpeg" if part == "thumbnail" else stored.content_type
    shown = "attachment" if stored.kind == FileKind.DOCUMENT else "inline"
    name = quote(queries.name_of(deps, stored), safe="")
    headers = _HEADERS | {"Content-Disposition": f"{shown}; filename*=UTF-8''{name}"}
    wanted = _range(request.headers.get("range", ""), len(content))
    if wanted is None:
        return HTTPResponse(content, headers=headers, content_type=content_type)
    headers |= {"Content-Range": f"bytes {wanted.start}-{wanted.stop - 1}/{len(content)}"}
    return HTTPResponse(content[wanted.start : wanted.stop], 206, headers=headers, content_type=content_type)


async def stream(request: Request, parts: AsyncIterator[bytes], name: str, content_type: str, size: int) -> None:
    """Part by part. Raises UnavailableError while nothing has been sent yet; after that a short answer tells."""
    first = await anext(parts, b"")
    headers = _HEADERS | {
        "Cache-Control": "no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
    }
    del headers["Accept-Ranges"]
    response = await request.respond(headers=headers, content_type=content_type)
    await response.send(first)
    async for content in parts:
        await response.send(content)
    await response.eof()


def _range(header: str, size: int) -> range | None:
    """RFC 9110, 14.2: a header that asks for nothing sensible is as good as none."""
    found = _RANGE.fullmatch(header)
    if found is None or found["first"] == found["last"] == "":
        return None
    if found["first"] == "":
        wanted = range(max(size - int(found["last"]), 0), size)
    else:
        wanted = range(int(found["first"]), min(int(found["last"] or size) + 1, size))
    return wanted or None
