"""Where a case happened, as others are given it: points as maps of China draw them, GCJ-02."""

import json
from uuid import UUID

from backend.core import geo
from backend.core.crypto import Keyring


def place(keyring: Keyring, sealed: bytes | None, dispute_id: UUID) -> dict[str, str]:
    """Address, and a point where there is one."""
    if sealed is None:
        return {}
    given = json.loads(keyring.open(bytes(sealed), "dispute", "location", dispute_id))
    found = {"address": given.get("address") or ""}
    if given.get("crs"):
        point = geo.to_gcj02(geo.to_wgs84(given["lon"], given["lat"], given["crs"]))
        found |= {"lon": f"{point.lon:.8f}", "lat": f"{point.lat:.8f}"}
    return found
