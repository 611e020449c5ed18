"""What a text message can come to. The classes answer one question: can it have been sent?"""

from typing import ClassVar

from backend.core.errors import HejieError


class SmsError(HejieError):
    """`reason` is Tencent's code, where it gave one; never a number or a text."""

    code: ClassVar[str] = "sms_unavailable"
    status: ClassVar[int] = 503
    message: ClassVar[str] = "短信暂时发不出去，请稍后再试，或点“微信授权手机号”。您也可以致电或到综治中心窗口办理。"
    retry_s: ClassVar[int] = 60

    def __init__(self, reason: str = "", message: str | None = None) -> None:
        super().__init__(message, retry_after_s=self.retry_s)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason or type(self).__name__


class SmsOffError(SmsError):
    """No keys are set: nothing is ever sent."""

    message: ClassVar[str] = "短信验证码尚未开通，请点“微信授权手机号”。您也可以致电或到综治中心窗口办理。"
    retry_s: ClassVar[int] = 24 * 3600


class SmsAwayError(SmsError):
    """Not sent; the same may be sent later."""


class SmsLimitError(SmsError):
    """Not sent: a limit of the number, of the account or of its day. It may be sent when the limit allows."""

    message: ClassVar[str] = "这个号码今天收到的短信太多，或者短信通道繁忙，请稍后再试。"
    retry_s: ClassVar[int] = 3600


class SmsRefusedError(SmsError):
    """Not sent, and the same would be refused again: keys, signature, template, balance, or the number itself."""

    retry_s: ClassVar[int] = 3600


class SmsUnknownError(SmsError):
    """The request went out and its answer is lost or unclear: it may have been sent. Never repeat it."""
