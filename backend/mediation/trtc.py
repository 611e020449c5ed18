"""Tencent TRTC: signatures that let a phone into a room, made here, checked there (TLSSigAPIv2)."""

import base64
import hashlib
import hmac
import json
import struct
import zlib
from dataclasses import dataclass

from backend.core.video import Pass, Ticket

_URL_SAFE = bytes.maketrans(b"+/=", b"*-_")
"""Tencent's own variant, not that of RFC 4648."""
_BY_NAME = 1
"""Version of the buffer whose room is a string."""
_MAY_ALL, _MAY_NOT_CREATE = 0b1111_1111, 0b1111_1110
"""Bit 0 creates the room: nobody talks before the host is there."""


@dataclass(frozen=True, slots=True)
class Trtc:
    sdk_app_id: int
    key: str

    def admit(self, ticket: Ticket) -> Pass:
        """Both signatures end with the ticket."""
        return Pass(
            provider="trtc",
            sdk_app_id=self.sdk_app_id,
            user_sig=self.sign(ticket),
            private_map_key=self.sign(ticket, self._room_buffer(ticket)),
        )

    def sign(self, ticket: Ticket, buffer: bytes | None = None) -> str:
        issued = int(ticket.now.timestamp())
        signed = [
            ("TLS.identifier", ticket.user),
            ("TLS.sdkappid", self.sdk_app_id),
            ("TLS.time", issued),
            ("TLS.expire", ticket.seconds),
        ]
        if buffer is not None:
            signed.append(("TLS.userbuf", base64.b64encode(buffer).decode()))
        text = "".join(f"{name}:{value}\n" for name, value in signed)
        signature = hmac.new(self.key.encode(), text.encode(), hashlib.sha256).digest()
        whole = {"TLS.ver": "2.0", **dict(signed), "TLS.sig": base64.b64encode(signature).decode()}
        return base64.b64encode(zlib.compress(json.dumps(whole).encode())).translate(_URL_SAFE).decode()

    def _room_buffer(self, ticket: Ticket) -> bytes:
        """Who may do what in the one room."""
        user, room = ticket.user.encode(), ticket.room.encode()
        ends = int(ticket.now.timestamp()) + ticket.seconds
        rights = _MAY_ALL if ticket.is_host else _MAY_NOT_CREATE
        head = struct.pack(f">BH{len(user)}s", _BY_NAME, len(user), user)
        body = struct.pack(">IIIII", self.sdk_app_id, 0, ends, rights, 0)
        return head + body + struct.pack(f">H{len(room)}s", len(room), room)
