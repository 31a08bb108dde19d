"""Relational databases: encryption, availability, backups, who may reach them."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.network import only_groups_reach, placement_findings
from policy.topology import DATABASE, DATABASE_CLUSTER, DATABASE_SUBNETS, SUBNET, Topology
from policy.values import UNKNOWN, Answer, Unknown, Value

CLUSTER_INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
GLOBAL_CLUSTER: Final = "aws:rds/globalCluster:GlobalCluster"
PARAMETER_GROUP: Final = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETER_GROUP: Final = "aws:rds/clusterParameterGroup:ClusterParameterGroup"

_COPIES: Final = (
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
)
_ON: Final = ("1", "on", "true")
_TLS_BY_DEFAULT: Final[Mapping[str, tuple[int, ...]]] = {
    "postgres": (15,),
    "aurora-postgresql": (17,),
    "mariadb": (11, 8),
}
"""From which version on an engine refuses connections without TLS unless told otherwise; the others never do."""


def is_replica(database: Resource) -> bool:
    """Whether it copies another database, from which it has much that it does not say itself."""
    return database.has("replicateSourceDb") or database.has("replicationSourceIdentifier")


def spans_zones_itself(cluster: Resource) -> bool:
    """Whether it is a Multi-AZ DB cluster: RDS makes its instances, so the cluster has what else they would have."""
    return cluster.has("dbClusterInstanceClass")


def _chooses_subnets(database: Resource) -> bool:
    """Whether it names a subnet group; the one called default is the default VPC's."""
    return database.has("dbSubnetGroupName") and database.get("dbSubnetGroupName") != "default"


def is_restored(database: Resource) -> bool:
    """Whether it begins as another's backup: a snapshot, or a moment of another database or cluster."""
    return database.has("snapshotIdentifier") or database.has("restoreToPointInTime")


@resource_rule("database-storage-encrypted", DATABASE, DATABASE_CLUSTER, GLOBAL_CLUSTER)
def storage_encrypted(database: Resource, _config: Config) -> Iterator[Finding]:
    """What is made of another inherits its encryption, and Aurora Serverless v1 is always encrypted."""
    inherits = is_replica(database) or is_restored(database) or database.has("sourceDbClusterIdentifier")
    encrypts = database.type == DATABASE_CLUSTER and database.text("engineMode") == "serverless"
    if not ((inherits or encrypts) and database.get("storageEncrypted") is None):
        fix = "storage_encrypted=True, kms_key_id=key.arn (an existing database must be restored from a snapshot)"
        yield from database.must_be("storageEncrypted", wanted=True, fix=fix)


@resource_rule("database-backup-copies-encrypted", *_COPIES)
def backup_copies_encrypted(copy: Resource, _config: Config) -> Iterator[Finding]:
    """A copy to another region needs a key of that region."""
    yield from copy.must_be_set("kmsKeyId", fix="kms_key_id=key.arn, a key in the region of the copy")


@resource_rule("database-multi-az", DATABASE)
def multi_az(database: Resource, _config: Config) -> Iterator[Finding]:
    """A read replica is itself the second copy."""
    if not is_replica(database):
        yield from database.must_be("multiAz", wanted=True, fix="multi_az=True (no interruption)")


@resource_rule("database-not-public", DATABASE, CLUSTER_INSTANCE, DATABASE_CLUSTER)
def not_public(database: Resource, _config: Config) -> Iterator[Finding]:
    """A public database gets an address on the internet: a Multi-AZ cluster also where no subnet group is chosen."""
    if database.type == DATABASE_CLUSTER and not spans_zones_itself(database):
        return
    chosen = database.type != DATABASE_CLUSTER or _chooses_subnets(database)
    yield from database.must_be("publiclyAccessible", wanted=False, default=not chosen, fix="publicly_accessible=False")


