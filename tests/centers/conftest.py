from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from tortoise import connections

from backend.centers import loading
from models import Center, Residency
from tests.conftest import App

_ADDED = "(SELECT id FROM center WHERE NOT code LIKE 'C42%')"


@pytest.fixture
async def centers(app: App, client: httpx.AsyncClient) -> AsyncIterator[None]:
    """The centers may be changed as one likes; those to be added have codes that do not begin like the seeded ones."""
    before = await Center.all()
    yield
    await Residency.all().delete()
    await Center.all().update(successor_id=None)
    await Center.bulk_update(before, [name for name in Center._meta.db_fields if name != "id"], batch_size=200)
    await connections.get("default").execute_script(
        f"""
        TRUNCATE dispute CASCADE;
        DELETE FROM scene_code WHERE params->>'center_id' IN (SELECT id::text FROM center WHERE NOT code LIKE 'C42%');
        DELETE FROM organization WHERE (center_id IS NULL OR center_id IN {_ADDED})
            AND id NOT IN (SELECT organization_id FROM staff WHERE organization_id IS NOT NULL);
        DELETE FROM center WHERE id IN {_ADDED};
        """  # noqa: S608
    )
    found = await loading.load(app.ctx.deps.catalog)
    app.ctx.deps = replace(app.ctx.deps, centers=found.centers, retired=found.retired)
