"""Tokens that say who asks, signed by the current key and accepted from the one before."""

from __future__ import annotations

import datetime as dt

import jwt

from app.settings import Settings

LIFETIME = dt.timedelta(hours=12)
"""How long a token holds; keep the former key for at least as long."""
_ALGORITHM = "HS256"


class InvalidTokenError(Exception):
    """The token is not ours, or no longer valid."""


def issue(settings: Settings, user: str) -> str:
    """Return a token for a user."""
    claims = {"sub": user, "exp": dt.datetime.now(tz=dt.UTC) + LIFETIME}
    return jwt.encode(claims, settings.session_key, algorithm=_ALGORITHM)


def user(settings: Settings, token: str) -> str:
    """Return whose token it is.

    Raises:
        InvalidTokenError: neither key signed it, or its time is over.
    """
    for key in filter(None, (settings.session_key, settings.session_key_previous)):
        try:
            claims = jwt.decode(token, key, algorithms=[_ALGORITHM], options={"require": ["sub", "exp"]})
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError as error:
            raise InvalidTokenError(str(error)) from error
        return str(claims["sub"])
    raise InvalidTokenError("signed by neither key")
