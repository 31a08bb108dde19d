"""The smoke checks of a stack as a resource: recorded only once every answer is right, so each update asks until it is so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pulumi import Input, ResourceOptions
from pulumi.dynamic import Resource

from components._update_step import UpdateStepProvider


@dataclass(frozen=True, kw_only=True, slots=True)
class SmokeRunArgs:
    """What to ask, and when again."""

    checks: Sequence[Mapping[str, Any]]
    """The fields of `components._smoke.SmokeCheck`. A change asks again."""
    revisions: Mapping[str, Input[str]]
    """ARNs of the revisions that services run, by service. A change asks again."""
    timeout_seconds: int
    """Seconds until it is given up on."""


class SmokeRunProvider(UpdateStepProvider):
    """Asks again when a service's revision or a check changes. It needs no credentials: it asks what anybody may ask."""

    about: ClassVar[Sequence[str]] = ("checks", "revisions")

    def done(self, props: Mapping[str, Any]) -> str:
        """Ask until every answer is right."""
        _ask(props)
        return "smoke"


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

    checks = [smoke.SmokeCheck(**{**check, "status": int(check["status"])}) for check in props["checks"]]
    try:
        smoke.run(checks, timeout_seconds=float(props["timeout_seconds"]))
    except smoke.SmokeError as error:
        raise smoke.SmokeError(
            f"{error}\nThe new version runs. To bring the former one back: make rollback SERVICE=... shows the two commands."
        ) from None
