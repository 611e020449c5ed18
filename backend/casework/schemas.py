"""What each action of the case flow must say. `FIELDS` says what an action cannot do without, the table of the case
flow what is required beside it; `version` is on all of them."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from functools import cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from backend.casework.action_in import ACTION_OF, ActionIn
from backend.casework.link_schemas import DismissDuplicate, Link, Merge, Split, Unlink, WaiveDocument
from backend.commitments.schemas import LAST_DAY
from backend.core import clock
from backend.core.catalog import Catalog
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Text, deps_of, one_of, problem, problems
from backend.disputes.party_schemas import EARLIEST, past
from backend.disputes.schemas import MAX_FEN
from models import Audience


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
        return one_of(value, deps_of(info).catalog.refusal_reasons)


class Transfer(ActionIn):
    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["center_id"], "properties": {"center_id": {"type": "string"}}},
                {"required": ["level_up"], "properties": {"level_up": {"const": True}}},
            ]
        }
    )

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
    handover_note: Text | None = None
    """From the mediator before to the next one; nobody else but their director reads it."""


class StartMediation(ActionIn):
    organization_id: UUID | None = None
    track: Code | None = None
    mode: Code = "ordinary"
    no_conflict: bool = True
    """The mediator's statement to have no relation to the parties and no interest in the case."""

    @field_validator("track")
    @classmethod
    def is_a_track(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else one_of(value, _titles(deps_of(info).catalog))

    @field_validator("mode")
    @classmethod
    def is_a_mode(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.modes)


class RecordSession(ActionIn):
    held_at: AwareDatetime
    summary: Text
    kind: Line = "onsite"
    attended: Annotated[tuple[UUID, ...], Field(max_length=100)] = ()
    rights_notice: bool = True
    """The notice of rights and duties was read out to whoever had not been told before."""

    @property
    def told(self) -> str:
        return self.summary

    @field_validator("held_at")
    @classmethod
    def is_over(cls, value: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        if value.date() < EARLIEST or value > deps_of(info).clock.now():
            raise problem("调解时间不能晚于现在，请检查后重填。")
        return value


class Term(In):
    """`who` and `to`: a name, or a party's id. A standard 服务标准 is kept all the time, and checked."""

    who: Line
    what: Text
    due_on: date
    amount_fen: Annotated[int, Field(ge=0, le=MAX_FEN)] | None = None
    to: Line | None = None
    kind: Literal["act", "standard"] | None = None

    @field_validator("due_on")
    @classmethod
    def is_a_date_of_our_time(cls, value: date) -> date:
        """What was agreed may have been done on the spot."""
        if not EARLIEST <= value <= LAST_DAY:
            raise problem("履行日期太早或者太晚，请检查后重填。")
        return value


class ReachAgreement(ActionIn):
    form: Literal["written", "oral"]
    summary: Text
    terms: Annotated[tuple[Term, ...], Field(max_length=100)] = ()
    proposal_id: UUID | None = None
    """The accepted proposal, whose terms are taken instead."""

    @model_validator(mode="after")
    def has_one_source(self) -> Self:
        if self.proposal_id is not None and self.terms:
            raise problems([FieldProblem("terms", "已经选择了方案，条款以方案为准，请不要另外填写。")])
        return self


class EndWithoutAgreement(ActionIn):
    reason_code: Code
    routes: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]

    @field_validator("reason_code")
    @classmethod
    def is_a_reason(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.ending_reasons)


class Noted(ActionIn):
    note: Text | None = None


class ConfirmFulfilment(Noted):
    pass


class Close(Noted):
    pass


class Reopen(ActionIn):
    reason: Text


class AddNote(ActionIn):
    text: Text
    audience: Literal[Audience.STAFF, Audience.PARTIES] = Audience.STAFF

    @property
    def told(self) -> str:
        return self.text


class RequestInformation(ActionIn):
    items: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
    due_on: date

    @field_validator("due_on")
    @classmethod
    def is_to_come(cls, value: date, info: ValidationInfo) -> date:
        return _within_a_year(value, info)


class LogContact(ActionIn):
    channel: Literal["phone", "sms", "wechat", "visit", "letter", "other"]
    outcome: Text
    reached: bool | None = None
    next_try_on: date | None = None

    @property
    def told(self) -> str:
        return self.outcome

    @field_validator("next_try_on")
    @classmethod
    def is_to_come(cls, value: date | None, info: ValidationInfo) -> date | None:
        return None if value is None else _within_a_year(value, info)


class PauseClock(ActionIn):
    reason_code: Code
    until: date
    note: Text | None = None

    @field_validator("reason_code")
    @classmethod
    def is_a_reason(cls, value: str, info: ValidationInfo) -> str:
        return one_of(value, deps_of(info).catalog.pause_reasons)

    @field_validator("until")
    @classmethod
    def is_soon(cls, value: date, info: ValidationInfo) -> date:
        """A pause without an end would be a case that nobody answers for."""
        return _within_a_year(value, info)


class ResumeClock(ActionIn):
    note: Text | None = None


class Consent(In):
    party_id: UUID
    given_on: date
    how: Literal["in_person", "phone", "wechat", "written"]

    @field_validator("given_on")
    @classmethod
    def is_past(cls, value: date, info: ValidationInfo) -> date:
        return past(value, info, "同意的日期不能晚于今天，请检查后重填。")


class ExtendTerm(ActionIn):
    days: Annotated[int, Field(ge=1, le=366)]
    reason: Text
    consents: Annotated[list[Consent], Field(min_length=1, max_length=100)]


class DeclareNoConflict(ActionIn):
    pass


class DeclareConflict(ActionIn):
    reason: Text


class DecideRecusal(ActionIn):
    upheld: bool
    reason: Text


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
    "confirm_fulfilment": ConfirmFulfilment,
    "close": Close,
    "reopen": Reopen,
    "add_note": AddNote,
    "request_information": RequestInformation,
    "log_contact": LogContact,
    "pause_clock": PauseClock,
    "resume_clock": ResumeClock,
    "extend_term": ExtendTerm,
    "declare_no_conflict": DeclareNoConflict,
    "declare_conflict": DeclareConflict,
    "decide_recusal": DecideRecusal,
    "link": Link,
    "unlink": Unlink,
    "dismiss_duplicate": DismissDuplicate,
    "merge": Merge,
    "split": Split,
    "waive_document": WaiveDocument,
}


