"""Ask an address over the network."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from typing import Final

from components._smoke import SmokeAnswer

ANSWER_SECONDS: Final = 10
"""Seconds until one try is given up on."""
MOST_BYTES: Final = 1 << 20
"""How much of an answer is read."""


class _Unfollowed(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to whoever asked."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Follow nothing."""


def ask(url: str) -> SmokeAnswer:
    """Ask an address once, over TLS 1.2 or newer with a trusted certificate.

    Raises:
        OSError: no answer came.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    opener = urllib.request.build_opener(_Unfollowed, urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(url, headers={"User-Agent": "slipway-smoke", "Cache-Control": "no-cache"})  # noqa: S310 - the caller's address
    try:
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            return _answer(answer.status, answer)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error)
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer: {type(error).__name__} {error}".rstrip()) from error


def _answer(status: int, answer: http.client.HTTPResponse | urllib.error.HTTPError) -> SmokeAnswer:
    body = answer.read(MOST_BYTES).decode("utf-8", errors="replace")
    return SmokeAnswer(
        status=status, headers={name.lower(): value for name, value in answer.headers.items()}, body=body
    )
