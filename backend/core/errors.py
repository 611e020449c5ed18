"""What may go wrong on purpose. Anything that is no `HejieError` is a bug and becomes a logged 500.

A room's own errors live beside the action that raises them; here are only those that every room shares.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """`path` in dotted form (`respondents.0.phone`); `message` never repeats the value."""

    path: str
    message: str


class HejieError(Exception):
    """`code` is stable and machine-readable; `message` tells a person what to do next."""

    code: ClassVar[str]
    status: ClassVar[int]
    message: ClassVar[str]

    def __init__(
        self,
        message: str | None = None,
        *,
        fields: tuple[FieldProblem, ...] = (),
        retry_after_s: int | None = None,
        **details: object,
    ) -> None:
        super().__init__(message or self.message)
        self.text = message or self.message
        self.fields = fields
        self.retry_after_s = retry_after_s
        self.details = details


class TokenInvalidError(HejieError):
    code, status, message = "token_invalid", 401, "请先登录。"


class TokenExpiredError(HejieError):
    code, status, message = "token_expired", 401, "登录已过期，请重新登录。"


class TokenRevokedError(HejieError):
    """`actor_id` is whose token it was, where that is known."""

    code, status, message = "token_revoked", 401, "您已退出登录，请重新登录。"

    def __init__(self, actor_id: UUID | None = None) -> None:
        super().__init__()
        self.actor_id = actor_id


class MalformedError(HejieError):
    code, status, message = "malformed", 400, "请求内容无法读取，请检查格式后重试。"


class TooLargeError(HejieError):
    code, status, message = "too_large", 413, "内容太大，请精简后重试。"


class WrongTypeError(HejieError):
    code, status, message = "wrong_type", 415, "不支持这种内容类型，请使用 JSON。"


class InvalidFieldsError(HejieError):
    """All field errors at once."""

    code, status, message = "invalid_fields", 422, "有几处填写需要修改，请看各处提示。"

    @classmethod
    def at(cls, path: str, message: str) -> "InvalidFieldsError":
        return cls(fields=(FieldProblem(path, message),))


class NotFoundError(HejieError):
    """Missing, or not yours: the two must look alike."""

    code, status, message = "not_found", 404, "没有找到，可能已被移除。请返回列表刷新后再试。"


class MethodNotAllowedError(HejieError):
    code, status, message = "method_not_allowed", 405, "这个地址不支持该操作。"


class RoleNotAllowedError(HejieError):
    """Residents read it, too."""

    code, status = "role_not_allowed", 403
    message = "这一步不由您办理。需要办理的，请联系综治中心；工作人员请联系本中心负责人。"


class RateLimitedError(HejieError):
    code, status, message = "rate_limited", 429, "操作太频繁，请稍等片刻再试。"


class UnavailableError(HejieError):
    """A store or WeChat is away; nothing was written."""

    code, status, message = "unavailable", 503, "服务暂时繁忙，您的内容没有丢失，请稍后重试。"
