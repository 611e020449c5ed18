"""The simulator of WeChat, as it is started by hand: what the command line leaves open comes from the settings."""

from dataclasses import dataclass
from pathlib import Path

from backend.wechat.simulator import server
from backend.wechat.simulator.pushes import CallbackKeys, Format, Mode
from backend.wechat.simulator.rules import Rules
from backend.wechat.simulator.server import Options
from backend.wechat.simulator.sms import SmsKeys
from backend.wechat.simulator.templates import read_templates
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Given:
    """On the command line; empty = as the settings say."""

    app_id: str
    app_secret: str
    callback_url: str
    callback_token: str
    callback_aes_key: str
    callback_mode: Mode
    callback_format: Format
    sms_secret_id: str
    sms_secret_key: str
    templates: Path


def prepared(settings: Settings, given: Given, host: str, port: int | None) -> tuple[CallbackKeys, Options, str]:
    """Keys and options, and what to tell whoever started it. Raises ValueError in words for them."""
    keys = CallbackKeys(
        given.app_id or settings.wechat_app_id,
        given.callback_url or f"http://127.0.0.1:{settings.port}/wechat/callback",
        given.callback_token or settings.wechat_callback_token.get_secret_value(),
        given.callback_aes_key or settings.wechat_callback_aes_key.get_secret_value(),
    )
    sms_keys = SmsKeys.given(
        given.sms_secret_id or settings.sms_secret_id,
        given.sms_secret_key or settings.sms_secret_key.get_secret_value(),
    )
    rules = Rules(callback_mode=given.callback_mode, callback_format=given.callback_format, sent_events=True)
    app_secret = given.app_secret or settings.wechat_app_secret.get_secret_value()
    options = Options(app_secret, sms_keys, rules, read_templates(given.templates))
    keys.check()
    return keys, options, server.described(f"http://{host}:{port or settings.simulator_port}", keys, options)
