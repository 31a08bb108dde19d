"""A PostgreSQL or MySQL database on RDS or Aurora in the isolated subnets, with everything it needs to be operated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _database_cluster as clusters
from components import _database_instance as instances
from components import _database_password as passwords
from components import _database_surroundings as surroundings
from components._checked import Checked
from components._database_cluster import AuroraArgs
from components._database_instance import InstanceArgs
from components._database_server import DatabaseServer, Replica
from components._database_surroundings import Surroundings
from components.database_proxy import DatabaseProxy, DatabaseProxyArgs
from components.database_users import DatabaseUsers, DatabaseUsersArgs, UsersTaskArgs


class Engine(StrEnum):
    """The database engines on offer, by RDS's names."""

    POSTGRES = "postgres"
    MYSQL = "mysql"
    AURORA_POSTGRES = "aurora-postgresql"
    AURORA_MYSQL = "aurora-mysql"


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolArgs:
    """A proxy of RDS that clients connect to, and that shares few connections to the database among them."""

    connections_percent: int = 90
    """How many connections it opens at most, percent of what the database takes: 1 to 100."""
    idle_minutes: int = 30
    """Minutes after which an idle client's connection is closed, 1 to 480."""
    token_users: Sequence[str] = ()
    """Users whom clients log in as with tokens of IAM's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreArgs:
    """A backup that a database is made from: a snapshot, or a source and a moment."""

    snapshot: str | None = None
    """A snapshot's identifier or ARN, in the same region."""
    source: str | None = None
    """An instance's or cluster's identifier, a deleted one's resource id (`db-...`, `cluster-...`), or, of an instance, the ARN of an
    automated backup in the same region."""
    time: str | None = None
    """The moment of a source, such as 2026-11-30T11:55:00Z, or `latest`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseArgs(Checked):
    """What a database is made of."""

    name_prefix: str
    """What generated names start with, such as storefront-production."""
    identifier: str
    """Its name in RDS. A change renames an instance with a restart, its host name is another then; and replaces a cluster."""
    engine: Engine
    """The engine. A change replaces the database."""
    version: str
    """A major version, of which RDS picks and keeps up the minor one, or a full one. A change is an upgrade with downtime.
    With `auto_minor_upgrade`, a full version shows as a difference once RDS has moved on."""
    server: InstanceArgs | AuroraArgs
    """What it runs on: an instance of RDS, or with an engine of Aurora's a cluster."""
    vpc_id: Input[str]
    """The network of its security group."""
    subnet_ids: Sequence[Input[str]]
    """Isolated subnets in two zones at least."""
    database_name: str
    """The database created inside. A change replaces the instance."""
    username: str = "app_admin"
    """The master user. A change replaces the database."""
    port: int | None = None
    """Its TCP port, 1150 to 65535; None: 5432 or 3306. A change restarts it."""
    backup_days: int = 7
    """Days of automated backups, 1 to 35: how far back a point-in-time restore reaches."""
    backup_window: str = "03:00-04:00"
    """When the daily backup is made, UTC, 30 minutes at least."""
    maintenance_window: str = "sun:04:30-sun:05:30"
    """When RDS may restart it each week, UTC, apart from the backup window."""
    managed_password: bool = True
    """Whether RDS makes, keeps and changes the master password; False: the program makes one, which is in Pulumi's encrypted
    state and in a secret, and stays until its `RandomPassword` is replaced. RDS makes no replica of a database whose password
    it keeps."""
    rotate_days: int = 90
    """Days after which RDS changes the master password that it keeps, 1 to 1000."""
    recovery_days: int = 30
    """Days the deleted secret of a password that RDS does not keep can be brought back, 7 to 30; 0 deletes it at once."""
    iam_authentication: bool = False
    """Whether users may log in with a token of IAM's instead of a password. Changed in place."""
    users: UsersTaskArgs | None = None
    """Users that the program makes in it, beside the master user; None: whoever needs others makes them."""
    proxy: PoolArgs | None = None
    """A proxy that clients connect to; None: they connect to the instance."""
    restore: RestoreArgs | None = None
    """The backup that it is made from; None: it begins empty. It counts only when the instance is made: one that is there stays as it
    is. Data, users, master user, first database and the storage's key are then the backup's."""
    monitoring_seconds: int = 60
    """Interval of Enhanced Monitoring, seconds: 1, 5, 10, 15, 30 or 60; 0 switches it off."""
    insights_advanced: bool = False
    """Whether Database Insights is in its advanced mode, which keeps 465 days at least. Billed by vCPU or ACU and hour."""
    insights_days: int | None = 7
    """Days that Database Insights (once Performance Insights) keeps its samples: 7 (free), a multiple of 31 up to 713, or 731; None switches them off."""
    log_days: int = 90
    """Days its logs are kept in CloudWatch."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts its logs; None: AWS's own."""
    deletion_protection: bool = True
    """Whether RDS refuses to delete it. Switching it off takes an update of its own."""
    final_snapshot: bool = True
    """Whether deleting it leaves a last snapshot and its automated backups."""
    protect: bool = True
    """Whether Pulumi refuses to delete the instance and its key."""
    auto_minor_upgrade: bool = True
    """Whether RDS installs minor versions in the maintenance window."""
    allow_major_upgrade: bool = False
    """Whether a change of `version` may be one of the major version, which cannot be undone."""
    extended_support: bool = False
    """Whether RDS may bill Extended Support for a major version past its standard support; False: it refuses to
    create or restore one. MySQL 8.0 is past it and gets Extended Support in any case."""
    apply_immediately: bool = False
    """Whether changes are made at once, with their restarts, not in the maintenance window."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Further engine parameters by name, effective after the next restart."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    ca: str = "rds-ca-rsa2048-g1"
    """The authority that signs its certificate. A change restarts it."""
    key_deletion_days: int = 30
    """Days its deleted key, and with it every snapshot, can be brought back, 7 to 30."""
    data_key_arn: Input[str] | None = None
    """The key that encrypts storage, snapshots and secrets, where it is there already; None: one of its own is made. Another one replaces the database."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        engine = self.engine
        yield "identifier", limits.rds_identifier(self.identifier)
        version = limits.rds_version(engine, self.version)
        yield "version", version
        yield "version", None if version else self._support_problem()
        if not self.auto_minor_upgrade and (full := limits.rds_newest(engine, self.version)):
            yield "version", f"{self.version!r} alone needs auto_minor_upgrade; name a minor version, such as {full}"
        if isinstance(self.server, AuroraArgs) != limits.rds_is_aurora(engine):
            yield (
                "server",
                f"{engine.value} runs on {'an instance' if isinstance(self.server, AuroraArgs) else 'a cluster'}",
            )
        else:
            yield from self.server.problems(self)
        if len(self.subnet_ids) < _FEWEST_SUBNETS:
            yield "subnet_ids", f"{len(self.subnet_ids)} given; at least two, in different zones, are needed"
        yield "database_name", limits.rds_database(engine, self.database_name, made=self.restore is None)
        yield "username", limits.rds_username(engine, self.username, made=self.restore is None)
        for name, value, least, most in (
            ("port", self.listens_on, 1150, 65535),
            ("backup_days", self.backup_days, 1, 35),
            ("rotate_days", self.rotate_days, 1, 1000),
            ("key_deletion_days", self.key_deletion_days, 7, 30),
        ):
            if not least <= value <= most:
                yield name, f"{value} is outside {least} to {most}"
        yield "backup_window", limits.windows(self.backup_window, self.maintenance_window)
        if self.monitoring_seconds not in limits.MONITORING_INTERVALS:
            yield (
                "monitoring_seconds",
                f"{self.monitoring_seconds} is not an interval; allowed: {limits.listed(limits.MONITORING_INTERVALS)}",
            )
        yield from self._insights_problems()
        yield "log_days", limits.log_retention(self.log_days)
        for name in sorted(self.parameters.keys() & limits.RDS_OWN_PARAMETERS[engine].keys()):
            yield (
                "parameters",
                f"{name} is set to {limits.RDS_OWN_PARAMETERS[engine][name][0]} by the component; leave it out",
            )
        if self.recovery_days not in (0, *range(7, 31)):
            yield "recovery_days", f"{self.recovery_days} is not allowed; 0 or 7 to 30 are"
        if self.users:
            yield from self.users.problems(engine, self.username)
        yield from self._proxy_problems()
        yield from self._restore_problems()

    def _restore_problems(self) -> Iterator[tuple[str, str | None]]:
        if self.restore is None:
            return
        engine, snapshot, source, time = self.engine, self.restore.snapshot, self.restore.source, self.restore.time
        if (snapshot is None) == (source is None) or (source is None) != (time is None):
            yield "restore", "it needs a snapshot alone, or a source and a time"
        if snapshot is not None:
            yield "restore", limits.rds_snapshot(engine, snapshot, self.region)
        if source is not None:
            yield "restore", limits.rds_backup_source(engine, source, self.region)
        if time is not None:
            yield "restore", limits.rds_restore_time(time)

    def _support_problem(self) -> str | None:
        return limits.rds_extended_support(self.engine, self.version, allowed=self.extended_support)

    def _insights_problems(self) -> Iterator[tuple[str, str | None]]:
        if self.insights_advanced and (self.insights_days or 0) < limits.ADVANCED_INSIGHTS_DAYS:
            yield (
                "insights_days",
                f"{self.insights_days} is less than the {limits.ADVANCED_INSIGHTS_DAYS} that the advanced mode keeps",
            )
        if self.insights_days is None:
            return
        if self.insights_days not in limits.PERFORMANCE_INSIGHTS_DAYS:
            allowed = limits.listed(limits.PERFORMANCE_INSIGHTS_DAYS)
            yield "insights_days", f"{self.insights_days} is not a retention; allowed: {allowed}"

    def _proxy_problems(self) -> Iterator[tuple[str, str | None]]:
        if self.proxy is None:
            return
        if self.proxy.token_users and not self.iam_authentication:
            yield "proxy", "users who log in through it with tokens need iam_authentication=True"
        for name, value, most in (
            ("connections_percent", self.proxy.connections_percent, 100),
            ("idle_minutes", self.proxy.idle_minutes, 480),
        ):
            if not 1 <= value <= most:
                yield "proxy", f"{name} {value} is outside 1 to {most}"

    @property
    def listens_on(self) -> int:
        """The instance's TCP port: the given one, or the engine's usual one."""
        return _PORTS[limits.rds_dialect(self.engine)] if self.port is None else self.port


