"""Logins, session keys, phone numbers, access tokens, quotas."""

from backend.wechat.simulator.calls import In, QueryIn, call, ok
from backend.wechat.simulator.people import union_id
from backend.wechat.simulator.quotas import Limit
from backend.wechat.simulator.refusals import RefusalError
from backend.wechat.simulator.world import World


class LoginIn(QueryIn):
    appid: str = ""
    secret: str = ""
    js_code: str = ""
    grant_type: str = ""


class TokenIn(QueryIn):
    grant_type: str = ""
    appid: str = ""
    secret: str = ""


class StableTokenIn(In):
    grant_type: str = ""
    appid: str = ""
    secret: str = ""
    force_refresh: bool = False


class SessionIn(QueryIn):
    openid: str = ""
    signature: str = ""
    sig_method: str = ""


class CodeIn(In):
    code: str = ""


class PathIn(In):
    cgi_path: str = ""


class AppIn(In):
    appid: str = ""


@call("/sns/jscode2session", method="GET", with_token=False)
async def code_to_session(world: World, asked: LoginIn) -> dict[str, object]:
    world.check_app(asked.appid, asked.secret)
    if asked.grant_type != "authorization_code":
        raise RefusalError(40002)
    if not asked.js_code:
        raise RefusalError(41008)
    person = world.people.log_in(asked.js_code)
    world.tell_all({"type": "people"})
    session: dict[str, object] = {"openid": person.openid, "session_key": person.session_key}
    return session | ({"unionid": union_id(person.openid)} if world.rules.open_platform else {})


@call("/wxa/checksession", method="GET")
async def check_session(world: World, asked: SessionIn) -> dict[str, object]:
    world.people.check_session(asked.openid, asked.signature, asked.sig_method)
    return ok()


@call("/wxa/resetusersessionkey", method="GET")
async def reset_session_key(world: World, asked: SessionIn) -> dict[str, object]:
    person = world.people.check_session(asked.openid, asked.signature, asked.sig_method)
    return ok(openid=person.openid, session_key=world.people.reset_session(person))


@call("/wxa/business/getuserphonenumber")
async def phone_number(world: World, asked: CodeIn) -> dict[str, object]:
    phone = world.people.phone_number(asked.code)
    return ok(
        phone_info={
            "phoneNumber": phone.full,
            "purePhoneNumber": phone.number,
            "countryCode": phone.country,
            "watermark": {"timestamp": int(world.clock.now().timestamp()), "appid": world.app_id},
        }
    )


@call("/cgi-bin/token", method="GET", limit=Limit(daily=2_000), with_token=False, hands_out_token=True)
async def token(world: World, asked: TokenIn) -> dict[str, object]:
    _check_caller(world, asked)
    value, expires_in = world.tokens.ordinary()
    return {"access_token": value, "expires_in": expires_in}


@call("/cgi-bin/stable_token", limit=Limit(daily=500_000, per_minute=10_000), with_token=False, hands_out_token=True)
async def stable_token(world: World, asked: StableTokenIn) -> dict[str, object]:
    _check_caller(world, asked)
    value, expires_in = world.tokens.stable(force=asked.force_refresh)
    return {"access_token": value, "expires_in": expires_in}


def _check_caller(world: World, asked: TokenIn | StableTokenIn) -> None:
    if asked.grant_type != "client_credential":
        raise RefusalError(40002)
    world.check_app(asked.appid, asked.secret)


@call("/cgi-bin/openapi/quota/get")
async def quota(world: World, asked: PathIn) -> dict[str, object]:
    return ok(**world.quotas.shown(asked.cgi_path))


@call("/cgi-bin/openapi/quota/clear")
async def clear_quota_of_one(world: World, asked: PathIn) -> dict[str, object]:
    world.quotas.clear(asked.cgi_path)
    return ok()


@call("/cgi-bin/clear_quota")
async def clear_quota(world: World, asked: AppIn) -> dict[str, object]:
    if asked.appid != world.app_id:
        raise RefusalError(40013)
    world.quotas.clear()
    return ok()