ACTION_OF.update({fields: action for action, fields in FIELDS.items()})


def refuse_unknown_fields(catalog: Catalog) -> None:
    """Raises ValueError for a field in the case flow's table that its action does not have."""
    found = [
        f"flow row {number} ({row.action}): no field {name!r}"
        for number, row in enumerate(catalog.flow, start=1)
        for name in row.requires
        if row.action not in FIELDS or name not in FIELDS[row.action].model_fields
    ]
    if found:
        raise ValueError("; ".join(found))


def json_schema(catalog: Catalog, action: str) -> dict[str, Any]:
    """JSON Schema of the fields beside `version`, with the catalog's codes as enumerations."""
    schema = deepcopy(_shape(action))
    required = {name for row in catalog.flow_by_action[action] for name in row.requires}
    schema["required"] = sorted({*schema["required"], *required})
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


def _titles(catalog: Catalog) -> dict[str, str]:
    return {name: track.title for name, track in catalog.tracks.items()}


def _codes_of(catalog: Catalog, action: str) -> dict[str, dict[str, str]]:
    by_action = {
        "refuse": {"reason_code": catalog.refusal_reasons},
        "end_without_agreement": {"reason_code": catalog.ending_reasons},
        "pause_clock": {"reason_code": catalog.pause_reasons},
        "waive_document": {"code": {each.code: each.title for each in catalog.closing.documents}},
        "start_mediation": {
            "track": _titles(catalog),
            "mode": catalog.modes,
        },
    }
    return by_action.get(action, {})


def _within_a_year(value: date, info: ValidationInfo) -> date:
    today = clock.today(deps_of(info).clock)
    if not today <= value <= today + timedelta(days=366):
        raise problem("期限不能早于今天，也不能晚于一年以后，请重新填写。")
    return value
