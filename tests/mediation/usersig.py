"""Reads a signature as Tencent's servers would: written from the published description, not from our signer."""

import base64
import hashlib
import hmac
import json
import struct
import zlib
from typing import Any


def opened(signature: str, key: str) -> dict[str, Any]:
    """What was signed. Raises AssertionError when the signature is not by this key, or about something else."""
    packed = base64.b64decode(signature.replace("*", "+").replace("-", "/").replace("_", "="), validate=True)
    told: dict[str, Any] = json.loads(zlib.decompress(packed))
    lines = [f"TLS.{name}:{told[f'TLS.{name}']}" for name in ("identifier", "sdkappid", "time", "expire")]
    if "TLS.userbuf" in told:
        lines.append(f"TLS.userbuf:{told['TLS.userbuf']}")
    wanted = hmac.new(key.encode(), "".join(f"{line}\n" for line in lines).encode(), hashlib.sha256).digest()
    assert hmac.compare_digest(base64.b64decode(told["TLS.sig"]), wanted)
    return told


def room_of(told: dict[str, Any]) -> dict[str, Any]:
    """The buffer of a privateMapKey."""
    raw = base64.b64decode(told["TLS.userbuf"])
    version, length = raw[0], int.from_bytes(raw[1:3], "big")
    user, rest = raw[3 : 3 + length].decode(), raw[3 + length :]
    app, number, ends, rights, account_type = struct.unpack(">5I", rest[:20])
    name = rest[22:].decode()
    assert (version, number, account_type, int.from_bytes(rest[20:22], "big")) == (1, 0, 0, len(rest) - 22)
    return {"user": user, "app": app, "ends": ends, "rights": rights, "room": name}
