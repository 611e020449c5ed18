"""What can be set while the simulator runs: `GET` and `POST /sim/settings`."""

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt

from backend.wechat.simulator.pushes import Format, Mode


class LimitIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    daily: NonNegativeInt | None = None
    per_minute: NonNegativeInt | None = None


class Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    latency_ms: int = Field(0, ge=0, le=120_000, description="added to every answer of WeChat and of the SMS")
    allowed_ips: list[str] | None = Field(None, description="others get 40164 instead of a token; null: everybody may")
    callback_mode: Mode = "safe"
    callback_format: Format = "xml"
    sent_events: bool = Field(False, description="push subscribe_msg_sent_event after each message, as WeChat does")
    media_check_delay_ms: int = Field(50, ge=0, le=1_800_000)
    pages: list[str] | None = Field(None, description="the published pages; null: any")
    unchecked_pages: int = Field(60_000, ge=0, description="pages with codes made with check_path false")
    max_templates: int = Field(3, ge=1, le=5, description="in one subscription request")
    open_platform: bool = Field(False, description="bound to an Open Platform account: logins carry a unionid")
    quotas: dict[str, LimitIn] = Field({}, description="by path; null: no limit")
    sms_per_30_s: int = Field(1, ge=0)
    sms_per_hour: int = Field(5, ge=0)
    sms_per_day: int = Field(10, ge=0)
    sms_blacklist: list[str] = []
    sms_sign_names: list[str] | None = Field(None, description="the approved signatures; null: any")
    sms_templates: dict[str, str] = Field({}, description="approved texts by id, with {1} {2} …; empty: any id")
