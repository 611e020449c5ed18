"""What `/sim/*` is asked with."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.wechat.simulator.arguments import argument_type
from backend.wechat.simulator.consents import TemplateKind
from backend.wechat.simulator.moderation import Suggest
from backend.wechat.simulator.pushes import Format, Mode
from backend.wechat.simulator.world import Template, World


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PersonIn(In):
    name: str = ""
    openid: str = ""

    @model_validator(mode="after")
    def one_person(self) -> Self:
        if bool(self.name) == bool(self.openid):
            raise ValueError("either name or openid")
        return self

    def openid_in(self, world: World) -> str:
        return self.openid or world.people.openid_of(self.name)


class _PushIn(PersonIn):
    """Absent: as in the settings."""

    format: Format | None = None
    mode: Mode | None = None


class ConsentIn(_PushIn):
    template_id: str
    result: str
    where: Literal["popup", "settings"] = "popup"
    keep: bool = Field(False, description="always keep this answer: no more pop-ups for the template")


class RequestIn(_PushIn):
    """`wx.requestSubscribeMessage`: what is not answered is refused."""

    template_ids: list[str]
    answers: dict[str, str] = {}
    keep: bool = False


class SwitchIn(PersonIn):
    on: bool


class EventIn(_PushIn):
    event: str
    items: list[dict[str, str | int]] = []
    extra: dict[str, Any] = {}
    created_at: int | None = Field(None, description="Unix seconds")
    timestamp: int | None = Field(None, description="Unix seconds, of the signature")
    token: str = Field("", description="signs with another token: a forgery")
    app_id: str = Field("", description="seals for another mini-program")
    times: int = Field(1, ge=1, le=100)


class RevocationIn(_PushIn):
    kind: Literal["authorization_revoke", "authorization_cancellation", "info_modified"]
    revoke_info: list[str] = Field([], description="WeChat's numbers for what is withdrawn, 8 is the phone number")


class SayIn(_PushIn):
    text: str = Field("", max_length=2000, description="empty: only enters the customer service")


class WhoIn(PersonIn):
    blocked: bool | None = Field(None, description="logins answer 40226")
    risk_rank: Annotated[int, Field(ge=0, le=4)] | None = None
    visited: bool = True


class FaultIn(In):
    path: str = Field(min_length=1)
    times: int = Field(1, ge=1)
    errcode: int | None = None
    code: str | None = Field(None, description="for /SendSms, such as InternalError")
    status: int | None = Field(None, ge=200, le=599)
    body: str | None = None
    delay_ms: int = Field(0, ge=0, le=120_000)
    after_effect: bool = False
    hang_up: bool = False


class VerdictIn(In):
    contains: str = Field(max_length=200, description="in the text, the address or the file; empty: anything")
    suggest: Suggest
    label: int = 21000
    times: int | None = Field(None, ge=1)


class _TemplateIn(In):
    id: str = Field(min_length=1)
    arguments: list[str] = Field(min_length=1)
    title: str = ""
    kind: TemplateKind = "one_time"

    @model_validator(mode="after")
    def known_types(self) -> Self:
        if wrong := [name for name in self.arguments if argument_type(name) is None]:
            raise ValueError(f"no argument type: {', '.join(wrong)}")
        return self

    def template(self) -> Template:
        return Template(self.id, self.title, dict.fromkeys(self.arguments, ""), self.kind)


class TemplatesIn(In):
    items: list[_TemplateIn]


class CodeIn(In):
    name: str = ""
    phone: str = ""

    @model_validator(mode="after")
    def one_kind(self) -> Self:
        if bool(self.name) == bool(self.phone):
            raise ValueError("either name or phone")
        return self
