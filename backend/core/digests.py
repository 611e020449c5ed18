import json
from hashlib import sha256
from typing import Any


def json_hash(parsed: dict[str, Any]) -> str:
    """Of the body after parsing: spacing and the order of keys don't count."""
    canonical = json.dumps(parsed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode(errors="surrogatepass")).hexdigest()
