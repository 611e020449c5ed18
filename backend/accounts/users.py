"""The accounts of staff and associates, which the administrator keeps."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from tortoise.functions import Count

from backend.accounts import passwords
from backend.accounts.actors import StaffActor
from backend.accounts.user_schemas import NewPasswordOut, UserFields, UserIn, UserOut, UsersQuery
from backend.core import clock, pagination
from backend.core.deps import Deps
from backend.core.errors import FieldProblem, InvalidFieldsError, NotFoundError, RoleNotAllowedError
from backend.core.schema import Page
from models import Center, Dispute, Organization, Role, Staff, StaffSession, Status
from models.base import uuid7

_ENDED = (Status.REFUSED, Status.WITHDRAWN, Status.CLOSED)
_SHOWN = 4
"""So many of a certificate's last characters."""


async def page(deps: Deps, actor: StaffActor, query: UsersQuery) -> Page[UserOut]:
    """In the order of their age. Raises RoleNotAllowedError."""
    _require_admin(actor)
    wanted = {"role": query.role, "center_id": query.center_id, "organization_id": query.organization_id}
    matching = Staff.filter(**{name: value for name, value in wanted.items() if value is not None})
    if query.expertise is not None:
        matching = matching.filter(expertise__contains=[query.expertise])
    if query.state != "all":
        matching = matching.filter(is_active=query.state == "active")
    after = pagination.decode_id(query.cursor)
    if after is not None:
        matching = matching.filter(id__gt=after)
    rows = await matching.order_by("id").limit(query.limit + 1).select_related("center", "organization")
    found, next_cursor = pagination.cut(rows, query.limit, lambda row: (str(row.id),))
    return Page[UserOut](items=await _outs(deps, found), next_cursor=next_cursor)


async def one(deps: Deps, actor: StaffActor, user_id: UUID) -> UserOut:
    """Raises RoleNotAllowedError, NotFoundError."""
    return await _out(deps, await _of(actor, user_id))


async def create(deps: Deps, actor: StaffActor, fields: UserIn) -> NewPasswordOut:
    """Raises RoleNotAllowedError, InvalidFieldsError."""
    _require_admin(actor)
    await _require_places(fields)
    password = passwords.generate()
    user = Staff(id=uuid7(), username=fields.username, must_change_password=True, created_at=deps.clock.now())
    user.password_hash = await passwords.hashed(password)
    _apply(deps, user, fields)
    await Staff.bulk_create([user], ignore_conflicts=True)
    if not await Staff.filter(id=user.id).exists():
        raise InvalidFieldsError.at("username", "这个用户名已经有人用了，请换一个。")
    return NewPasswordOut(user=await one(deps, actor, user.id), password=password)


async def change(deps: Deps, actor: StaffActor, user_id: UUID, fields: UserFields) -> UserOut:
    """Holds from the next request on, without a new login. Raises RoleNotAllowedError, NotFoundError,
    InvalidFieldsError."""
    user = await _of(actor, user_id, lock=True)
    if user.id == actor.id and fields.role is not Role.ADMIN:
        raise InvalidFieldsError.at("role", "不能取消自己的管理员岗位，请由另一位管理员办理。")
    await _require_places(fields)
    _apply(deps, user, fields)
    await user.save()
    deps.touched.add(str(user.id))
    return await one(deps, actor, user_id)


async def set_active(deps: Deps, actor: StaffActor, user_id: UUID, *, is_active: bool) -> UserOut:
    """All sessions of who is deactivated end with it. Raises RoleNotAllowedError, NotFoundError,
    InvalidFieldsError."""
    user = await _of(actor, user_id, lock=True)
    if user.id == actor.id and not is_active:
        raise InvalidFieldsError.at("user_id", "不能停用自己的账号，请由另一位管理员办理。")
    user.is_active = is_active
    await user.save(update_fields=["is_active"])
    if not is_active:
        await _end_sessions(deps, user)
    return await one(deps, actor, user_id)


async def reset_password(deps: Deps, actor: StaffActor, user_id: UUID) -> NewPasswordOut:
    """Whoever is logged in with the old one is out. Raises RoleNotAllowedError, NotFoundError."""
    user, password = await _of(actor, user_id, lock=True), passwords.generate()
    user.password_hash, user.must_change_password = await passwords.hashed(password), True
    await user.save(update_fields=["password_hash", "must_change_password"])
    await _end_sessions(deps, user)
    return NewPasswordOut(user=await one(deps, actor, user_id), password=password)


