from datetime import timedelta

from backend.accounts.tokens import new_token, token_hash
from models import Staff, StaffSession
from tests.clock import START
from tests.people import People, Person


class PeopleAtWork(People):
    """Staff are logged in already: a login is slow on purpose, and tested where it belongs."""

    async def staff(self, username: str) -> Person:
        member, token = await Staff.get(username=username), new_token()
        session = StaffSession(
            staff_id=member.id,
            token_hash=token_hash(token),
            created_at=START,
            expires_at=START + timedelta(days=1000),
        )
        await session.save(force_create=True)
        return Person(self.client, "/staff/v1", token, str(member.id))
