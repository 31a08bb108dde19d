"""A service's rollout as a resource: recorded only once the service runs the wanted revision, so each update asks until it is true.

The engine starts the provider in a process of its own and finds these classes by their module's name, so that must stay importable
from the project's folder. It uses the credentials of the environment, the profile or the assumed roles, not those that a stack
file gives the AWS provider.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi import Input, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult
from pulumi.runtime import rpc


@dataclass(frozen=True, kw_only=True, slots=True)
class RolloutCheckArgs:
    """Which service to look at, and how to reach ECS."""

    task_definition: Input[str]
    """ARN of the revision that the service should run. A change asks again."""
    deployment: Mapping[str, Input[Any]] = field(default_factory=dict)
    """What else of the service makes ECS deploy it anew: its subnets, groups and the like. A change asks again."""
    cluster: Input[str]
    """The cluster's ARN."""
    service: Input[str]
    """The service's name."""
    containers: Sequence[str]
    """Names of its containers, the service's own first."""
    log_group: Input[str]
    """Where they log to, for messages."""
    strategy: str = "rolling"
    """rolling, blueGreen, canary or linear."""
    timeout_seconds: int
    """Seconds until it is given up on."""
    region: str
    """The AWS region."""
    profile: str | None = None
    """A profile of the AWS configuration file; None: the environment decides."""
    role_arns: Sequence[str] = ()
    """Roles to assume, each with the one before."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Other addresses of AWS services, by boto3's names, for emulators."""


class RolloutCheckProvider(ResourceProvider):
    """Asks when the resource is made and when what the service should run changes. A failure leaves no trace: the next update asks again."""

    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Tell whether the service deploys: by its revision, or by what else makes ECS deploy it anew."""
        changed = any(
            rpc.UNKNOWN in (news.get(key), *_values(news.get(key))) or news.get(key) != olds.get(key)
            for key in ("task_definition", "deployment")
        )
        return DiffResult(changes=changed)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Wait for the service's first deployment."""
        _wait(props)
        return CreateResult(id_=str(props["service"]), outs=props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Wait for the deployment that this update began."""
        _wait(news)
        return UpdateResult(outs=news)


class RolloutCheck(Resource, module="slipway", name="RolloutCheck"):
    """A rollout that came to a good end."""

    def __init__(self, name: str, args: RolloutCheckArgs, opts: ResourceOptions | None = None) -> None:
        props: dict[str, Input[Any]] = {
            "task_definition": args.task_definition,
            "deployment": dict(args.deployment),
            "cluster": args.cluster,
            "service": args.service,
            "containers": list(args.containers),
            "log_group": args.log_group,
            "strategy": args.strategy,
            "timeout_seconds": args.timeout_seconds,
            "region": args.region,
            "profile": args.profile,
            "role_arns": list(args.role_arns),
            "endpoints": dict(args.endpoints),
        }
        super().__init__(RolloutCheckProvider(), name, props, opts)


def _values(value: object) -> Sequence[object]:
    """Return what is inside a value, at any depth."""
    if isinstance(value, Mapping):
        return [inner for part in value.values() for inner in (part, *_values(part))]
    return [inner for part in value for inner in (part, *_values(part))] if isinstance(value, list) else []


def _wait(props: Mapping[str, Any]) -> None:
    from components import _rollout as rollouts  # noqa: PLC0415 - boto3 is slow to import, and only a real update needs it
    from components._aws_session import AwsAccess  # noqa: PLC0415 - as above

    # The reason is the message; where in this program it was raised helps nobody.
    sys.tracebacklimit = 0
    wanted = rollouts.WantedRollout(
        cluster=props["cluster"],
        service=props["service"],
        task_definition=props["task_definition"],
        containers=props["containers"],
        log_group=props["log_group"],
        strategy=props["strategy"],
        # A dynamic resource's numbers come as floats.
        timeout_seconds=float(props["timeout_seconds"]),
    )
    access = AwsAccess(
        region=props["region"],
        profile=props.get("profile"),
        role_arns=props.get("role_arns") or (),
        endpoints=props.get("endpoints") or {},
        session_name="slipway-rollout",
    )
    try:
        rollouts.wait(wanted, access.clients(*rollouts.SERVICES))
    except rollouts.RolloutError as error:
        raise rollouts.RolloutError(str(error)) from None