async def change_own_password(deps: Deps, actor: StaffActor, password_hash: str) -> None:
    """The session it is done in goes on, all others end."""
    await Staff.filter(id=actor.id).update(password_hash=password_hash, must_change_password=False)
    others = StaffSession.filter(staff_id=actor.id, revoked_at=None).exclude(id=actor.session_id)
    await others.update(revoked_at=deps.clock.now())


def _require_admin(actor: StaffActor) -> None:
    if actor.role is not Role.ADMIN:
        raise RoleNotAllowedError("账号由系统管理员管理。")


async def _of(actor: StaffActor, user_id: UUID, *, lock: bool = False) -> Staff:
    _require_admin(actor)
    users = Staff.filter(id=user_id)
    user = await (users.select_for_update() if lock else users).first()
    if user is None:
        raise NotFoundError
    return user


async def _require_places(fields: UserFields) -> None:
    """Raises InvalidFieldsError."""
    found = []
    if fields.center_id and not await Center.filter(id=fields.center_id, deactivated_at=None).exists():
        found.append(FieldProblem("center_id", "没有这个中心，或者它已停用，请重新选择。"))
    active = Organization.filter(id=fields.organization_id, deactivated_at=None)
    if fields.organization_id and not await active.exists():
        found.append(FieldProblem("organization_id", "没有这个组织，或者它已停用，请重新选择。"))
    if found:
        raise InvalidFieldsError(fields=tuple(found))


def _apply(deps: Deps, user: Staff, fields: UserFields) -> None:
    plain = ("name", "role", "center_id", "organization_id", "division_code", "certificate_expires_on")
    _ = user.update_from_dict({name: getattr(fields, name) for name in plain})
    for name in ("specialities", "expertise", "languages"):
        setattr(user, name, list(getattr(fields, name)))
    if fields.certificate_number is not None:
        user.certificate_sealed = deps.keyring.seal(fields.certificate_number, "staff", "certificate", user.id)
    if fields.phone is not None:
        user.phone_hash = deps.keyring.keyed_hash("phone", fields.phone)
    if fields.id_number is not None:
        user.id_number_hash = deps.keyring.keyed_hash("id_number", fields.id_number)


async def _end_sessions(deps: Deps, user: Staff) -> None:
    """Open sockets look again as soon as they are touched."""
    await StaffSession.filter(staff_id=user.id, revoked_at=None).update(revoked_at=deps.clock.now())
    deps.touched.add(str(user.id))


async def _out(deps: Deps, user: Staff) -> UserOut:
    await user.fetch_related("center", "organization")
    (shown,) = await _outs(deps, [user])
    return shown


async def _outs(deps: Deps, users: Sequence[Staff]) -> list[UserOut]:
    """With their centers and organizations loaded."""
    busy = Dispute.filter(mediator_id__in=[user.id for user in users]).exclude(status__in=_ENDED)
    counts = await busy.annotate(total=Count("id")).group_by("mediator_id").values_list("mediator_id", "total")
    open_cases: dict[UUID, int] = {mediator_id: int(total) for mediator_id, total in counts}
    return [
        UserOut(
            id=str(user.id),
            username=user.username,
            name=user.name,
            role=user.role,
            center_id=str(user.center_id) if user.center_id else None,
            center=user.center.name if user.center else None,
            organization_id=str(user.organization_id) if user.organization_id else None,
            organization=user.organization.name if user.organization else None,
            is_active=user.is_active,
            specialities=user.specialities,
            expertise=user.expertise,
            languages=user.languages,
            division_code=user.division_code,
            certificate_masked=_masked(deps, user),
            certificate_expires_on=user.certificate_expires_on,
            warning=_warning(deps, user),
            has_otp=user.otp_sealed is not None,
            must_change_password=user.must_change_password,
            open_cases=open_cases.get(user.id, 0),
            created_at=user.created_at,
        )
        for user in users
    ]


def _masked(deps: Deps, user: Staff) -> str | None:
    if user.certificate_sealed is None:
        return None
    number = deps.keyring.open(user.certificate_sealed, "staff", "certificate", user.id)
    shown = min(_SHOWN, len(number) // 2)
    return "*" * (len(number) - shown) + number[len(number) - shown :]


def _warning(deps: Deps, user: Staff) -> str | None:
    expires_on, today = user.certificate_expires_on, clock.today(deps.clock)
    if expires_on is None or not user.is_active:
        return None
    if expires_on < today:
        return f"执业证已于{expires_on}到期，请核实。"
    soon = today + timedelta(days=deps.catalog.registry.licence_warning_days)
    return f"执业证将于{expires_on}到期，请及时换证。" if expires_on <= soon else None
