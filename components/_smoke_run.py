"""The smoke checks of a stack as a resource: recorded only once every answer is right, so each update asks until it is so.

The engine starts the provider in a process of its own and finds these classes by their module's name, so that must stay importable
from the project's folder. Nothing here needs credentials: it asks what anybody may ask.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi import Input, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult
from pulumi.runtime import rpc


@dataclass(frozen=True, kw_only=True, slots=True)
class SmokeRunArgs:
    """What to ask, and when again."""

    checks: Sequence[Mapping[str, Any]]
    """The fields of `components._smoke.SmokeCheck`. A change asks again."""
    revisions: Mapping[str, Input[str]]
    """ARNs of the revisions that services run, by service. A change asks again."""
    timeout_seconds: int
    """Seconds until it is given up on."""


class SmokeRunProvider(ResourceProvider):
    """Asks when the resource is made and when a service's revision or a check changes. A failure leaves no trace: the next update asks again."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Tell whether there is anything new to ask about."""
        revisions = news["revisions"]
        unknown = revisions == rpc.UNKNOWN or rpc.UNKNOWN in revisions.values()
        changed = any(news.get(key) != olds.get(key) for key in ("checks", "revisions"))
        return DiffResult(changes=unknown or changed)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Ask for the first time."""
        _ask(props)
        return CreateResult(id_="smoke", outs=props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Ask what is new."""
        _ask(news)
        return UpdateResult(outs=news)


class SmokeRun(Resource, module="slipway", name="SmokeRun"):
    """Smoke checks that all passed."""

    def __init__(self, name: str, args: SmokeRunArgs, opts: ResourceOptions | None = None) -> None:
        props: dict[str, Input[Any]] = {
            "checks": [dict(check) for check in args.checks],
            "revisions": dict(args.revisions),
            "timeout_seconds": args.timeout_seconds,
        }
        super().__init__(SmokeRunProvider(), name, props, opts)


def _ask(props: Mapping[str, Any]) -> None:
    from components import _smoke as smoke  # noqa: PLC0415 - only a real update needs it

    # The reason is the message; where in this program it was raised helps nobody.
    sys.tracebacklimit = 0
    checks = [smoke.SmokeCheck(**{**check, "status": int(check["status"])}) for check in props["checks"]]
    try:
        smoke.run(checks, timeout_seconds=float(props["timeout_seconds"]))
    except smoke.SmokeError as error:
        raise smoke.SmokeError(
            f"{error}\nThe new version runs. To bring the former one back: make rollback SERVICE=... shows the two commands."
        ) from None
