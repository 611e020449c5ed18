"""A new key: everything stays readable, and nothing needs the old key any more."""

from dataclasses import replace

from backend.core.crypto import Keyring, key_id_of, new_key
from backend.privacy import rotation
from models import Dispute, Event, Party, StoredFile
from tests.conftest import App
from tests.files import samples
from tests.people import People, file_dispute


def _ring(app: App, keys: str) -> Keyring:
    made = Keyring.parse(keys, new_key())
    return replace(made, search_key=app.ctx.deps.keyring.search_key)


async def test_after_rotation_the_old_key_may_go(app: App, people: People) -> None:
    old, new = new_key(), new_key()
    before = app.ctx.deps
    app.ctx.deps = replace(before, keyring=_ring(app, f"old:{old}"))
    try:
        zhang = await people.resident("zhang")
        photo = (await zhang.upload(samples.jpeg())).json()
        dispute = await file_dispute(zhang, file_ids=[photo["id"]])
        told: list[tuple[str, int, int]] = []

        both = _ring(app, f"new:{new},old:{old}")
        changed = await rotation.rotate(both, app.ctx.store, lambda *each: told.append(each))
        again = await rotation.rotate(both, app.ctx.store, lambda *_each: None)

        app.ctx.deps = replace(before, keyring=_ring(app, f"new:{new}"))
        read = (await zhang.get(f"/disputes/{dispute['id']}", include="timeline,files")).json()
        assert changed > 0
        assert again == 0
        assert "漏水" in read["description"]
        assert read["parties"][0]["phone_masked"] == "138****0001"
        assert (await zhang.get(f"/files/{photo['id']}")).status_code == 200
        assert ("party.name_sealed", 2, 2) in told
        assert ("files", 1, 1) in told
    finally:
        app.ctx.deps = before


async def test_every_sealed_column_is_known(app: App) -> None:
    columns = {(model, column) for model, _table, column in rotation.sealed_columns()}

    assert {(Dispute, "description_sealed"), (Party, "name_sealed"), (Event, "detail_sealed")} <= columns
    assert (StoredFile, "name_sealed") in columns


def test_a_seal_names_its_key() -> None:
    ring = Keyring.parse(f"k1:{new_key()}", new_key())

    assert key_id_of(ring.seal("x", "t", "c", 1)) == "k1"
