"""The addresses of WeChat's server API that are called here, with their limits as documented."""

from dataclasses import dataclass
from typing import Final

from backend.wechat.errors import WeChatAwayError, WeChatError, WeChatUnknownError


@dataclass(frozen=True, slots=True)
class Api:
    path: str
    daily: int | None = None
    """Calls a day that WeChat grants; None: it names no number."""
    repeatable: bool = False
    """Asking again after −1 or 45011 cannot use a code up or send anything twice."""
    lost: type[WeChatError] = WeChatAwayError
    """What it is when the request went out and no readable answer came back."""
    mark: str = ""
    is_capped: bool = False
    """Our own count stops at `daily`; elsewhere the app may have been granted more."""

    @property
    def name(self) -> str:
        """Under which it is counted: WeChat counts the forced refreshes of the token apart."""
        return self.path + self.mark


CODE_TO_SESSION: Final = Api("sns/jscode2session")
STABLE_TOKEN: Final = Api("cgi-bin/stable_token", daily=500_000, repeatable=True)
FORCED_TOKEN: Final = Api("cgi-bin/stable_token", daily=20, mark="#forced", is_capped=True)
PHONE_NUMBER: Final = Api("wxa/business/getuserphonenumber")
SEND: Final = Api("cgi-bin/message/subscribe/send", daily=10_000_000, lost=WeChatUnknownError)
CHECK_TEXT: Final = Api("wxa/msg_sec_check", daily=2_000_000, repeatable=True)
CHECK_MEDIA: Final = Api("wxa/media_check_async", daily=200_000, repeatable=True)
CODE: Final = Api("wxa/getwxacodeunlimit", repeatable=True)
URL_LINK: Final = Api("wxa/generate_urllink", daily=500_000, repeatable=True)

ALL: Final = (
    CODE_TO_SESSION, STABLE_TOKEN, FORCED_TOKEN, PHONE_NUMBER, SEND, CHECK_TEXT, CHECK_MEDIA, CODE, URL_LINK,
)  # fmt: skip
