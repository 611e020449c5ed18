from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.core import clock, identity
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Moment, Out, deps_of, problem, problems
from models import ConsentKind


class ProfileIn(In):
    """What is absent stays as it is; null erases it."""

    name: Annotated[Line, Field(max_length=50)] | None = None
    id_number: Code | None = None

    @field_validator("id_number")
    @classmethod
    def is_id_number(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        try:
            return identity.normalize_id_number(value, clock.today(deps_of(info).clock))
        except ValueError as error:
            raise problem(str(error)) from None


class SmsCodeIn(In):
    phone: Code

    @field_validator("phone")
    @classmethod
    def is_mobile(cls, value: str) -> str:
        return mobile(value)


class PhoneIn(In):
    """WeChat's code of the phone button, or a number with the code sent to it."""

    code: Code | None = None
    phone: Code | None = None
    sms_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None

    @field_validator("phone")
    @classmethod
    def is_mobile(cls, value: str | None) -> str | None:
        return None if value is None else mobile(value)

    @model_validator(mode="after")
    def is_one_way(self) -> Self:
        typed = {"phone": self.phone, "sms_code": self.sms_code}
        given = [name for name, value in typed.items() if value is not None]
        if self.code is not None and given:
            raise problems(FieldProblem(name, "已用微信授权手机号，这一项请留空。") for name in given)
        if self.code is None and not given:
            raise problems([FieldProblem("code", "请点击按钮用微信授权手机号，或填写手机号和短信验证码。")])
        if self.code is None and len(given) < len(typed):
            raise problems(FieldProblem(name, "这一项必须填写。") for name in typed if name not in given)
        return self


def mobile(value: str) -> str:
    try:
        return identity.normalize_mobile(value)
    except ValueError as error:
        raise problem(str(error)) from None


class ProfileOut(Out):
    id: str
    name_masked: str | None
    phone_masked: str | None
    id_number_masked: str | None
    consents: dict[ConsentKind, str]
    """Version agreed to, by kind."""
    created_at: Moment
