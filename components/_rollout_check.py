"""A service's rollout as a resource: recorded only once the service runs the wanted revision, so each update asks until it is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pulumi import Input, ResourceOptions
from pulumi.dynamic import Resource

from components._update_step import UpdateStepProvider


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


class RolloutCheckProvider(UpdateStepProvider):
    """Asks again when the service deploys: by its revision, or by what else makes ECS deploy it anew."""

    about: ClassVar[Sequence[str]] = ("task_definition", "deployment")

    def done(self, props: Mapping[str, Any]) -> str:
        """Wait for the deployment that this update began."""
        _wait(props)
        return str(props["service"])


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


def _wait(props: Mapping[str, Any]) -> None:
    from components import _rollout as rollouts  # noqa: PLC0415 - boto3 is slow to import, and only a real update needs it
    from components._aws_session import AwsAccess  # noqa: PLC0415 - as above

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
