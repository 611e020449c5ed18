"""WeChat's refusals: a number and a text in JSON, with HTTP status 200.

Source: developers.weixin.qq.com, the error tables of each server API.
"""

import secrets
import time
from typing import Final

_ERRMSG: Final[dict[int, str]] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40014: "invalid access_token",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40164: "invalid ip",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40212: "invalid query",
    40226: "code blocked",
    41001: "access_token missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43104: "appid not match openid",
    44002: "empty post data",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45029: "qrcode count out of limit",
    45047: "out of response count limit",
    47001: "data format error",
    47003: "argument invalid!",
    48006: "forbid to clear quota because of reaching the limit",
    61004: "access clientip is not registered",
    61010: "code is expired",
    76021: "cgi_path not found, please check",
    85401: "invalid expire_time or expire_interval",
    87009: "invalid signature",
    87014: "risky content",
}


class RefusalError(Exception):
    def __init__(self, errcode: int, detail: str = "") -> None:
        super().__init__(errcode)
        self.errcode = errcode
        said = " ".join(filter(None, (_ERRMSG.get(errcode, "error"), detail)))
        self.errmsg = f"{said} rid: {int(time.time()):x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
