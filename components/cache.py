"""A Redis or Valkey cache on ElastiCache in the isolated subnets, with TLS, a token or users, and its own key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Input, Output, ResourceOptions

import limits
from components import _cache_users as cache_users
from components._cache_users import CacheUserArgs, CacheUsers
from components._checked import Checked
from components._dependencies import with_dependencies
from components.encryption_key import DataKey, data_key
from limits.cache_parameters import cache_parameter


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheArgs(Checked):
    """What a cache is made of.

    Nodes are `shards` (one, if None) times one primary and its `replicas`.
    """

    name_prefix: str
    """What generated names start with, such as storefront-production."""
    identifier: str
    """The replication group's name in ElastiCache. A change replaces the cache."""
    engine: Literal["redis", "valkey"] = "redis"
    """The engine. Redis can become Valkey in place, not the other way round."""
    version: str = "7.1"
    """Its version, major.minor. Upgrades are made in place; a lower one replaces the cache."""
    node_type: str
    """The size of each node, such as cache.t4g.small. Changed in place; the main part of its price."""
    shards: int | None = None
    """Shards, 1 to 90, in cluster mode, which clients must speak; None: cluster mode off. AWS switches no running cache."""
    replicas: int = 1
    """Replicas of each primary, 0 to 5. Billed like the primary."""
    multi_az: bool | None = None
    """Whether replicas stand in other zones, which needs one at least; None: whenever there are any."""
    vpc_id: Input[str]
    """The network of its security group."""
    subnet_ids: Sequence[Input[str]]
    """Isolated subnets; in two zones at least for `multi_az`."""
    port: int = 6379
    """Its TCP port, 1 to 65535. A change replaces the cache."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Engine parameters by name, besides those that cluster mode needs."""
    users: Mapping[str, CacheUserArgs] = field(default_factory=dict)
    """Users by name, in place of the token; empty: whoever has the token may do everything. Switching takes the token from who has it."""
    snapshot_days: int = 7
    """Days that daily snapshots are kept, up to 35; 0 switches them off."""
    snapshot_window: str = "02:00-03:00"
    """When the daily snapshot is made, UTC, an hour at least."""
    maintenance_window: str = "sun:04:30-sun:05:30"
    """When ElastiCache may change nodes each week, UTC, an hour at least, apart from the snapshot window."""
    final_snapshot: bool = True
    """Whether deleting it leaves a last snapshot."""
    log_days: int = 90
    """Days its slow log and engine log are kept in CloudWatch."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts its logs; None: AWS's own."""
    recovery_days: int = 30
    """Days its deleted secret can be brought back, 7 to 30; 0 deletes it at once."""
    protect: bool = True
    """Whether Pulumi refuses to delete the cache, its secret and its key."""
    auto_minor_upgrade: bool = True
    """Whether ElastiCache installs minor versions in the maintenance window."""
    apply_immediately: bool = False
    """Whether changes are made at once, not in the maintenance window."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    key_deletion_days: int = 30
    """Days its deleted key, and with it every snapshot, can be brought back, 7 to 30."""
    data_key_arn: Input[str] | None = None
    """The key that encrypts nodes, snapshots and secrets, where it is there already; None: one of its own is made. Another one replaces the cache."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "identifier", limits.cache_identifier(self.identifier)
        yield "version", limits.cache_version(self.engine, self.version)
        yield "node_type", limits.cache_node(self.node_type)
        for name, value, least, most in (
            ("shards", self.shards, 1, _MOST_NODES),
            ("replicas", self.replicas, 0, 5),
            ("port", self.port, 1, 65535),
            ("snapshot_days", self.snapshot_days, 0, 35),
            ("key_deletion_days", self.key_deletion_days, 7, 30),
        ):
            if value is not None and not least <= value <= most:
                yield name, f"{value} is outside {least} to {most}"
        if self.shards is not None and self.shards <= _MOST_NODES < self.nodes:
            yield (
                "replicas",
                f"{self.replicas} in each of {self.shards} shards make {self.nodes} nodes; at most {_MOST_NODES} are allowed",
            )
        for parameter, text in sorted(self.parameters.items()):
            yield f"parameters[{parameter!r}]", cache_parameter(parameter, text)
        yield from cache_users.problems(self)
        yield from self._zone_problems()
        yield from self._window_problems()
        yield "log_days", limits.log_retention(self.log_days)
        if self.recovery_days not in (0, *range(7, 31)):
            yield "recovery_days", f"{self.recovery_days} is not allowed; 0 or 7 to 30 are"

    def _zone_problems(self) -> Iterator[tuple[str, str | None]]:
        if self.multi_az and not self.replicas:
            yield "multi_az", "True needs at least one replica to stand in another zone; set replicas to 1 to 5"
        if self.spans_zones and len(self.subnet_ids) < _FEWEST_SUBNETS:
            yield (
                "subnet_ids",
                f"{len(self.subnet_ids)} given; at least two, in different zones, are needed with multi_az",
            )

    def _window_problems(self) -> Iterator[tuple[str, str | None]]:
        if problem := limits.windows(self.snapshot_window, self.maintenance_window):
            yield "snapshot_window", problem
            return
        for name, window in (
            ("snapshot_window", self.snapshot_window),
            ("maintenance_window", self.maintenance_window),
        ):
            yield name, limits.cache_window(window)

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return (self.shards or 1) * (1 + self.replicas)

    @property
    def spans_zones(self) -> bool:
        """Whether nodes stand in several zones."""
        return self.replicas > 0 if self.multi_az is None else self.multi_az

    @property
    def members(self) -> Sequence[str]:
        """The names ElastiCache gives the nodes, as alarms use them."""
        shards = (
            [self.identifier] if self.shards is None else [f"{self.identifier}-{n:04}" for n in _up_to(self.shards)]
        )
        return [f"{shard}-{node:03}" for shard in shards for node in _up_to(1 + self.replicas)]


