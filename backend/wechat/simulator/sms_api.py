"""Tencent Cloud's address for SMS: `POST /`, as at sms.tencentcloudapi.com."""

import secrets
from typing import Final

from sanic import Blueprint
from sanic.response import HTTPResponse, json

from backend.wechat.simulator.calls import Request, world_of
from backend.wechat.simulator.sms import SmsError, check_signature, read_request

PATH: Final = "/SendSms"
"""Its name for faults and counts of calls; on the wire it is `/`."""

blueprint = Blueprint("sms_api")


@blueprint.post("/")
async def send_sms(request: Request) -> HTTPResponse:
    world, headers = world_of(request), {name.lower(): value for name, value in request.headers.items()}
    asked = read_request(headers, request.body)
    check_signature(world.sms_keys, headers, request.body, world.clock.now())
    statuses = world.sms.send(asked)
    world.tell_all({"type": "sms"})
    return _answer({"SendStatusSet": statuses})


async def refuse(_request: Request, error: SmsError) -> HTTPResponse:
    return refusal(error)


def refusal(error: SmsError, status: int = 200) -> HTTPResponse:
    return _answer({"Error": {"Code": error.code, "Message": error.message}}, status)


def _answer(told: dict[str, object], status: int = 200) -> HTTPResponse:
    return json({"Response": told | {"RequestId": secrets.token_hex(16)}}, status=status, ensure_ascii=False)
