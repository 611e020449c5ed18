"""The clients to the outside world, as the settings say, for every process that needs them."""

from pydantic import SecretStr
from redis.asyncio import Redis

from backend.core.clock import Clock
from backend.core.crypto import Keyring
from backend.sms.client import TENCENT_CLOUD, Sms, SmsAccount
from backend.travel.driving import Driving
from backend.travel.tencent import Quota, TencentLocation
from backend.wechat.client import WeChat
from backend.wechat.simulator.sms import SmsKeys
from config.settings import Settings


def wechat(settings: Settings, redis: Redis, clock: Clock) -> WeChat:
    return WeChat(
        settings.wechat_url or "https://api.weixin.qq.com",
        settings.wechat_app_id,
        settings.wechat_app_secret.get_secret_value(),
        redis,
        clock=clock,
        timeout_s=settings.wechat_timeout_s,
    )


def sms(settings: Settings, clock: Clock) -> Sms:
    """Off without keys."""
    account = None
    if settings.sms_secret_id:
        account = SmsAccount(
            settings.sms_secret_id,
            settings.sms_secret_key.get_secret_value(),
            settings.sms_sdk_app_id,
            settings.sms_sign_name,
            settings.sms_region,
        )
    return Sms(account, clock=clock, base_url=settings.sms_url or TENCENT_CLOUD)


def driving(settings: Settings, redis: Redis, keyring: Keyring, clock: Clock) -> Driving:
    """Without a key the straight line decides."""
    account = None
    if key := settings.tencent_key.get_secret_value():
        quota = Quota(settings.tencent_per_second, settings.tencent_per_day)
        secret_key = settings.tencent_secret_key.get_secret_value()
        account = TencentLocation(settings.tencent_url, key, secret_key, quota, redis, clock=clock)
    return Driving(account, redis, keyring, settings.travel_tolerance_m)


def simulated(settings: Settings) -> dict[str, object]:
    """The addresses of the simulator, and for text messages the account that it knows; there any template will do."""
    url, keys = f"http://127.0.0.1:{settings.simulator_port}", SmsKeys()
    if settings.sms_secret_id or settings.sms_url:
        return {"wechat_url": url}
    return {
        "wechat_url": url,
        "sms_url": url,
        "sms_secret_id": keys.secret_id,
        "sms_secret_key": SecretStr(keys.secret_key),
        "sms_sdk_app_id": "1400000000",
        "sms_sign_name": "和解",
        "sms_code_template": settings.sms_code_template or "phone-code",
    }
