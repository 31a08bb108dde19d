"""Everything of the policy SDK that is not its public interface, in one place, with the versions it was tried with."""

import importlib.metadata
from collections.abc import Callable
from typing import Any, Final

from pulumi_policy import policy as _sdk
from pulumi_policy import proxy as _proxy

TRIED: Final = ((1, 21), (1, 22))
"""The first version of pulumi-policy that this module fits, and the first that it was not tried with; policy/requirements.txt says the same."""

UNKNOWN_SENTINELS: Final = frozenset(
    {
        _proxy.UNKNOWN_BOOLEAN_VALUE,
        _proxy.UNKNOWN_NUMBER_VALUE,
        _proxy.UNKNOWN_STRING_VALUE,
        _proxy.UNKNOWN_ARRAY_VALUE,
        _proxy.UNKNOWN_ASSET_VALUE,
        _proxy.UNKNOWN_ARCHIVE_VALUE,
        _proxy.UNKNOWN_OBJECT_VALUE,
    }
)
"""The texts that stand for what only an update knows."""
Servicer: Final[Any] = _sdk._PolicyAnalyzerServicer  # noqa: SLF001 - the SDK offers no other place to stand
"""The SDK's end of the analyzer protocol."""
NotApplicableError: Final[type[Exception]] = _sdk._NotApplicableError  # noqa: SLF001 - what `not_applicable` raises


def objection(found: str | None = None) -> str:
    """Why the installed SDK is not one that the pack was tried with, in a sentence; empty if it is."""
    found = found or importlib.metadata.version("pulumi-policy")
    first, end = (".".join(map(str, bound)) for bound in TRIED)
    parts = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    if TRIED[0] <= parts < TRIED[1]:
        return ""
    return f"pulumi-policy {found} is installed, and this pack was tried with {first} and newer below {end}: install policy/requirements.txt"


def unwrapped(value: Any) -> Any:  # noqa: ANN401 - the SDK's proxies are untyped
    """The object behind a proxy. Reading through the proxy itself raises at the first unknown value."""
    return value if isinstance(value, dict | list | tuple) else value["__target"]


def serve_with(servicer: Callable[..., Any]) -> None:
    """Let `PolicyPack`, which has no parameter for it, serve with another servicer."""
    _sdk._PolicyAnalyzerServicer = servicer  # type: ignore[assignment,misc] # noqa: SLF001 - see above
