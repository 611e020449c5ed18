from typing import Annotated

from pydantic import Field
from sanic import Blueprint

from backend.centers import queries
from backend.core.errors import InvalidFieldsError
from backend.core.schema import Code, In, Out
from backend.web.endpoint import endpoint

blueprint = Blueprint("mini_scenes")


class SceneIn(In):
    scene: Annotated[Code, Field(max_length=32)]
    """WeChat's limit."""


class SceneOut(Out):
    page: str
    params: dict[str, str]


@endpoint(
    blueprint,
    "POST",
    "/scenes/resolve",
    audience="resident",
    body=SceneIn,
    returns=SceneOut,
    errors=(InvalidFieldsError,),
    opens_transaction=False,
)
async def resolve_scene(body: SceneIn) -> SceneOut:
    scene = await queries.scene(body.scene)
    return SceneOut(page=scene.page, params=scene.params)
