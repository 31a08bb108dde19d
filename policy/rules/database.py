"""Relational databases: encryption, availability, backups, who may reach them."""

from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.network import only_groups_reach, placement_findings
from policy.topology import DATABASE, DATABASE_CLUSTER, DATABASE_SUBNETS, SUBNET, Topology
from policy.values import UNKNOWN, Unknown

CLUSTER_INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"
GLOBAL_CLUSTER: Final = "aws:rds/globalCluster:GlobalCluster"
PARAMETER_GROUP: Final = "aws:rds/parameterGroup:ParameterGroup"
CLUSTER_PARAMETER_GROUP: Final = "aws:rds/clusterParameterGroup:ClusterParameterGroup"

_COPIES: Final = (
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
)


def is_replica(database: Resource) -> bool:
    """Whether it copies another database, from which it has much that it does not say itself."""
    return database.has("replicateSourceDb") or database.has("replicationSourceIdentifier")


def is_restored(database: Resource) -> bool:
    """Whether it begins as another's backup: a snapshot, or a moment of another database or cluster."""
    return database.has("snapshotIdentifier") or database.has("restoreToPointInTime")


@resource_rule("database-storage-encrypted", DATABASE, DATABASE_CLUSTER, GLOBAL_CLUSTER)
def storage_encrypted(database: Resource, _config: Config) -> Iterator[Finding]:
    """A replica, a restored database and a global cluster made of another inherit the encryption of their source."""
    inherits = is_replica(database) or is_restored(database) or database.has("sourceDbClusterIdentifier")
    if not (inherits and database.get("storageEncrypted") is None):
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


@resource_rule("database-not-public", DATABASE, CLUSTER_INSTANCE)
def not_public(database: Resource, _config: Config) -> Iterator[Finding]:
    """A public database gets an address on the internet."""
    yield from database.must_be("publiclyAccessible", wanted=False, fix="publicly_accessible=False")


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
    name = "masterPassword" if database.type == DATABASE_CLUSTER else "password"
    if database.has(name):
        fix = "manage_master_user_password=True (RDS keeps and rotates it), or the write-only password_wo"
        yield database.fails(f"{name} is set, wanted a password that RDS manages", fix=fix)


@stack_rule("database-tls-forced", DATABASE, DATABASE_CLUSTER)
def tls_forced(graph: Graph, _config: Config) -> Iterator[Finding]:
    """The engine refuses a connection without TLS only if its parameter group says so."""
    for database in graph.of(DATABASE):
        if not is_replica(database):
            yield from _forces_tls(graph, database, "parameterGroupName", PARAMETER_GROUP)
    for cluster in graph.of(DATABASE_CLUSTER):
        yield from _forces_tls(graph, cluster, "dbClusterParameterGroupName", CLUSTER_PARAMETER_GROUP)


def _forces_tls(graph: Graph, database: Resource, path: str, group_type: str) -> Iterator[Finding]:
    engine = database.text("engine")
    if engine is UNKNOWN:
        yield database.undecided("engine is not known yet")
    elif parameter := _tls_parameter(engine):
        yield from parameter_findings(graph, database, path, group_type, parameter, on=("1", "on"))


def _tls_parameter(engine: str) -> str | None:
    if "postgres" in engine or engine.startswith("sqlserver"):
        return "rds.force_ssl"
    return "require_secure_transport" if "mysql" in engine or engine == "mariadb" else None


def parameter_findings(
    graph: Graph, database: Resource, path: str, group_type: str, parameter: str, *, on: Sequence[str]
) -> Iterator[Finding]:
    """Findings about a parameter of the database's parameter group.

    Args:
        graph: the stack.
        database: whose group it is.
        path: the database's property that names the group.
        group_type: the group's type.
        parameter: the parameter's name.
        on: the values that are wanted, in lower case; none means that any will do.
    """
    value = f'"{on[0]}"' if on else "..."
    fix = f'a parameter group with {{"name": "{parameter}", "value": {value}}}'
    chosen = graph.refers(database, path, group_type)
    if not chosen.found:
        if chosen.foreign:
            yield database.undecided(f"{path} names a parameter group that this stack does not hold")
        else:
            yield database.fails(f"{path} is not set, so {parameter} has the engine's default", fix=fix)
    for group in chosen.found:
        state = _parameter(group, parameter)
        if state is UNKNOWN or not chosen.exact:
            yield database.undecided(f"{parameter} in ParameterGroup {group.name} is not known yet")
        elif not state or (on and state.lower() not in on):
            wanted = on[0] if on else "a value"
            yield database.fails(
                f"{parameter} is {values.show(state, '0|(?i:off)')} in {group.label}, wanted {wanted}", fix=fix
            )


def _parameter(group: Resource, name: str) -> str | Unknown:
    """A parameter's value; empty when the group does not set it."""
    vague = False
    for item in values.items(group.get("parameters")):
        known = values.at(item, "name")
        vague = vague or known is UNKNOWN
        if known == name:
            return values.text(values.at(item, "value"))
    return UNKNOWN if vague else ""


@stack_rule("database-in-private-subnets", DATABASE, DATABASE_CLUSTER)
def in_private_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """No subnet of the database's subnet group may lead to an internet gateway."""
    topology = Topology(graph)
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        fix = "a subnet group of private or isolated subnets only"
        groups = graph.refers(database, "dbSubnetGroupName", DATABASE_SUBNETS)
        if not database.has("dbSubnetGroupName"):
            if not is_replica(database):
                yield database.fails(
                    "dbSubnetGroupName is not set, so it lands in the default VPC's public subnets", fix=fix
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
