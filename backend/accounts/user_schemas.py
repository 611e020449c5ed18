from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from backend.accounts.actors import ASSOCIATES
from backend.core import clock, identity
from backend.core.errors import FieldProblem
from backend.core.schema import Code, In, Line, Moment, Out, PageQuery, deps_of, problem, problems
from models import Role

_OF_A_CENTER = frozenset({Role.CLERK, Role.MEDIATOR, Role.DIRECTOR})

Codes = Annotated[tuple[Code, ...], Field(max_length=50)]


class UserFields(In):
    name: Annotated[Line, Field(max_length=32)]
    role: Role
    center_id: UUID | None = None
    """Of clerks, mediators and directors."""
    organization_id: UUID | None = None
    """Of associates; of a mediator the organization that they belong to, if any."""
    specialities: Codes = ()
    """Category codes."""
    expertise: Codes = ()
    languages: Codes = ()
    division_code: Code | None = None
    certificate_number: Annotated[Code, Field(max_length=64)] | None = None
    """Of the practising certificate. Null leaves what is known, empty is not a number."""
    certificate_expires_on: date | None = None
    phone: Code | None = None
    id_number: Code | None = None
    """Both are never shown: only to refuse who would mediate a case of their own. Null leaves what is known."""

    @field_validator("specialities", "expertise", "languages")
    @classmethod
    def are_known(cls, codes: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        catalog = deps_of(info).catalog
        known = {
            "specialities": set(catalog.category_by_code),
            "expertise": set(catalog.registry.expertise),
            "languages": set(catalog.languages),
        }
        if not set(codes) <= known[str(info.field_name)]:
            raise problem("有的代码不存在，请对照目录填写。")
        return tuple(sorted(set(codes)))

    @field_validator("division_code")
    @classmethod
    def is_a_division(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code is not None and deps_of(info).divisions.by_code(code) is None:
            raise problem("没有这个区划代码，请检查后重填。")
        return code

    @field_validator("phone", "id_number")
    @classmethod
    def is_right(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        try:
            if info.field_name == "phone":
                return identity.normalize_phone(value)
            return identity.normalize_id_number(value, clock.today(deps_of(info).clock))
        except ValueError as error:
            raise problem(str(error)) from None

    @model_validator(mode="after")
    def belongs_somewhere(self) -> Self:
        found = []
        if (self.center_id is not None) != (self.role in _OF_A_CENTER):
            found.append(FieldProblem("center_id", "受理员、调解员和主任必须选择中心，其他岗位不选。"))
        needs = self.role in ASSOCIATES
        if needs and self.organization_id is None:
            found.append(FieldProblem("organization_id", "联络员和专家必须选择所属组织。"))
        if not needs and self.role is not Role.MEDIATOR and self.organization_id is not None:
            found.append(FieldProblem("organization_id", "只有联络员、专家和调解员可以选择所属组织。"))
        if found:
            raise problems(found)
        return self


class UserIn(UserFields):
    username: Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{2,31}$")]
    """Small letters, digits, `.`, `_`, `-`; never changed afterwards."""


class UsersQuery(PageQuery):
    role: Role | None = None
    center_id: UUID | None = None
    organization_id: UUID | None = None
    expertise: str | None = None
    state: Literal["active", "inactive", "all"] = "active"


class PasswordIn(In):
    current: Annotated[str, Field(min_length=1, max_length=256)]
    new: Annotated[str, Field(max_length=256)]


class UserOut(Out):
    id: str
    username: str
    name: str
    role: str
    center_id: str | None
    center: str | None
    organization_id: str | None
    organization: str | None
    is_active: bool
    specialities: list[str]
    expertise: list[str]
    languages: list[str]
    division_code: str | None
    certificate_masked: str | None
    certificate_expires_on: date | None
    warning: str | None
    """A certificate that has run out, or will soon."""
    has_otp: bool
    must_change_password: bool
    open_cases: int
    """Still assigned to this person."""
    created_at: Moment


class NewPasswordOut(Out):
    """The password is shown this once; only a hash of it is kept."""

    user: UserOut
    password: str