class Database(pulumi.ComponentResource):
    """A database that only named security groups reach, encrypted, backed up, watched, its password in a secret.

    What connects to it adds its own ingress rule to `security_group_id` and trusts Amazon's certificate bundle: connections
    without TLS are refused. With a proxy, that is what clients connect to: address, port and security group are the proxy's.
    """

    identifier: Output[str]
    """Its name in RDS, what alarms call it."""
    address: Output[str]
    """The host name that clients connect to."""
    port: int
    """The TCP port that clients connect to."""
    database_name: str
    """The database inside."""
    security_group_id: Output[str]
    """The security group that clients connect to, without rules for them."""
    secret_arn: Output[str]
    """The secret with `username` and `password` as a JSON document."""
    key_arn: Output[str]
    """The key that encrypts its storage, snapshots, insights and that secret."""
    instance_arn: Output[str]
    """The ARN of the instance, or of the cluster."""
    resource_ids: Sequence[Output[str]]
    """What IAM calls that which clients connect to, the proxy too, in permissions to log in."""
    replica: Replica | None
    """What answers queries only: the read replica, or the cluster's readers; None: there is none."""
    user_secrets: Mapping[str, aws.secretsmanager.Secret]
    """Secrets with `username` and `password` of the users that the program makes and that have one, by user; empty before they are there."""
    user_secret_arns: Mapping[str, Output[str]]
    """Their ARNs, usable once their users are there."""
    users_ready: Output[str] | None
    """Usable once every user is there; None: the program makes none."""

    def __init__(self, name: str, args: DatabaseArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Database", name, None, opts)
        shared = surroundings.make(self, name, args)
        server = (
            clusters.make(self, name, args, args.server, shared)
            if isinstance(args.server, AuroraArgs)
            else instances.make(self, name, args, args.server, shared)
        )
        secret_arn = (
            passwords.rotated(self, name, args, server)
            if shared.master_password is None
            else passwords.kept(self, name, args, shared.key.arn, server, shared.master_password)
        )
        users = self._users(name, args, args.users, shared, server, secret_arn) if args.users else None
        secret_arns = [secret_arn, *(users.secret_arns.values() if users else ())]
        proxy = self._proxy(name, args, args.proxy, shared, server, secret_arns) if args.proxy else None

        self.replica = server.replica
        self.identifier = server.identifier
        self.address = proxy.address if proxy else server.address
        self.port = proxy.port if proxy else args.listens_on
        self.database_name = args.database_name
        self.security_group_id = proxy.security_group_id if proxy else shared.group.id
        self.secret_arn = secret_arn
        self.user_secrets, self.user_secret_arns, self.users_ready = (
            (users.secrets, users.secret_arns, users.ready) if users else ({}, {}, None)
        )
        self.key_arn = shared.key.arn
        self.instance_arn = server.arn
        beside = (server.resource_ids[1:] or server.resource_ids) if server.replica else []
        self.resource_ids = [proxy.resource_id, *beside] if proxy else server.resource_ids
        self.register_outputs(
            {
                "identifier": self.identifier,
                "address": self.address,
                "port": self.port,
                "database_name": self.database_name,
                "security_group_id": self.security_group_id,
                "secret_arn": self.secret_arn,
                "key_arn": self.key_arn,
                "instance_arn": self.instance_arn,
                "resource_ids": self.resource_ids,
                "replica_address": self.replica.address if self.replica else None,
            }
        )

    def _users(
        self,
        name: str,
        args: DatabaseArgs,
        task: UsersTaskArgs,
        shared: Surroundings,
        server: DatabaseServer,
        secret_arn: Output[str],
    ) -> DatabaseUsers:
        return DatabaseUsers(
            f"{name}-users",
            DatabaseUsersArgs(
                task=task,
                name_prefix=args.name_prefix,
                account_id=args.account_id,
                region=args.region,
                vpc_id=args.vpc_id,
                engine=limits.rds_dialect(args.engine),
                host=server.address,
                port=args.listens_on,
                database_name=args.database_name,
                resource_id=server.resource_ids[0],
                answering=server.answering,
                security_group_id=shared.group.id,
                secret_arn=secret_arn,
                key_arn=shared.key.arn,
                log_days=args.log_days,
                log_key_arn=args.log_key_arn,
                recovery_days=args.recovery_days,
                protect=args.protect,
                boundary_arn=args.boundary_arn,
            ),
            ResourceOptions(parent=self),
        )

    def _proxy(
        self,
        name: str,
        args: DatabaseArgs,
        pool: PoolArgs,
        shared: Surroundings,
        server: DatabaseServer,
        secret_arns: Sequence[Output[str]],
    ) -> DatabaseProxy:
        return DatabaseProxy(
            f"{name}-proxy",
            DatabaseProxyArgs(
                name_prefix=args.name_prefix,
                region=args.region,
                proxy_name=args.identifier,
                engine=limits.rds_dialect(args.engine),
                port=_PORTS[limits.rds_dialect(args.engine)],
                vpc_id=args.vpc_id,
                subnet_ids=args.subnet_ids,
                server_identifier=server.identifier,
                clustered=limits.rds_is_aurora(args.engine),
                server_port=args.listens_on,
                server_security_group_id=shared.group.id,
                secret_arns=secret_arns,
                server_resource_id=server.resource_ids[0],
                token_users=pool.token_users,
                account_id=args.account_id,
                key_arn=shared.key.arn,
                connections_percent=pool.connections_percent,
                idle_minutes=pool.idle_minutes,
                boundary_arn=args.boundary_arn,
            ),
            ResourceOptions(parent=self),
        )


_FEWEST_SUBNETS: Final = 2
_PORTS: Final = {"postgres": 5432, "mysql": 3306}
