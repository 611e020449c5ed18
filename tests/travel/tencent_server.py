"""A server on loopback that speaks Tencent's protocol, with its errors: it checks keys and signatures by itself."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY, SECRET_KEY = "TEST-KEY", "test-secret"
SLOW_S = 5.0


@dataclass
class Tencent:
    url: str
    seconds: dict[str, int | None] = field(default_factory=dict)
    """By "lat,lng" to three decimals; others take 600."""
    status: int = 0
    statuses: list[int] = field(default_factory=list)
    """Of the next answers."""
    http_status: int = 200
    text: str | None = None
    slow: threading.Event | None = None
    """Answers only when it is set."""
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, target: str) -> str:
        path, params = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
        self.asked.append({"path": path, **params})
        if self.slow is not None:
            self.slow.wait(SLOW_S)
        if self.text is not None:
            return self.text
        status = self.statuses.pop(0) if self.statuses else self.status or _refusal(path, params)
        if status:
            return json.dumps({"status": status, "message": "refused", "request_id": "1"})
        return json.dumps({"status": 0, "message": "Success", "result": self._result(path, params)})

    def _result(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        if path == "/ws/distance/v1/matrix":
            return {"rows": [{"elements": [self._element(end) for end in params["to"].split(";")]}]}
        if "address" in params:
            return {"location": {"lat": 30.3788, "lng": 111.4779}, "ad_info": {"adcode": "420581"}, "reliability": 7}
        return {
            "address": "湖北省宜昌市宜都市清江大道",
            "formatted_addresses": {"recommend": "宜都市陆城清江大道", "rough": "陆城"},
        }

    def _element(self, end: str) -> dict[str, int]:
        lat, lng = (round(float(part), 3) for part in end.split(","))
        seconds = self.seconds.get(f"{lat},{lng}", 600)
        return {"status": 4} if seconds is None else {"distance": 5000, "duration": seconds}


def _refusal(path: str, params: dict[str, str]) -> int:
    if params.get("key") != KEY:
        return 190
    raw = "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "sig")
    wanted = hashlib.md5(f"{path}?{raw}{SECRET_KEY}".encode(), usedforsecurity=False).hexdigest()
    return 0 if params.get("sig") == wanted else 111


@contextmanager
def running_tencent() -> Iterator[Tencent]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = tencent.answer(self.path).encode()
            self.send_response(tencent.http_status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tencent = Tencent(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield tencent
    finally:
        if tencent.slow:
            tencent.slow.set()
        server.shutdown()
        server.server_close()
        thread.join()
