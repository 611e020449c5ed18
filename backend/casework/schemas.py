"""What each action of the case flow must say. `FIELDS` is the table; `version` is on all of them."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from backend.core import clock
from backend.core.catalog import Catalog
from backend.core.schema import Code, In, Line, Text, deps_of, problem
from backend.disputes.schemas import EARLIEST, MAX_FEN
from models import Audience


class ActionIn(In):
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class Redirect(In):
    """Refusal must say where to go."""

    authority: Line
    address: Line | None = None
    phone: Line | None = None
    time_limit: Line | None = None


class Accept(ActionIn):
    pass


class Refuse(ActionIn):
    reason_code: Code
    redirect: Redirect

    @field_validator("reason_code")
    @classmethod
    def is_a_legal_reason(cls, value: str, info: ValidationInfo) -> str:
        return _one_of(value, deps_of(info).catalog.refusal_reasons)


class Transfer(ActionIn):
    level_up: bool = False
    center_id: Annotated[Code | None, Field(validate_default=True)] = None
    reason: Text

    @field_validator("center_id")
    @classmethod
    def is_the_one_target(cls, value: str | None, info: ValidationInfo) -> str | None:
        level_up = info.data.get("level_up")
        if level_up is not None and (value is not None) == level_up:
            raise problem("请选择一个中心，或者选择提级办理，二者选一。")
        if value is not None and deps_of(info).centers.by_id(value) is None:
            raise problem("没有这个中心，或者它已停用，请重新选择。")
        return value


class Receive(ActionIn):
    pass


class DeclineTransfer(ActionIn):
    reason: Text


class Assign(ActionIn):
    mediator_id: UUID


class StartMediation(ActionIn):
    organization_id: UUID | None = None
    track: Code | None = None
    mode: Code = "ordinary"

    @field_validator("track")
    @classmethod
    def is_a_track(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else _one_of(value, deps_of(info).catalog.tracks)

    @field_validator("mode")
    @classmethod
    def is_a_mode(cls, value: str, info: ValidationInfo) -> str:
        return _one_of(value, deps_of(info).catalog.modes)


class RecordSession(ActionIn):
    held_at: AwareDatetime
    summary: Text
    kind: Line = "onsite"
    attended: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()

    @field_validator("held_at")
    @classmethod
    def is_over(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        if value.date() < EARLIEST or value > deps_of(info).clock.now():
            raise problem("调解时间不能晚于现在，请检查后重填。")
        return value


class Term(In):
    who: Line
    what: Text
    due_on: date
    amount_fen: Annotated[int, Field(ge=0, le=MAX_FEN)] | None = None


class ReachAgreement(ActionIn):
    form: Literal["written", "oral"]
    summary: Text
    terms: Annotated[tuple[Term, ...], Field(max_length=100)] = ()


class EndWithoutAgreement(ActionIn):
    reason_code: Code
    routes: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]

    @field_validator("reason_code")
    @classmethod
    def is_a_reason(cls, value: str, info: ValidationInfo) -> str:
        return _one_of(value, deps_of(info).catalog.ending_reasons)


class Noted(ActionIn):
    note: Text | None = None


class Reopen(ActionIn):
    reason: Text


class AddNote(ActionIn):
    text: Text
    audience: Literal[Audience.STAFF, Audience.PARTIES] = Audience.STAFF


class RequestInformation(ActionIn):
    items: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
    due_on: date

    @field_validator("due_on")
    @classmethod
    def is_to_come(cls, value: date, info: ValidationInfo) -> date:
        if value < clock.today(deps_of(info).clock):
            raise problem("期限不能早于今天，请重新填写。")
        return value


class LogContact(ActionIn):
    channel: Literal["phone", "sms", "wechat", "visit", "letter", "other"]
    outcome: Text


FIELDS: Mapping[str, type[ActionIn]] = {
    "accept": Accept,
    "refuse": Refuse,
    "transfer": Transfer,
    "receive": Receive,
    "decline_transfer": DeclineTransfer,
    "assign": Assign,
    "start_mediation": StartMediation,
    "record_session": RecordSession,
    "reach_agreement": ReachAgreement,
    "end_without_agreement": EndWithoutAgreement,
    "confirm_fulfilment": Noted,
    "close": Noted,
    "reopen": Reopen,
    "add_note": AddNote,
    "request_information": RequestInformation,
    "log_contact": LogContact,
}


def json_schema(catalog: Catalog, action: str) -> dict[str, Any]:
    """JSON Schema of the fields beside `version`, with the catalog's codes as enumerations."""
    schema = deepcopy(_shape(action))
    for name, codes in _codes_of(catalog, action).items():
        described = schema["properties"][name]
        text = next((each for each in described.get("anyOf", ()) if each.get("type") == "string"), described)
        text |= {"enum": list(codes), "x-enum-titles": list(codes.values())}
    return schema


@cache
def _shape(action: str) -> dict[str, Any]:
    schema = FIELDS[action].model_json_schema()
    schema["properties"].pop("version")
    schema["required"].remove("version")
    return schema


def _codes_of(catalog: Catalog, action: str) -> dict[str, dict[str, str]]:
    by_action = {
        "refuse": {"reason_code": catalog.refusal_reasons},
        "end_without_agreement": {"reason_code": catalog.ending_reasons},
        "start_mediation": {"track": catalog.tracks, "mode": catalog.modes},
    }
    return by_action.get(action, {})


def _one_of(value: str, codes: Mapping[str, str]) -> str:
    if value not in codes:
        raise problem("没有这个选项，请重新选择。")
    return value
