"""The ECS cluster with its Fargate capacity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from components._dependencies import with_dependencies


@dataclass(frozen=True, kw_only=True, slots=True)
class ClusterArgs(Checked):
    """What a cluster is made of."""

    cluster_name: str
    """Its name in AWS. A change replaces the cluster and its services."""
    given_arn: str | None = None
    """The cluster's ARN, where another stack makes it and it is neither made nor changed here; None: it is made."""
    namespace_name: str | None = None
    """What its namespace is called; None: as the cluster is. A change replaces it and the services in it."""
    protect: bool = False
    """Whether Pulumi refuses to delete it, as other stacks have their services in it."""
    container_insights: Literal["enabled", "enhanced", "disabled"] = "enabled"
    """CloudWatch Container Insights; `enhanced` adds figures per task and container. Billed per metric."""
    namespace: bool = False
    """Whether its services call each other by name (Service Connect)."""
    exec_log: bool = False
    """Whether shells opened in tasks (ECS Exec) are recorded in a log group of their own."""
    log_days: int = 90
    """Days that record is kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts it; None: AWS's own."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "cluster_name", limits.ecs_name(self.cluster_name)
        yield "log_days", limits.log_retention(self.log_days)


class Cluster(pulumi.ComponentResource):
    """An ECS cluster that runs tasks on Fargate and Fargate Spot."""

    name: Output[str]
    """The cluster's name."""
    namespace_arn: Output[str] | None
    """The ARN of the namespace in which its services have names; None: they have none."""
    arn: Output[str]
    """Its ARN, usable once its capacity providers are attached: what uses it is then deleted before they are."""

    def __init__(self, name: str, args: ClusterArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Cluster", name, None, opts)
        if args.given_arn:
            self.name, self.arn = Output.from_input(args.cluster_name), Output.from_input(args.given_arn)
        else:
            self.name, self.arn = self._cluster(name, args)
        self.namespace_arn = None
        if args.namespace:
            # A change of its description would replace it, and with it all that services are called by.
            namespace = aws.servicediscovery.HttpNamespace(
                f"{name}-namespace", name=args.namespace_name or args.cluster_name, opts=ResourceOptions(parent=self)
            )
            self.namespace_arn = namespace.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _cluster(self, name: str, args: ClusterArgs) -> tuple[Output[str], Output[str]]:
        """Make the cluster with its capacity; return its name, and its ARN once it has that."""
        cluster = aws.ecs.Cluster(
            f"{name}-cluster",
            name=args.cluster_name,
            settings=[aws.ecs.ClusterSettingArgs(name="containerInsights", value=args.container_insights)],
            configuration=_exec_configuration(f"{name}-exec", args, self) if args.exec_log else None,
            opts=ResourceOptions(parent=self, protect=True if args.protect else None),
        )
        providers = aws.ecs.ClusterCapacityProviders(
            f"{name}-capacity",
            cluster_name=cluster.name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            default_capacity_provider_strategies=[
                aws.ecs.ClusterCapacityProvidersDefaultCapacityProviderStrategyArgs(
                    capacity_provider="FARGATE", weight=1
                )
            ],
            opts=ResourceOptions(parent=self),
        )
        return cluster.name, with_dependencies(cluster.arn, providers)


def _exec_configuration(name: str, args: ClusterArgs, parent: pulumi.Resource) -> aws.ecs.ClusterConfigurationArgs:
    log = aws.cloudwatch.LogGroup(
        name,
        name=f"/ecs/{args.cluster_name}/exec",
        retention_in_days=args.log_days,
        kms_key_id=args.log_key_arn,
        opts=ResourceOptions(parent=parent),
    )
    return aws.ecs.ClusterConfigurationArgs(
        execute_command_configuration=aws.ecs.ClusterConfigurationExecuteCommandConfigurationArgs(
            logging="OVERRIDE",
            log_configuration=aws.ecs.ClusterConfigurationExecuteCommandConfigurationLogConfigurationArgs(
                cloud_watch_log_group_name=log.name, cloud_watch_encryption_enabled=args.log_key_arn is not None
            ),
        )
    )
