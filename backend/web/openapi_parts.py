"""What the documents say that no route can: shared parts, and the calls that are no `Endpoint`."""

from typing import Any

Json = dict[str, Any]


def _says(description: str, media: str, schema: Json | None = None) -> Json:
    return {"description": description, "content": {media: {"schema": schema} if schema else {}}}


def _get(summary: str, tag: str, responses: Json, **more: Any) -> Json:
    return {"summary": summary, "tags": [tag], "security": [], "responses": responses} | more


_TEXT: Json = {"type": "string"}
_LIVE = """A WebSocket. The token goes into the `Authorization` header or into the first message
`{"type":"auth","token":"…"}`, never into the URL. Then the server sends `{"type":"ready","cursor":"…"}` and
items like those of `changes` (`{"type":…,"cursor":"…"}`) as things happen; it pings every 25 s and closes with 4401 on
a token that does not count. What was missed is in `GET changes?after=<cursor>` beside it."""
_CHECKS: Json = {
    "type": "object",
    "required": ["status", "checks"],
    "properties": {
        "status": {"enum": ["ok", "unavailable"]},
        "checks": {"type": "object", "additionalProperties": _TEXT},
    },
}
_SIGNED: list[Json] = [
    {"name": name, "in": "query", "required": True, "schema": _TEXT} for name in ("signature", "timestamp", "nonce")
]

_TALK = """A WebSocket for the parties of a case and its mediator. The token goes into the `Authorization` header or
into the first message `{"type":"auth","token":"…"}`.

The server sends `{"type":"ready","after":{"joint":n,…}}`: what came before is in `GET messages?channel=…`, everything
after it is sent as `{"type":"message",…}` with the fields of those items, in the order of their numbers.

Sent is `{"type":"message","ref":"…","text":"…",…}` with the fields of `POST messages`; the same `ref` again is the
same message. The answer is `{"type":"sent","ref","id","channel","seq"}` or
`{"type":"error","ref","code","message","fields"}`.

It pings every 25 s and closes with 4401 on a token that does not count, 4404 where the case is not theirs (any more),
1013 when it should be opened again."""
_ROOM: Json = _get(
    "The talk of a case, live",
    "talks",
    {"101": {"description": "The socket is open."}},
    description=_TALK,
) | {"parameters": [{"name": "dispute_id", "in": "path", "required": True, "schema": _TEXT}]}

UNLISTED: dict[str, dict[str, Json]] = {
    "mini": {
        "/mini/v1/disputes/{dispute_id}/room": {"get": _ROOM},
        "/mini/v1/live": {
            "get": _get(
                "News as they happen",
                "live",
                {"101": {"description": "The socket is open."}},
                description=_LIVE,
            )
        },
    },
    "staff": {
        "/staff/v1/disputes/{dispute_id}/room": {"get": _ROOM},
        "/staff/v1/live": {
            "get": _get(
                "What moves in the own center, as it happens",
                "live",
                {"101": {"description": "The socket is open."}},
                description=_LIVE,
            )
        },
        "/healthz": {
            "get": _get(
                "The process is alive",
                "operations",
                {"200": _says("Alive.", "application/json", {"type": "object", "properties": {"status": _TEXT}})},
            )
        },
        "/readyz": {
            "get": _get(
                "PostgreSQL, Redis, tables and a worker are there",
                "operations",
                {
                    "200": _says("Ready.", "application/json", _CHECKS),
                    "503": _says("`checks` names what is missing.", "application/json", _CHECKS),
                },
            )
        },
        "/metrics": {
            "get": _get(
                "Figures for Prometheus",
                "operations",
                {"200": _says("Figures.", "text/plain"), "404": {"description": "HEJIE_METRICS_TOKEN is missing."}},
                description="Behind `Authorization: Bearer <HEJIE_METRICS_TOKEN>` where that is set.",
            )
        },
        "/wechat/callback": {
            "get": _get(
                "WeChat verifies this address",
                "wechat",
                {"200": _says("The echo.", "text/plain"), "403": {"description": "Not signed by WeChat."}},
                parameters=[*_SIGNED, {"name": "echostr", "in": "query", "required": True, "schema": _TEXT}],
            ),
            "post": _get(
                "WeChat delivers an event",
                "wechat",
                {"200": _says("Received.", "text/plain"), "403": {"description": "Not signed by WeChat."}},
                parameters=_SIGNED,
                requestBody={"required": True, "content": {"text/xml": {}, "application/json": {}}},
            ),
        },
    },
}

SIGNATURE: Json = {
    "type": "apiKey",
    "in": "header",
    "name": "webhook-signature",
    "description": "`v1,` and base64 of HMAC-SHA256, with the partner's key, over "
    "`<webhook-id>.<webhook-timestamp>.<METHOD> <path with query>\\n<body>`; several are separated by spaces.",
}
SIGNATURE_PARAMETERS: list[Json] = [
    {"name": name, "in": "header", "required": True, "schema": _TEXT, "description": description}
    for name, description in (
        ("hejie-partner", "the partner's code"),
        ("webhook-id", "1 to 64 printable ASCII characters without full stop and space; an answer of 2xx uses it up"),
        ("webhook-timestamp", "Unix seconds of signing, at most five minutes from our clock"),
    )
]

HEADERS: Json = {
    "X-Request-Id": {"schema": _TEXT},
    "Retry-After": {"description": "seconds", "schema": {"type": "integer"}},
}
PARAMETERS: Json = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "One key, one effect: repeating the call gives the first answer again. Kept 7 days.",
        "schema": {"type": "string", "pattern": "^[ -~]{1,64}$"},
    },
    "RequestId": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "Echoed; made when absent or not of this form.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
}
UPLOAD: Json = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}
ERROR: Json = {
    "type": "object",
    "description": "`message` tells a person what to do next. Further members depend on `code`.",
    "required": ["code", "message", "request_id"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "request_id": {"type": "string"},
        "fields": {
            "type": "array",
            "description": "all that is wrong, at once",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {
                    "path": {"type": "string", "examples": ["respondents.0.phone"]},
                    "message": {"type": "string"},
                },
            },
        },
    },
}

PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>Hejie API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<div id="page"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/swagger-ui-standalone-preset.js"></script>
<script>
SwaggerUIBundle({
  urls: [
    {url: "/docs/mini.json", name: "mini"}, {url: "/docs/staff.json", name: "staff"},
    {url: "/docs/exchange.json", name: "exchange"},
  ],
  dom_id: "#page", layout: "StandaloneLayout", validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
});
</script>
</html>
"""
