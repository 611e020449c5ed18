"""What a call to WeChat can come to. For a send the classes answer one question: can it have had an effect?

Every class is an answer to a resident as well (503 unless it says more), so that a handler needs no `try`.
"""

from typing import ClassVar

from backend.core.errors import FieldProblem, HejieError, InvalidFieldsError, UnavailableError


class WeChatError(UnavailableError):
    """`errcode` is WeChat's, where it gave one."""

    code: ClassVar[str] = "wechat_unavailable"
    message: ClassVar[str] = "微信服务暂时繁忙，请稍等片刻再试一次。"
    retry_s: ClassVar[int] = 3

    def __init__(self, api: str, errcode: int | None = None) -> None:
        super().__init__(retry_after_s=self.retry_s)
        self.api = api
        self.errcode = errcode

    def __str__(self) -> str:
        return self.api if self.errcode is None else f"{self.api}: errcode {self.errcode}"


class WeChatAwayError(WeChatError):
    """Certainly no effect, or none that matters: the same call may be made again later."""


class WeChatBusyError(WeChatAwayError):
    """−1 or 45011: too much at once, for WeChat or of ours in this minute."""


class WeChatQuotaError(WeChatError):
    """45009: no effect, and none today; the quota of this API starts anew at midnight in China."""

    retry_s: ClassVar[int] = 3600


class WeChatRefusedError(WeChatError):
    """A definite no, without effect; the same call would be refused again."""

    retry_s: ClassVar[int] = 60


class AddressRefusedError(WeChatRefusedError):
    """40164, 61004: `address` of ours is not on the app's white list; empty where WeChat did not name it."""

    def __init__(self, api: str, errcode: int, address: str) -> None:
        super().__init__(api, errcode)
        self.address = address


class WeChatUnknownError(WeChatError):
    """The request was sent and its answer is lost or unreadable: it may have had its effect. Never repeat it."""


class ConsentMissingError(WeChatRefusedError):
    """43101: the resident has refused, or every acceptance is used up."""


class LoginCodeInvalidError(HejieError):
    code: ClassVar[str] = "login_code_invalid"
    status: ClassVar[int] = 401
    message: ClassVar[str] = "登录已失效，请重新进入小程序再试一次。"


class PhoneCodeInvalidError(InvalidFieldsError):
    def __init__(self) -> None:
        super().__init__(fields=(FieldProblem("code", "手机号授权已失效，请重新点击按钮授权。"),))


class AccountBlockedError(HejieError):
    """40226: WeChat holds the person for a high risk."""

    code: ClassVar[str] = "wechat_account_blocked"
    status: ClassVar[int] = 403
    message: ClassVar[str] = (
        "微信暂时限制了这个账号登录。您可以在微信“设置－账号与安全”中申诉，也可以直接致电或到综治中心窗口登记，不影响您的权利。"
    )