class Cache(pulumi.ComponentResource):
    """A cache that only named security groups reach, over TLS, with a token that a secret holds.

    What connects to it adds its own ingress rule to `security_group_id`.
    """

    host: Output[str]
    """Its host name: in cluster mode the configuration endpoint, otherwise the primary's."""
    port: int
    """Its TCP port."""
    security_group_id: Output[str]
    """Its security group, without rules of its own."""
    arn: Output[str]
    """Its ARN."""
    secret_arn: Output[str]
    """A secret with `token`, `host`, `port` and `url` as a JSON document, usable once it is filled; with users it has neither token nor URL."""
    user_secret_arns: Mapping[str, Output[str]]
    """The same of each user that has a password, which is its token, by user."""
    user_arns: Mapping[str, Output[str]]
    """What IAM calls its users, by user."""
    key_arn: Output[str]
    """The key that encrypts the nodes, snapshots and the secret."""
    members: Sequence[str]
    """The names of its nodes."""

    def __init__(self, name: str, args: CacheArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Cache", name, None, opts)
        key = data_key(self, name, args, f"Cache {args.identifier}: nodes, snapshots and secret", args.data_key_arn)
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            name_prefix=f"{args.name_prefix}-{name}-",
            description=f"Cache {args.identifier}",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name_prefix}-{name}"},
            opts=ResourceOptions(parent=self),
        )
        users = cache_users.make(self, name, args) if args.users else None
        token = None if users else self._token(name)
        nodes = self._replication_group(name, args, key, group, token, users)
        host = nodes.primary_endpoint_address if args.shards is None else nodes.configuration_endpoint_address
        at = {"host": host, "port": args.port}
        document = Output.json_dumps(at if token is None else _login(token, host, args.port), sort_keys=True)

        self.arn = nodes.arn
        self.user_secret_arns = {
            user: self._secret(
                f"{name}-secret-{user}",
                args,
                key,
                Output.json_dumps(_login(password, host, args.port, cache_users.user_id(args, user)), sort_keys=True),
            )
            for user, password in (users.passwords if users else {}).items()
        }
        self.user_arns = users.arns if users else {}
        self.host = host
        self.port = args.port
        self.security_group_id = group.id
        self.secret_arn = self._secret(f"{name}-secret", args, key, document)
        self.key_arn = key.arn
        self.members = args.members
        self.register_outputs(
            {
                "host": self.host,
                "port": self.port,
                "security_group_id": self.security_group_id,
                "secret_arn": self.secret_arn,
                "key_arn": self.key_arn,
                "members": self.members,
            }
        )

    def _token(self, name: str) -> Output[str]:
        return random.RandomPassword(
            f"{name}-token", length=64, special=False, opts=ResourceOptions(parent=self)
        ).result

    def _replication_group(
        self,
        name: str,
        args: CacheArgs,
        key: DataKey,
        group: aws.ec2.SecurityGroup,
        token: Output[str] | None,
        users: CacheUsers | None,
    ) -> aws.elasticache.ReplicationGroup:
        subnets = aws.elasticache.SubnetGroup(
            f"{name}-subnets",
            # ElastiCache has no name prefixes; what makes AWS replace a group is in its name, so that the new one can come first.
            name=f"{args.name_prefix}-{name}",
            description=f"Isolated subnets of cache {args.identifier}",
            subnet_ids=list(args.subnet_ids),
            opts=ResourceOptions(parent=self),
        )
        clustered = args.shards is not None
        family = _family(args.engine, args.version)
        own = {"cluster-enabled": "yes"} if clustered else {}
        parameters = aws.elasticache.ParameterGroup(
            f"{name}-parameters",
            name=f"{args.name_prefix}-{name}-{family.replace('.', '-')}",
            description=f"Parameters of {args.name_prefix}",
            family=family,
            parameters=[
                aws.elasticache.ParameterGroupParameterArgs(name=parameter, value=value)
                for parameter, value in sorted({**args.parameters, **own}.items())
            ]
            or None,
            # An upgrade that waits for the window leaves the nodes their old group, which ElastiCache then does not delete.
            opts=ResourceOptions(parent=self, retain_on_delete=args.protect and not args.apply_immediately),
        )
        return aws.elasticache.ReplicationGroup(
            f"{name}-nodes",
            replication_group_id=args.identifier,
            description=f"Cache of {args.name_prefix}",
            engine=args.engine,
            engine_version=args.version,
            node_type=args.node_type,
            num_cache_clusters=None if clustered else args.nodes,
            num_node_groups=args.shards,
            replicas_per_node_group=args.replicas if clustered else None,
            # Cluster mode insists on failover, even without replicas.
            automatic_failover_enabled=clustered or args.replicas > 0,
            multi_az_enabled=args.spans_zones,
            data_tiering_enabled=True if args.node_type.startswith("cache.r6gd.") else None,
            subnet_group_name=subnets.name,
            security_group_ids=[group.id],
            port=args.port,
            parameter_group_name=parameters.name,
            transit_encryption_enabled=True,
            auth_token=token,
            # A token that there was has to go, or AWS takes no users.
            auth_token_update_strategy="DELETE" if users else None,
            user_group_ids=[users.group_id] if users else None,
            at_rest_encryption_enabled=True,
            kms_key_id=key.arn,
            snapshot_retention_limit=args.snapshot_days,
            snapshot_window=args.snapshot_window,
            maintenance_window=args.maintenance_window,
            final_snapshot_identifier=self._final_snapshot(name, args, key) if args.final_snapshot else None,
            log_delivery_configurations=[self._log(name, args, log) for log in ("engine-log", "slow-log")],
            auto_minor_version_upgrade=args.auto_minor_upgrade,
            apply_immediately=args.apply_immediately,
            # Its identifier is fixed: two cannot stand side by side.
            opts=ResourceOptions(parent=self, protect=args.protect, delete_before_replace=True),
        )

    def _log(
        self, name: str, args: CacheArgs, log: str
    ) -> aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs:
        group = aws.cloudwatch.LogGroup(
            f"{name}-{log}",
            name=f"/aws/elasticache/{args.identifier}/{log}",
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            opts=ResourceOptions(parent=self),
        )
        return aws.elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
            log_type=log, log_format="json", destination_type="cloudwatch-logs", destination=group.name
        )

    def _final_snapshot(self, name: str, args: CacheArgs, key: DataKey) -> Output[str]:
        """Return the last snapshot's name, with a part that stays the same while the cache does and is new for the next."""
        suffix = random.RandomId(
            f"{name}-final-snapshot",
            byte_length=4,
            keepers={
                "identifier": args.identifier,
                "cluster_mode": str(args.shards is not None),
                "port": str(args.port),
                "key": key.arn,
            },
            opts=ResourceOptions(parent=self),
        )
        return Output.concat(args.identifier, "-final-", suffix.hex)

    def _secret(self, logical_name: str, args: CacheArgs, key: DataKey, value: Output[str]) -> Output[str]:
        """Make a secret with a value; return its ARN, usable once the value is there."""
        secret = aws.secretsmanager.Secret(
            logical_name,
            name_prefix=f"{args.name_prefix}-{logical_name}-",
            description=f"How to reach cache {args.identifier}",
            kms_key_id=key.arn,
            recovery_window_in_days=args.recovery_days,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        version = aws.secretsmanager.SecretVersion(
            logical_name,
            secret_id=secret.id,
            secret_string=value,
            opts=ResourceOptions(parent=self),
        )
        return with_dependencies(secret.arn, version)


def _login(token: Output[str], host: Output[str], port: int, user: str = "") -> Mapping[str, Input[str] | int]:
    """Return what it takes to log in: with the token alone, or as a user."""
    url = Output.concat("rediss://", user, ":", token, "@", host, ":", str(port))
    return {"host": host, "port": port, "token": token, "url": url, **({"username": user} if user else {})}


_FEWEST_SUBNETS: Final = 2
_MOST_NODES: Final = 90


def _up_to(count: int) -> range:
    return range(1, count + 1)


def _family(engine: str, version: str) -> str:
    """Return the parameter group family of a version: redis6.x, redis7, valkey8 and so on."""
    major = version.split(".", maxsplit=1)[0]
    return f"{engine}{major}{'.x' if engine == 'redis' and major == '6' else ''}"