@resource_rule(
    "database-backups-kept",
    DATABASE,
    DATABASE_CLUSTER,
    minDays=Parameter({"type": "integer", "minimum": 1, "maximum": 35}, 7),
)
def backups_kept(database: Resource, config: Config) -> Iterator[Finding]:
    """Automated backups are the way back in time; a replica relies on its source."""
    if not is_replica(database):
        least = config.number("minDays")
        yield from database.must_reach(
            "backupRetentionPeriod",
            least=least,
            unit="days",
            fix=f"backup_retention_period={least}",
            default=1 if database.type == DATABASE_CLUSTER else 0,
        )


@resource_rule("database-deletion-protected", DATABASE, DATABASE_CLUSTER)
def deletion_protected(database: Resource, _config: Config) -> Iterator[Finding]:
    """AWS itself then refuses the deletion."""
    yield from database.must_be("deletionProtection", wanted=True, fix="deletion_protection=True")


@resource_rule("database-final-snapshot-kept", DATABASE, DATABASE_CLUSTER)
def final_snapshot_kept(database: Resource, _config: Config) -> Iterator[Finding]:
    """The last snapshot survives the database; a replica can have none."""
    if is_replica(database):
        return
    fix = "skip_final_snapshot=False, final_snapshot_identifier=<a name that no older snapshot bears>"
    yield from database.must_be("skipFinalSnapshot", wanted=False, fix=fix)
    if database.flag("skipFinalSnapshot") is False:
        yield from database.must_be_set("finalSnapshotIdentifier", fix=fix)


@resource_rule("database-password-not-in-state", DATABASE, DATABASE_CLUSTER)
def password_not_in_state(database: Resource, _config: Config) -> Iterator[Finding]:
    """What the program passes as a password ends up in the state file."""
    cluster = database.type == DATABASE_CLUSTER
    name = "masterPassword" if cluster else "password"
    if database.has(name):
        hidden = "master_password_wo" if cluster else "password_wo"
        fix = f"manage_master_user_password=True (RDS keeps and rotates it), or the write-only {hidden}"
        yield database.fails(f"{name} is set, wanted a password that RDS manages", fix=fix)


@stack_rule("database-tls-forced", DATABASE, DATABASE_CLUSTER)
def tls_forced(graph: Graph, _config: Config) -> Iterator[Finding]:
    """By its parameter group, or by the default of its version. A replica has its source's group unless it names one."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        engine = database.text("engine")
        inherits = database.type == DATABASE and is_replica(database)
        if inherits and not database.written.has(parameter_group_path(database)):
            continue
        if engine is UNKNOWN or (engine == "" and is_restored(database)):
            yield database.undecided("engine is not known yet")
        elif parameter := _tls_parameter(engine):
            default = partial(_tls_by_default, engine)
            yield from parameter_findings(graph, database, parameter, holds=is_on, wanted="1", default=default)


def _tls_parameter(engine: str) -> str | None:
    if "postgres" in engine or engine.startswith("sqlserver"):
        return "rds.force_ssl"
    return "require_secure_transport" if "mysql" in engine or engine == "mariadb" else None


def _tls_by_default(engine: str, version: str | Unknown) -> Answer:
    since = _TLS_BY_DEFAULT.get(engine)
    if since is None:
        return False
    known = () if version is UNKNOWN else values.version(version)
    # A major version alone decides unless the default changed within it.
    return known >= since if len(known) >= len(since) or (known and known[0] != since[0]) else UNKNOWN


def is_on(value: str) -> bool:
    """Whether a parameter's value means on."""
    return value.lower() in _ON


def parameter_group_path(database: Resource) -> str:
    """The property that names the parameter group."""
    return "dbClusterParameterGroupName" if database.type == DATABASE_CLUSTER else "parameterGroupName"


