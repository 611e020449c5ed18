from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo
from sanic import Blueprint, Request

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import Code, In, Out, Query, deps_of, problem
from backend.notices import taps
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_subscriptions")


def _known(scene: str, info: ValidationInfo) -> str:
    if scene not in deps_of(info).catalog.scenes:
        raise problem("没有这个场景，请更新小程序后再试。")
    return scene


Scene = Annotated[Code, AfterValidator(_known)]


class SceneQuery(Query):
    scene: Scene


class NextOut(Out):
    template_ids: list[str]


class AnswersIn(In):
    """What `wx.requestSubscribeMessage` returned, as it is: beside the answers it holds messages, codes, details."""

    results: dict[str, Any] = Field(max_length=100)
    scene: Scene


class GrantedOut(Out):
    granted: dict[str, int]
    """Messages that may be sent, by template id."""


@endpoint(blueprint, "GET", "/subscriptions/next", audience="resident", query=SceneQuery, returns=NextOut)
async def next_subscriptions(actor: ResidentActor, query: SceneQuery, deps: Deps, request: Request) -> NextOut:
    settings = request.app.ctx.settings
    asked = await taps.next_templates(
        deps,
        actor,
        query.scene,
        most=settings.wechat_max_templates,
        again_after=timedelta(days=settings.wechat_ask_again_days),
    )
    return NextOut(template_ids=asked)


@endpoint(blueprint, "POST", "/subscriptions", audience="resident", body=AnswersIn, returns=GrantedOut)
async def report_subscriptions(actor: ResidentActor, body: AnswersIn, deps: Deps) -> GrantedOut:
    return GrantedOut(granted=await taps.report(deps, actor, body.results, body.scene))
