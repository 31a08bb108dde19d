"""Whether an update did what it said: every service runs its new version, and the public address answers as it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi import Input, Output, ResourceOptions

from components._checked import Checked
from components._rollout_check import RolloutCheck, RolloutCheckArgs
from components._smoke import SmokeCheck
from components._smoke_run import SmokeRun, SmokeRunArgs

if TYPE_CHECKING:
    # It brings boto3, which only a real update needs.
    from components._rollout import Strategy

SMOKE_SECONDS: Final = 300
"""How long wrong answers are asked for again: new names and caches take minutes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceRolloutArgs:
    """A service that is looked at after it changed."""

    service_name: Input[str]
    """The ECS service's name."""
    task_definition_arn: Input[str]
    """The revision that it should run."""
    deployment: Mapping[str, Input[Any]] = field(default_factory=dict)
    """What else of the service makes ECS deploy it anew, such as its security group."""
    containers: Sequence[str]
    """Names of its containers, its own first: whose last lines a failure shows."""
    log_group_name: Input[str]
    """Where they log to."""
    strategy: Strategy = "rolling"
    """How ECS replaces its tasks."""
    timeout_minutes: int = 30
    """Minutes until its deployment is given up on, 1 to 1440."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RolloutArgs(Checked):
    """What is asked after each update."""

    cluster_arn: Input[str]
    """The cluster."""
    region: str
    """The AWS region."""
    services: Mapping[str, ServiceRolloutArgs]
    """The services, by their names in the stack file. Each that changed is asked; all at the same time."""
    revisions: Mapping[str, Input[str]] = field(default_factory=dict)
    """The revisions of all services, also those that are not looked at: a new one has the smoke checks asked again."""
    smoke: Sequence[SmokeCheck] = ()
    """What is asked of the public address once all services run."""
    after: Sequence[pulumi.Resource] = ()
    """What stands between people and services: the smoke checks wait for it."""
    profile: str | None = None
    """The profile of the AWS configuration file that asks; None: the environment decides."""
    assume_role_arns: Sequence[str] = ()
    """Roles to assume for it, each with the one before."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Other addresses of AWS services, by boto3's names, for emulators."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        least, most = 1, 1440
        for key, service in self.services.items():
            if not least <= service.timeout_minutes <= most:
                yield f"services.{key}.timeout_minutes", f"{service.timeout_minutes} is outside {least} to {most}"
            if not service.containers:
                yield f"services.{key}.containers", "none given; the service's own comes first"
        if not (self.services or self.smoke):
            yield "services", "neither these nor smoke checks given: nothing would be asked"


class Rollout(pulumi.ComponentResource):
    """Checks that fail the update where the truth is another than the plan's.

    Nothing is made in AWS. A check that fails is not recorded, so each update asks again until it is true; what did not change is
    not asked. `pulumi refresh` asks nothing. In a preview nothing is asked.
    """

    verified: Output[Sequence[str]]
    """The services that run what they should, known once they do."""

    def __init__(self, name: str, args: RolloutArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Rollout", name, None, opts)
        checks = {
            key: RolloutCheck(
                f"{name}-{key}",
                RolloutCheckArgs(
                    task_definition=service.task_definition_arn,
                    deployment=service.deployment,
                    cluster=args.cluster_arn,
                    service=service.service_name,
                    containers=service.containers,
                    log_group=service.log_group_name,
                    strategy=service.strategy,
                    timeout_seconds=service.timeout_minutes * 60,
                    region=args.region,
                    profile=args.profile,
                    role_arns=args.assume_role_arns,
                    endpoints=args.endpoints,
                ),
                ResourceOptions(parent=self),
            )
            for key, service in args.services.items()
        }
        if args.smoke:
            SmokeRun(
                f"{name}-smoke",
                SmokeRunArgs(
                    checks=[asdict(check) for check in args.smoke],
                    revisions=args.revisions,
                    timeout_seconds=SMOKE_SECONDS,
                ),
                ResourceOptions(parent=self, depends_on=[*checks.values(), *args.after]),
            )
        self.verified = Output.all(*(check.id for check in checks.values())).apply(lambda ids: list(map(str, ids)))
        self.register_outputs({"verified": self.verified})
