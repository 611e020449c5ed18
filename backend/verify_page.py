"""The page behind the code on a paper, for anybody: whether a hash is that of what was made here. It tells nothing
else, and a code that was never given looks like a paper that does not agree."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from backend.core.errors import RateLimitedError
from backend.papers import checking

blueprint = Blueprint("verify_page")

_HERE = Path(__file__)
_SCRIPT = _HERE.with_suffix(".js").read_text(encoding="utf-8")
_PAGE = _HERE.with_suffix(".html").read_text(encoding="utf-8").replace("{{script}}\n", _SCRIPT)
_RUNS = b64encode(sha256(f"\n{_SCRIPT}".encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_RUNS}';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_GENUINE = '<output class="genuine">一致：这份文书由综治中心出具，未被改动。</output>'
_NOT_GENUINE = (
    '<output class="not-genuine">不一致：没有出具过这份文书，或者它已被改动、取代。请向综治中心核实。</output>'
)
_UNREADABLE = '<output class="not-genuine">指纹应为 64 位，由数字和字母 a—f 组成，请检查后重新输入。</output>'
_TOO_MANY = '<output class="not-genuine">核验次数太多，请几分钟后再试。</output>'


class _NotGenuineError(Exception):
    """Counted, so that nobody can go on guessing."""


@blueprint.get("/verify/<code:str>")
async def verify_paper(request: Request, code: str) -> HTTPResponse:
    """Without a hash nothing is looked up at all."""
    typed = request.args.get("sha256", "")
    digest = checking.normalized(typed)
    if digest is None:
        return _page(request, _UNREADABLE if typed.strip() else "", 422 if typed.strip() else 200)
    try:
        await _guess(request, code, digest)
    except _NotGenuineError:
        return _page(request, _NOT_GENUINE, 200, genuine=False)
    except RateLimitedError as error:
        return _page(request, _TOO_MANY, 429, {"Retry-After": str(error.retry_after_s)})
    return _page(request, _GENUINE, 200, genuine=True)


async def _guess(request: Request, code: str, digest: str) -> None:
    """Failures count for the code and for the address. Raises _NotGenuineError, RateLimitedError."""
    limits, address = request.app.ctx.limits, request.remote_addr or request.ip
    await limits.hit("address", address)
    async with (
        limits.attempts(f"verify:{checking.code_hash(code)}", _NotGenuineError),
        limits.attempts(f"verify-from:{address}", _NotGenuineError),
    ):
        if not await checking.is_genuine(code, digest):
            raise _NotGenuineError


def _page(
    request: Request, result: str, status: int, headers: dict[str, str] | None = None, *, genuine: bool | None = None
) -> HTTPResponse:
    """As JSON for who asks for it."""
    if genuine is not None and request.headers.get("accept", "").startswith("application/json"):
        return json({"genuine": genuine}, status, headers={"Cache-Control": "no-store"})
    html = _PAGE.replace("{{result}}", result)
    return HTTPResponse(html, status, headers=_HEADERS | (headers or {}), content_type="text/html; charset=utf-8")
