"""A proxy of RDS between services and a database: few connections to the database, shared among many clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components._dependencies import with_dependencies
from components._group_rules import connection
from components._role import service_role


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseProxyArgs:
    """What a proxy is made of. It is billed by the database's vCPUs, two at least, or by its ACUs."""

    name_prefix: str
    """What generated names start with, such as storefront-production."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    proxy_name: str
    """Its name in RDS. A change replaces it."""
    engine: Literal["postgres", "mysql"]
    """The engine whose protocol the database speaks. A change replaces it."""
    port: int
    """The port it listens on, which is always the engine's usual one."""
    vpc_id: Input[str]
    """The network of its security group."""
    subnet_ids: Sequence[Input[str]]
    """Isolated subnets in two zones at least."""
    server_identifier: Input[str]
    """The database's name in RDS."""
    clustered: bool = False
    """Whether that is the name of a cluster. A change replaces the target."""
    server_port: int
    """The port the database listens on."""
    server_security_group_id: Input[str]
    """The database's security group, which gets a rule that lets the proxy in."""
    secret_arns: Sequence[Input[str]]
    """The secrets with `username` and `password` that it logs in with, and that clients log in to it with: one for each user."""
    key_arn: Input[str]
    """The key that encrypts those secrets."""
    server_resource_id: Input[str]
    """What IAM calls the database in permissions to log in."""
    token_users: Sequence[str] = ()
    """Users whom clients log in as with tokens of IAM's, and it with its own, from end to end. Changed in place."""
    connections_percent: int = 90
    """How many connections it opens at most, percent of what the database takes: 1 to 100."""
    idle_minutes: int = 30
    """Minutes after which an idle client's connection is closed, 1 to 480."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""


class DatabaseProxy(pulumi.ComponentResource):
    """A proxy that only named security groups reach, over TLS.

    What connects to it adds its own ingress rule to `security_group_id`.
    """

    address: Output[str]
    """Its host name, usable once it leads to the database."""
    port: int
    """Its TCP port."""
    security_group_id: Output[str]
    """Its security group, without rules for clients."""
    resource_id: Output[str]
    """What IAM calls it in permissions to log in."""

    def __init__(self, name: str, args: DatabaseProxyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseProxy", name, None, opts)
        group, rules = self._security_group(name, args)
        role, policy = self._role(name, args)
        proxy = aws.rds.Proxy(
            f"{name}-proxy",
            name=args.proxy_name,
            engine_family=_FAMILIES[args.engine],
            role_arn=role.arn,
            vpc_subnet_ids=list(args.subnet_ids),
            vpc_security_group_ids=[group.id],
            require_tls=True,
            debug_logging=False,
            idle_client_timeout=60 * args.idle_minutes,
            # Who has no secret here logs in with tokens, which takes TLS. What the provider is not told it leaves as it is.
            default_auth_scheme="IAM_AUTH" if args.token_users else "NONE",
            auths=[
                aws.rds.ProxyAuthArgs(
                    auth_scheme="SECRETS",
                    secret_arn=secret_arn,
                    iam_auth="DISABLED",
                    client_password_auth_type=_CLIENTS[args.engine],
                )
                for secret_arn in args.secret_arns
            ],
            # Its name is fixed: two cannot stand side by side. Without its permissions it never becomes available.
            opts=ResourceOptions(parent=self, depends_on=[policy, *rules], delete_before_replace=True),
        )
        targets = aws.rds.ProxyDefaultTargetGroup(
            f"{name}-targets",
            db_proxy_name=proxy.name,
            connection_pool_config=aws.rds.ProxyDefaultTargetGroupConnectionPoolConfigArgs(
                max_connections_percent=args.connections_percent,
                # As many may be idle as are open: the provider says 50 where it is not told, and RDS refuses more than that.
                max_idle_connections_percent=args.connections_percent if args.connections_percent < _IDLE else None,
            ),
            opts=ResourceOptions(parent=self),
        )
        target = aws.rds.ProxyTarget(
            f"{name}-target",
            db_proxy_name=proxy.name,
            target_group_name=targets.name,
            db_instance_identifier=None if args.clustered else args.server_identifier,
            db_cluster_identifier=args.server_identifier if args.clustered else None,
            opts=ResourceOptions(parent=self),
        )

        self.address = with_dependencies(proxy.endpoint, target)
        self.port = args.port
        self.security_group_id = group.id
        self.resource_id = proxy.arn.apply(lambda arn: arn.rpartition(":")[2])
        self.register_outputs(
            {
                "address": self.address,
                "port": self.port,
                "security_group_id": self.security_group_id,
                "resource_id": self.resource_id,
            }
        )

    def _security_group(
        self, name: str, args: DatabaseProxyArgs
    ) -> tuple[aws.ec2.SecurityGroup, Sequence[pulumi.Resource]]:
        """Make the proxy's group, let it out to the database, and the database let it in."""
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            name_prefix=f"{args.name_prefix}-{name}-",
            description=f"Proxy of database {args.proxy_name}",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name_prefix}-{name}"},
            opts=ResourceOptions(parent=self),
        )
        rules = connection(
            self,
            f"{name}-database",
            group.id,
            args.server_security_group_id,
            args.server_port,
            to="the database",
            by="its proxy",
        )
        return group, rules

    def _role(self, name: str, args: DatabaseProxyArgs) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make the role that reads the passwords and logs in as those who have none, and nothing else."""
        role = service_role(
            self,
            f"{name}-role",
            service="rds.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Reads the password for the proxy of database {args.proxy_name}",
            boundary_arn=args.boundary_arn,
        )
        through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{args.region}.amazonaws.com"}}
        statements = [
            documents.allow(["secretsmanager:GetSecretValue"], args.secret_arns),
            documents.allow(["kms:Decrypt"], [args.key_arn], through),
        ]
        if args.token_users:
            users = documents.database_users(args.region, args.account_id, [args.server_resource_id], args.token_users)
            statements.append(documents.allow(["rds-db:connect"], users))
        policy = aws.iam.RolePolicy(
            f"{name}-role",
            role=role.name,
            policy=documents.policy(*statements),
            opts=ResourceOptions(parent=self),
        )
        return role, policy


_IDLE: Final = 50
"""Percent of what the database takes that the provider lets be open and idle."""
_FAMILIES: Final[Mapping[str, str]] = {"postgres": "POSTGRESQL", "mysql": "MYSQL"}
_CLIENTS: Final[Mapping[str, str]] = {"postgres": "POSTGRES_SCRAM_SHA_256", "mysql": "MYSQL_CACHING_SHA2_PASSWORD"}
"""How clients prove to the proxy that they know the password."""
