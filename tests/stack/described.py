"""The API's description in the process of the tests: their clients compare every answer with it."""

from functools import cache

from api.app import create_app
from tests.builders.description import Description
from tests.fakes.services import FakeServices
from worker.store.base.engine import make_engine
from worker.store.transaction import SqlStore


@cache
def description() -> Description:
    """Return it; the API that runs describes itself in the same words."""
    return Description(create_app(FakeServices(store=SqlStore(make_engine("sqlite://")))).openapi())
