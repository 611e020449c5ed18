"""What Hejie calls at its partners, beside what they call here: the `webhooks` of the exchange's document."""

from typing import Any, Final

import pydantic
from pydantic.json_schema import GenerateJsonSchema

from backend.exchange.published import Acknowledgement, CaseEvent, CaseList, RefusedForGood

Json = dict[str, Any]

_REF: Final = "#/components/schemas/"
_TEXT: Json = {"type": "string"}
_HEADERS: Final = {
    "webhook-id": "of an event its `id`, the same with every repetition; of a question another one each time",
    "webhook-timestamp": "Unix seconds of signing; more than 300 from your clock: refuse",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA256 with the shared key, over "
    "`<webhook-id>.<webhook-timestamp>.` and the body of an event, or `GET <path with query>\\n` of a question; "
    "several, separated by spaces, while two keys are valid: any one may fit",
}
_SIGNED: list[Json] = [
    {"name": name, "in": "header", "required": True, "schema": _TEXT, "description": description}
    for name, description in _HEADERS.items()
]
_ASKED_BY: Json = {"name": "hejie-partner", "in": "header", "required": True, "schema": {"const": "hejie"}}


def _answer(description: str, schema: str) -> Json:
    return {"description": description, "content": {"application/json": {"schema": {"$ref": _REF + schema}}}}


_AGAIN: Json = {
    "description": "Everything else, a redirect, a page, a 2xx or 422 that does not name the event, no answer within "
    "10 s or one of more than 64 KB: sent again after 1 s, 2 s, 4 s … up to an hour, for 7 days. Of a 4xx or 5xx "
    "`retry-after` in seconds is kept to."
}
_NOT_HAD: Json = {"description": "Not had: tried again for four hours, then reported as not compared."}

WEBHOOKS: Final[Json] = {
    "case-event": {
        "post": {
            "operationId": "tell_of_case",
            "summary": "Something has happened to a case",
            "tags": ["events"],
            "description": "At the address that was agreed. The events of one case come in order, each when the one "
            "before it was acknowledged; at least once.",
            "security": [],
            "parameters": _SIGNED,
            "requestBody": {
                "required": True,
                "content": {"application/cloudevents+json": {"schema": {"$ref": f"{_REF}CaseEvent"}}},
            },
            "responses": {
                "2XX": _answer("Taken: the next event of the case follows.", "Acknowledgement"),
                "422": _answer("Never to be sent again: a dead letter, which a person looks at.", "RefusedForGood"),
                "default": _AGAIN,
            },
        }
    },
    "case-list": {
        "get": {
            "operationId": "ask_for_cases",
            "summary": "Which cases have you, in which state?",
            "tags": ["questions"],
            "description": "At `cases` beside the address of the events, once a day: of `https://…/hejie/events` it is "
            "`https://…/hejie/cases`. All cases that you have brought or were told of, in pages of at most 4 MB.",
            "security": [],
            "parameters": [
                {"name": "limit", "in": "query", "schema": {"type": "integer"}, "description": "wanted in a page"},
                {"name": "cursor", "in": "query", "schema": _TEXT, "description": "`next_cursor` of the page before"},
                _ASKED_BY,
                *_SIGNED,
            ],
            "responses": {"200": _answer("A page.", "CaseList"), "default": _NOT_HAD},
        }
    },
    "case": {
        "get": {
            "operationId": "ask_for_case",
            "summary": "A case that you have brought and Hejie lacks",
            "tags": ["questions"],
            "description": "At `cases/<your number>` beside the address of the events, when somebody in the center has "
            "asked for it: what you would POST to `/exchange/v1/cases`. It is filed as if you had.",
            "security": [],
            "parameters": [_ASKED_BY, *_SIGNED],
            "responses": {
                "200": _answer("The case.", "CaseIn"),
                "default": {"description": "It stays on the work list, with this answer's status."},
            },
        }
    },
}


def schemas(generator: type[GenerateJsonSchema]) -> Json:
    """That `WEBHOOKS` refers to, beside those of the calls."""
    models = (CaseEvent, Acknowledgement, RefusedForGood, CaseList)
    _, found = pydantic.json_schema.models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF + "{model}", schema_generator=generator
    )
    definitions: Json = found["$defs"]
    return definitions
