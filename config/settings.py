"""Everything an operator sets by environment variable (prefix `HEJIE_`)."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only"  # noqa: S105 - named so that production can refuse it
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HEJIE_", frozen=True, extra="ignore")

    env: Literal["development", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # processes
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    simulator_port: int = Field(8001, ge=1, le=65535)
    workers: int = Field(1, ge=1, le=64, description="API processes")
    data_dir: Path = Path(".data")
    public_url: str = Field("", description="what phones call; default http://host:port")
    worker_concurrency: int = Field(10, ge=1, le=100, description="sends at once; more throughput means more workers")
    worker_metrics_port: int = Field(0, ge=0, le=65535, description="Prometheus figures of the worker; 0 = off")
    trusted_proxies: int = Field(0, ge=0, description="how many proxies in front append X-Forwarded-For")

    # stores; empty = the engines embedded from wheels, under data_dir
    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    storage_url: str = Field("", description="obstore URL for uploaded files; default data_dir/files")
    history_sink: str = Field(
        "", description="where the history's daily root goes: URL or path; default data_dir/history-roots.jsonl"
    )
    database_pool: int = Field(20, ge=2, description="connections per process")

    # secrets; `make run` writes development values into data_dir
    encryption_keys: SecretStr = Field(SecretStr(""), description="'id:base64,id:base64', first is current")
    search_key: SecretStr = Field(SecretStr(""), description="base64, 32 bytes: keyed hashes, signed links")
    metrics_token: SecretStr = SecretStr("")

    # WeChat
    wechat_url: str = Field("", description="default https://api.weixin.qq.com; the simulator in development")
    wechat_timeout_s: float = Field(3.0, ge=0.3, le=10, description="for one call of WeChat, its repetitions included")
    wechat_app_id: str = "wx-development"
    wechat_app_secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    wechat_callback_token: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    wechat_callback_aes_key: SecretStr = Field(
        SecretStr("aGVqaWUtZGV2ZWxvcG1lbnQtb25seS1rZXktMDAwMDA"),
        description="43 characters from the WeChat console",
    )
    wechat_callback_encrypted_only: bool = Field(False, description="the console says safe mode: refuse plain bodies")
    wechat_max_templates: int = Field(3, ge=1, le=5, description="templates per subscription request")
    wechat_ask_again_days: int = Field(7, ge=0, description="how long a no to a template is a no")

    # text messages by Tencent Cloud SMS; off without keys
    sms_secret_id: str = ""
    sms_secret_key: SecretStr = SecretStr("")
    sms_sdk_app_id: str = ""
    sms_sign_name: str = Field("", description="the approved signature, without 【】")
    sms_region: str = "ap-guangzhou"
    sms_code_template: str = Field("", description="template id; {1} the code, {2} minutes; empty = no codes by SMS")
    sms_url: str = Field("", description="default https://sms.tencentcloudapi.com")

    # video rooms by Tencent TRTC; without a key each center enters the links of its meetings
    trtc_sdk_app_id: int = Field(0, ge=0, le=2**32 - 1)
    trtc_secret_key: SecretStr = SecretStr("")

    # travel time by Tencent Location Service; without a key the straight line decides
    tencent_key: SecretStr = SecretStr("")
    tencent_secret_key: SecretStr = Field(SecretStr(""), description="signs requests, if the key is set up so")
    tencent_url: str = "https://apis.map.qq.com"
    tencent_per_second: int = Field(5, ge=1, description="the account's quota; the matrix counts pairs")
    tencent_per_day: int = Field(10_000, ge=1)
    travel_tolerance_m: float = Field(3000.0, ge=0, description="centers this much farther compete by driving time")

    # other systems (docs/exchange.md)
    exchange_timeout_s: float = Field(10.0, ge=0.5, le=60, description="for a partner's whole answer to an event")
    exchange_longest_pause_s: float = Field(3600.0, ge=1, description="between two attempts")
    exchange_give_up_days: float = Field(7.0, gt=0, description="then an event is a dead letter")
    exchange_reconcile_at: str = Field(
        "02:00",
        pattern=rf"^(|{_CLOCK})$",
        description="time of the day at which partners' lists are compared; empty = off",
    )

    # limits and rhythm
    actor_limit_per_s: int = Field(50, ge=0, description="0 = off")
    address_limit_per_s: int = Field(100, ge=0, description="0 = off")
    quiet_hours: str = Field("22:00-07:30", pattern=rf"^(|{_CLOCK}-{_CLOCK})$", description="empty = none")
    coalesce_s: int = Field(60, ge=0, description="0 = off")
    idempotency_days: int = Field(7, ge=1)
    session_days: int = Field(30, ge=1)
    staff_session_hours: int = Field(12, ge=1)

    @model_validator(mode="after")
    def refuse_placeholders_in_production(self) -> Self:
        """A production process must not start with a secret that is printed in this repository."""
        if self.env != "production":
            return self
        wanted = {
            "HEJIE_DATABASE_URL": self.database_url,
            "HEJIE_REDIS_URL": self.redis_url,
            "HEJIE_ENCRYPTION_KEYS": self.encryption_keys,
            "HEJIE_SEARCH_KEY": self.search_key,
            "HEJIE_METRICS_TOKEN": self.metrics_token,
            "HEJIE_WECHAT_APP_SECRET": self.wechat_app_secret,
            "HEJIE_WECHAT_CALLBACK_TOKEN": self.wechat_callback_token,
        }
        missing = [name for name, secret in wanted.items() if secret.get_secret_value() in ("", DEVELOPMENT_SECRET)]
        if self.wechat_callback_aes_key == type(self).model_fields["wechat_callback_aes_key"].default:
            missing.append("HEJIE_WECHAT_CALLBACK_AES_KEY")
        if missing:
            raise ValueError(f"production needs real values for: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def complete_sms(self) -> Self:
        """Half an account would fail at the first message only."""
        parts = {
            "HEJIE_SMS_SECRET_ID": self.sms_secret_id,
            "HEJIE_SMS_SECRET_KEY": self.sms_secret_key.get_secret_value(),
            "HEJIE_SMS_SDK_APP_ID": self.sms_sdk_app_id,
            "HEJIE_SMS_SIGN_NAME": self.sms_sign_name,
        }
        missing = [name for name, value in parts.items() if not value]
        if missing and len(missing) < len(parts):
            raise ValueError(f"text messages need also: {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def complete_trtc(self) -> Self:
        """Half an account would let nobody into a room."""
        if (self.trtc_sdk_app_id > 0) != bool(self.trtc_secret_key.get_secret_value()):
            raise ValueError("video rooms need both: HEJIE_TRTC_SDK_APP_ID, HEJIE_TRTC_SECRET_KEY")
        return self

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def program_state(self) -> Literal["developer", "formal"]:
        """Which version of the mini-program messages, codes and links open."""
        return "formal" if self.is_production else "developer"


def load_settings() -> Settings:
    """Raises `pydantic.ValidationError` naming every wrong variable at once."""
    return Settings()
