"""How the page looks to one browser: its language and its colours, kept in a cookie."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fastapi import Request, Response

from api.ops.session import PATH, is_secure
from worker.domain.language import Language

COOKIE: Final = "callbeat_ops_look"
KEPT_SECONDS: Final = 365 * 86_400


class Theme(StrEnum):
    """The page's colours; ``auto`` follows the browser."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Look:
    """Language and colours."""

    language: Language = Language.ENGLISH
    theme: Theme = Theme.AUTO


def look_of(request: Request) -> Look:
    """Return what the browser chose; before it does, Vietnamese if it asks for that first, else English."""
    language, _, theme = request.cookies.get(COOKIE, "").partition(".")
    asks_for = request.headers.get("accept-language", "").strip().lower()
    usual = Language.VIETNAMESE if asks_for.startswith(Language.VIETNAMESE.value) else Language.ENGLISH
    return Look(
        language=Language(language) if language in set(Language) else usual,
        theme=Theme(theme) if theme in set(Theme) else Theme.AUTO,
    )


def keep_look(response: Response, request: Request, look: Look) -> None:
    """Make the browser remember a choice."""
    value = f"{look.language}.{look.theme}"
    response.set_cookie(
        COOKIE, value, max_age=KEPT_SECONDS, path=PATH, secure=is_secure(request), httponly=True, samesite="strict"
    )
