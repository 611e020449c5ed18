"""TC3-HMAC-SHA256, Tencent Cloud's signature version 3. Source: cloud.tencent.com/document/api/382/52072."""

import hmac
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

CONTENT_TYPE: Final = "application/json; charset=utf-8"

_ALGORITHM: Final = "TC3-HMAC-SHA256"
_SIGNED_HEADERS: Final = "content-type;host;x-tc-action"


def authorization(
    secret_id: str, secret_key: str, *, service: str, host: str, path: str, action: str, payload: bytes, at: datetime
) -> str:
    """The Authorization header of a POST without a query. `host` as it goes out, with its port if it has one."""
    day = f"{at.astimezone(UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    request = request_hash(host, path, action, payload)
    text = "\n".join([_ALGORITHM, str(int(at.timestamp())), scope, request])
    signature = sign(secret_key, day, service, text)
    return f"{_ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={_SIGNED_HEADERS}, Signature={signature}"


def request_hash(host: str, path: str, action: str, payload: bytes) -> str:
    headers = f"content-type:{CONTENT_TYPE}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    canonical = "\n".join(["POST", path, "", headers, _SIGNED_HEADERS, sha256(payload).hexdigest()])
    return sha256(canonical.encode()).hexdigest()


def sign(secret_key: str, day: str, service: str, text: str) -> str:
    """`day` is that of the timestamp in UTC, YYYY-MM-DD."""
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return hmac.new(key, text.encode(), sha256).hexdigest()
