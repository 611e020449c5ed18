"""Staff log in by user name and password, and by a one-time code where they have set one up."""

import asyncio
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.accounts.actors import StaffActor
from backend.accounts.tokens import new_token, token_hash
from backend.core.deps import Deps
from backend.core.errors import HejieError, InvalidFieldsError
from models import Staff, StaffSession

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(new_token())
"""Verified for user names that do not exist, so that the time taken does not tell."""


class LoginFailedError(HejieError):
    code: ClassVar[str] = "login_failed"
    status: ClassVar[int] = 401
    message: ClassVar[str] = "用户名、密码或动态码不对，请检查后重试。忘记密码请联系管理员。"


async def check_password(deps: Deps, username: str, password: str, otp: str | None) -> Staff:
    """Slow on purpose, in a thread, outside any transaction. Raises LoginFailedError, which says not what was wrong."""
    staff = await Staff.filter(username=username, is_active=True).select_related("center", "organization").first()
    is_right = await asyncio.to_thread(_verify, staff.password_hash if staff else _NOBODY, password)
    if staff is None or not is_right or not _otp_fits(deps, staff, otp):
        raise LoginFailedError
    return staff


async def confirm_password(username: str, password: str) -> None:
    """Of who is logged in. Raises InvalidFieldsError."""
    staff = await Staff.get(username=username)
    if not await asyncio.to_thread(_verify, staff.password_hash, password):
        raise InvalidFieldsError.at("current", "现在的密码不对，请重新输入。")


async def begin_session(deps: Deps, staff_id: UUID, hours: int) -> tuple[str, StaffSession]:
    """The token, known only here and to the caller, and its session."""
    now, token = deps.clock.now(), new_token()
    session = StaffSession(
        token_hash=token_hash(token), staff_id=staff_id, created_at=now, expires_at=now + timedelta(hours=hours)
    )
    await session.save(force_create=True)
    return token, session


async def log_out(deps: Deps, actor: StaffActor) -> None:
    await StaffSession.filter(id=actor.session_id).update(revoked_at=deps.clock.now())


async def by_id(staff_id: UUID) -> Staff:
    return await Staff.get(id=staff_id).select_related("center", "organization")


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _otp_fits(deps: Deps, staff: Staff, otp: str | None) -> bool:
    if staff.otp_sealed is None:
        return True
    secret = deps.keyring.open(staff.otp_sealed, "staff", "otp", staff.id)
    return otp is not None and pyotp.TOTP(secret).verify(otp, for_time=deps.clock.now(), valid_window=1)
