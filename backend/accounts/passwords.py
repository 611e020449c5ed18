"""What a password must be, and one nobody could guess."""

import asyncio
import secrets

from argon2 import PasswordHasher

LEAST, MOST = 10, 128
_MADE_OF = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else: it is read out or copied from paper."""
_GROUPS, _GROUP = 4, 4

_hasher = PasswordHasher()


def generate() -> str:
    """79 bits: `k7wq-…`"""
    return "-".join("".join(secrets.choice(_MADE_OF) for _ in range(_GROUP)) for _ in range(_GROUPS))


def objection(password: str, username: str) -> str | None:
    """In words; None = it will do."""
    if not LEAST <= len(password) <= MOST:
        return f"密码至少{LEAST}位，最多{MOST}位。"
    if not password.isprintable():
        return "密码含有无法识别的字符，请换一个。"
    if username.lower() in password.lower():
        return "密码里不能含有用户名。"
    kinds = (str.isalpha, str.isdigit, lambda each: not each.isalnum())
    if sum(any(map(kind, password)) for kind in kinds) < 2 or len(set(password)) < 5:
        return "密码至少要有字母、数字、符号中的两种，而且不能总是重复。"
    return None


async def hashed(password: str) -> str:
    """Slow on purpose, in a thread."""
    return await asyncio.to_thread(_hasher.hash, password)
