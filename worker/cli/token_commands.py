"""The members of ``callbeat token``: signatures and help; the parts behind them are imported when one runs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from worker.cli.commands import AsJson
from worker.domain.role import Role

LONGEST_OVERLAP_HOURS: Final = 24 * 30
LONGEST_LIFE_DAYS: Final = 3650

TokenId = Annotated[str, typer.Argument(help="The key's id, as `callbeat token list` shows it.", metavar="ID")]
TenantOf = Annotated[str, typer.Option(help="The tenant whose key it is.")]


def create_token(
    tenant: Annotated[str, typer.Option(help="The tenant of the token; it is created if it does not exist.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    role: Annotated[Role, typer.Option(help="What its holder may do.")] = Role.ADMIN,
    days: Annotated[
        int | None, typer.Option(min=1, max=LONGEST_LIFE_DAYS, help="Days until it ends; without it, it has no end.")
    ] = None,
) -> None:
    """Print a new API key, which is also a bearer token; it cannot be shown again."""
    from worker.cli.tokens import create

    create(tenant, name=name, role=role, days=days)


def list_tokens(tenant: TenantOf = "default", *, as_json: AsJson = False) -> None:
    """Print a tenant's API keys: name, role, end and last use."""
    from worker.cli.tokens import show

    show(tenant, as_json=as_json)


def revoke_token(token_id: TokenId, tenant: TenantOf = "default") -> None:
    """Revoke an API key: the next request with it, or with a token that was issued for it, is refused."""
    from worker.cli.tokens import revoke

    revoke(token_id, tenant)


def rotate_token(
    token_id: TokenId,
    tenant: TenantOf = "default",
    hours: Annotated[
        int, typer.Option(min=0, max=LONGEST_OVERLAP_HOURS, help="Hours in which the old key stays valid too.")
    ] = 24,
) -> None:
    """Print a new API key of the same name and role; the old one stays valid beside it for a while."""
    from worker.cli.tokens import rotate

    rotate(token_id, tenant, hours)


TOKEN: Final[Mapping[str, Callable[..., None]]] = {
    "create": create_token,
    "list": list_tokens,
    "revoke": revoke_token,
    "rotate": rotate_token,
}
