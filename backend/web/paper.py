"""A page to print, as it goes out: kept by nobody on the way, and nothing in it runs or loads."""

from sanic.response import HTTPResponse

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
}


def paper(html: str) -> HTTPResponse:
    return HTTPResponse(html, headers=_HEADERS, content_type="text/html; charset=utf-8")
