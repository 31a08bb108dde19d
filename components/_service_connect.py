"""How a service calls others and is called by them: ECS Service Connect, and TLS between the proxies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from components import _documents as documents
from components._containers import PORT_NAME
from components._role import service_role

if TYPE_CHECKING:
    from components.service import ServiceArgs


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectArgs:
    """How a service calls others, and is called by them, by ECS Service Connect. A change rolls out new tasks."""

    namespace_arn: Input[str]
    """The namespace that names are in."""
    name: str | None = None
    """What others call it by; None: nobody calls it."""
    timeout_seconds: int | None = None
    """Seconds within which it answers a request, 0 for no limit; None: AWS's 15."""
    certificate_authority_arn: str | None = None
    """The private authority whose certificates calls to it are encrypted with, from proxy to proxy; None: they are not. It has the tag
    `AmazonECSManaged: true`."""


class Connection:
    """What an ECS service is told of calls."""

    configuration: aws.ecs.ServiceServiceConnectConfigurationArgs | None = None
    """Names, ports and log; None: it neither calls nor is called."""
    before: Sequence[pulumi.Resource] = ()
    """What has to exist before the service."""

    def __init__(self, parent: pulumi.Resource, name: str, args: ServiceArgs, log_group: Input[str]) -> None:
        connect = args.connect
        if connect is None:
            return
        tls = self._tls(parent, f"{name}-calls", args, connect.certificate_authority_arn)
        self.configuration = aws.ecs.ServiceServiceConnectConfigurationArgs(
            enabled=True,
            namespace=connect.namespace_arn,
            services=[_served(args, connect, tls)] if connect.name else None,
            log_configuration=aws.ecs.ServiceServiceConnectConfigurationLogConfigurationArgs(
                log_driver="awslogs",
                options={
                    "awslogs-group": log_group,
                    "awslogs-region": args.region,
                    "awslogs-stream-prefix": "service-connect",
                },
            ),
        )

    def _tls(
        self, parent: pulumi.Resource, name: str, args: ServiceArgs, authority_arn: str | None
    ) -> aws.ecs.ServiceServiceConnectConfigurationServiceTlsArgs | None:
        """Let ECS have certificates made, which it keeps in secrets of its own, encrypted with AWS's key, and exchanges every five days."""
        if authority_arn is None:
            return None
        role = service_role(
            parent,
            name,
            service="ecs.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Has certificates made for calls to {args.name_prefix} {args.service_name}",
            boundary_arn=args.boundary_arn,
        )
        ready = (
            f"arn:{documents.partition(args.region)}:iam::aws:policy/service-role/"
            "AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"
        )
        policy = aws.iam.RolePolicyAttachment(
            name, role=role.name, policy_arn=ready, opts=ResourceOptions(parent=parent)
        )
        self.before = [policy]
        return aws.ecs.ServiceServiceConnectConfigurationServiceTlsArgs(
            issuer_cert_authority=aws.ecs.ServiceServiceConnectConfigurationServiceTlsIssuerCertAuthorityArgs(
                aws_pca_authority_arn=authority_arn
            ),
            role_arn=role.arn,
        )


def _served(
    args: ServiceArgs, connect: ConnectArgs, tls: aws.ecs.ServiceServiceConnectConfigurationServiceTlsArgs | None
) -> aws.ecs.ServiceServiceConnectConfigurationServiceArgs:
    return aws.ecs.ServiceServiceConnectConfigurationServiceArgs(
        port_name=PORT_NAME,
        discovery_name=connect.name,
        # AWS takes one name, and needs it.
        client_alias=[
            aws.ecs.ServiceServiceConnectConfigurationServiceClientAliasArgs(
                port=args.containers[0].port or 0, dns_name=connect.name
            )
        ],
        timeout=aws.ecs.ServiceServiceConnectConfigurationServiceTimeoutArgs(
            per_request_timeout_seconds=connect.timeout_seconds
        )
        if connect.timeout_seconds is not None
        else None,
        tls=tls,
    )