def parameter_findings(
    graph: Graph,
    database: Resource,
    parameter: str,
    *,
    holds: Callable[[str], bool],
    wanted: str,
    default: Callable[[str | Unknown], Answer] = lambda _: False,
) -> Iterator[Finding]:
    """Findings about a parameter of the database's parameter group.

    Args:
        graph: the stack.
        database: whose group it is.
        parameter: the parameter's name.
        holds: whether a value is one of those that are wanted.
        wanted: such a value, for messages.
        default: whether the engine's default is wanted, given the engine's version.
    """
    path = parameter_group_path(database)
    fix = f'a parameter group with {{"name": "{parameter}", "value": "{wanted}"}}'
    kind = CLUSTER_PARAMETER_GROUP if path.startswith("dbCluster") else PARAMETER_GROUP
    chosen = graph.refers(database.written, path, kind)
    named = database.written.text(path)
    ready = isinstance(named, str) and named.startswith("default.")
    if not chosen.found and chosen.foreign and not ready:
        yield database.undecided(f"{path} names a parameter group that this stack does not hold")
    elif not chosen.found:
        family = named.removeprefix("default.") if isinstance(named, str) else ""
        yield from database.must_hold(
            default(_version(database, family)),
            f"{path} is {'a group of RDS' if ready else 'not set'}, so {parameter} has the engine's default",
            about=f"the engine's version, whose default {parameter} has,",
            fix=fix,
        )
    for group in chosen.found:
        state = _parameter(group, parameter)
        if state is UNKNOWN or not chosen.exact:
            yield database.undecided(f"{parameter} in ParameterGroup {group.name} is not known yet")
        elif not state:
            yield from database.must_hold(
                default(_version(database, group.text("family"))),
                f"{parameter} is not set in {group.label}, wanted {wanted}",
                about=f"the engine's version, whose default {parameter} has,",
                fix=fix,
            )
        elif not holds(state):
            shown = values.show(state, "-1|0|(?i:off)")
            yield database.fails(f"{parameter} is {shown} in {group.label}, wanted {wanted}", fix=fix)


def _version(database: Resource, family: str | Unknown) -> str | Unknown:
    """The engine's version, else the one in the name of the parameter group's family: ``postgres16``."""
    if database.has("engineVersion"):
        return database.text("engineVersion")
    match = re.search(r"[0-9.]+$", family) if isinstance(family, str) else None
    return match[0] if match else UNKNOWN


def _parameter(group: Resource, name: str) -> str | Unknown:
    """A parameter's value; empty when the group does not set it."""
    vague = False
    for item in values.items(group.get("parameters")):
        known = values.at(item, "name")
        vague = vague or known is UNKNOWN
        if known == name:
            return _word(values.at(item, "value"))
    return UNKNOWN if vague else ""


def _word(value: Value) -> str | Unknown:
    """A value as text, also where the program wrote a number or a boolean."""
    return values.show(value) if isinstance(value, bool | int | float) else values.text(value)


@stack_rule("database-in-private-subnets", DATABASE, DATABASE_CLUSTER)
def in_private_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """No subnet of the database's subnet group may lead to an internet gateway."""
    topology = Topology(graph)
    for database in (item.written for item in graph.of(DATABASE, DATABASE_CLUSTER)):
        fix = "a subnet group of private or isolated subnets only"
        groups = graph.refers(database, "dbSubnetGroupName", DATABASE_SUBNETS)
        if not _chooses_subnets(database):
            if not is_replica(database):
                state = "default" if database.has("dbSubnetGroupName") else "not set"
                yield database.fails(
                    f"dbSubnetGroupName is {state}, so it lands in the default VPC's public subnets", fix=fix
                )
            continue
        if not groups.found:
            yield database.undecided("dbSubnetGroupName names a subnet group that this stack does not hold")
        for group in groups.found:
            reach = topology.placement(graph.refers(group, "subnetIds", SUBNET))
            yield from placement_findings(database, group.label, reach, fix)


@stack_rule("database-ingress-from-groups-only", DATABASE, DATABASE_CLUSTER)
def ingress_from_groups_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Membership of a service's group opens the database, never an address."""
    yield from only_groups_reach(graph, DATABASE, DATABASE_CLUSTER)
