"""Links for `<image>`, `<video>` and `wx.previewImage`, which send no header: signed, for minutes."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from backend.core.crypto import Keyring
from backend.core.deps import Deps
from backend.core.errors import NotFoundError
from backend.files.schemas import LinksOut
from backend.files.store import Part
from models import FileStatus, StoredFile

_LIFETIME = timedelta(minutes=10)
_LIFETIME_OF_CHECK = timedelta(hours=1)
"""WeChat may take half an hour to fetch what it is to look at."""
_LINKED: tuple[Part, ...] = ("shown", "thumbnail")


def links_to(deps: Deps, stored: StoredFile, base_url: str) -> LinksOut:
    """`base_url` is the resident API's, such as `https://example.org/mini/v1`."""
    expires_at, is_shown = deps.clock.now() + _LIFETIME, stored.status != FileStatus.REJECTED
    return LinksOut(
        status=stored.status,
        url=_link(deps.keyring, stored.id, "shown", expires_at, base_url) if is_shown else None,
        thumbnail_url=_link(deps.keyring, stored.id, "thumbnail", expires_at, base_url)
        if is_shown and stored.has_thumbnail
        else None,
        content_type=stored.content_type,
        expires_at=expires_at,
    )


def link_for_check(keyring: Keyring, file_id: UUID, now: datetime, base_url: str) -> str:
    return _link(keyring, file_id, "shown", now + _LIFETIME_OF_CHECK, base_url)


def check(deps: Deps, file_id: UUID, part: str, expires: str, signature: str) -> Part:
    """Raises NotFoundError for a link that was not made here, was changed, or has expired."""
    known = next((each for each in _LINKED if each == part), None)
    if known is None or not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        raise NotFoundError
    right = _signature(deps.keyring, file_id, known, int(expires))
    if not hmac.compare_digest(right, signature.encode()) or deps.clock.now().timestamp() >= int(expires):
        raise NotFoundError("链接已过期，请返回重新打开。")
    return known


def _link(keyring: Keyring, file_id: UUID, part: Part, expires_at: datetime, base_url: str) -> str:
    expires = int(expires_at.timestamp())
    signature = _signature(keyring, file_id, part, expires).decode()
    return f"{base_url}/files/{file_id}/content?part={part}&expires={expires}&signature={signature}"


def _signature(keyring: Keyring, file_id: UUID, part: Part, expires: int) -> bytes:
    key = hmac.new(keyring.search_key, b"file links", sha256).digest()
    return hmac.new(key, f"{file_id}\n{part}\n{expires}".encode(), sha256).hexdigest().encode()
