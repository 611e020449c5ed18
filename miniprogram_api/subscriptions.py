from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo
from sanic import Blueprint, Request

from backend.accounts.actors import ResidentActor
from backend.core.deps import Deps
from backend.core.schema import Code, In, Out, Query, deps_of, problem
from backend.notices import ledger
from backend.web.endpoint import endpoint
from models import GrantSource

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
async def next_subscriptions(query: SceneQuery, deps: Deps, request: Request) -> NextOut:
    most = request.app.ctx.settings.wechat_max_templates
    return NextOut(template_ids=deps.catalog.templates_of_scene(query.scene, most))


@endpoint(blueprint, "POST", "/subscriptions", audience="resident", body=AnswersIn, returns=GrantedOut)
async def report_subscriptions(actor: ResidentActor, body: AnswersIn, deps: Deps) -> GrantedOut:
    answers = {template_id: answer for template_id, answer in body.results.items() if isinstance(answer, str)}
    granted = await ledger.report(deps, actor.id, GrantSource.PAGE, answers, at=deps.clock.now(), scene=body.scene)
    return GrantedOut(granted=granted)
