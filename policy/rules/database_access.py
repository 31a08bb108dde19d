"""Access to databases: from where they are reached, and who signs in."""

from collections.abc import Iterator, Mapping
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, ResolvedRefs, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.database import is_first_serverless, is_replica
from policy.rules.exposure import only_groups_reach, placement_findings
from policy.topology import (
    CACHE,
    CACHE_NODE,
    DATABASE,
    DATABASE_CLUSTER,
    DATABASE_INSTANCE,
    DATABASE_SUBNETS,
    DEFAULT_GROUP,
    GROUP,
    GROUP_USERS,
    SUBNET,
    Topology,
    TrafficRule,
    ingresses,
)
from policy.values import UNKNOWN, Unknown


def spans_zones_itself(cluster: Resource) -> bool:
    """Whether it is a Multi-AZ DB cluster: RDS makes its instances, so the cluster has what else they would have."""
    return cluster.has("dbClusterInstanceClass")


def _chooses_subnets(database: Resource) -> bool:
    """Whether it names a subnet group; the one called default is the default VPC's."""
    return database.has("dbSubnetGroupName") and database.get("dbSubnetGroupName") != "default"


@resource_rule(
    Control(
        name="database-not-public",
        title="The database has no public address",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="A public address lets the whole internet try passwords.",
        remediation="aws.rds.Instance(..., publicly_accessible=False)",
        url=HUB + "rds-controls.html#rds-2",
        fsbp=("RDS.2",),
        cis=("2.2.3",),
        nist=("SC-7", "AC-4"),
        checkov=("CKV_AWS_17",),
        prowler=("rds_instance_no_public_access",),
        cdk_nag=("RDSInstancePublicAccess",),
    ),
    DATABASE,
    DATABASE_INSTANCE,
    DATABASE_CLUSTER,
)
def not_public(database: Resource, _config: Config) -> Iterator[Finding]:
    """A public database gets an address on the internet: a Multi-AZ cluster also where no subnet group is chosen."""
    if database.type == DATABASE_CLUSTER and not spans_zones_itself(database):
        return
    chosen = database.type != DATABASE_CLUSTER or _chooses_subnets(database)
    yield from database.must_be("publiclyAccessible", wanted=False, default=not chosen, fix="publicly_accessible=False")


@resource_rule(
    Control(
        name="database-password-not-in-state",
        title="The master password is managed by RDS",
        category="Secrets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="A password that the program passes lies in the state file and never rotates.",
        remediation="aws.rds.Instance(..., manage_master_user_password=True)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
        nist=("IA-5",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def password_not_in_state(database: Resource, _config: Config) -> Iterator[Finding]:
    """What the program passes as a password ends up in the state file."""
    cluster = database.type == DATABASE_CLUSTER
    name = "masterPassword" if cluster else "password"
    if database.has(name):
        hidden = "master_password_wo" if cluster else "password_wo"
        fix = f"manage_master_user_password=True (RDS keeps and rotates it), or the write-only {hidden}"
        yield database.fails(f"{name} is set, wanted a password that RDS manages", fix=fix)


@stack_rule(
    Control(
        name="database-in-private-subnets",
        title="No subnet of the database leads to an internet gateway",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="In a public subnet one changed flag puts the database on the internet.",
        remediation="aws.rds.SubnetGroup(..., subnet_ids=network.isolated_subnet_ids)",
        url=HUB + "rds-controls.html#rds-46",
        fsbp=("RDS.46", "RDS.18"),
        nist=("SC-7",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def in_private_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """No subnet of the database's subnet group may lead to an internet gateway."""
    topology = Topology(graph)
    for database in (item.inputs for item in graph.of(DATABASE, DATABASE_CLUSTER)):
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
            yield database.unknown("dbSubnetGroupName names a subnet group that this stack does not hold")
        for group in groups.found:
            reach = topology.placement(graph.refers(group, "subnetIds", SUBNET))
            yield from placement_findings(database, group.label, reach, fix)


@stack_rule(
    Control(
        name="database-ingress-from-groups-only",
        title="The database lets in security groups, never addresses",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="An address range lets in everything that ever gets an address there.",
        remediation="aws.vpc.SecurityGroupIngressRule(..., referenced_security_group_id=service_group.id)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html",
        nist=("SC-7", "AC-4"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def ingress_from_groups_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Membership of a service's group opens the database, never an address."""
    yield from only_groups_reach(graph, DATABASE, DATABASE_CLUSTER)


_WITHOUT_TOKENS: Final = ("custom-", "db2", "oracle", "sqlserver")


_USER_NAMES: Final = frozenset(
    {"admin", "administrator", "postgres", "postgresql", "root", "mysql", "mariadb", "master", "rdsadmin", "sa", "user"}
)


_PORTS: Final[Mapping[str, int]] = {
    "postgres": 5432,
    "aurora-postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora-mysql": 3306,
    "sqlserver": 1433,
    "oracle": 1521,
    "db2": 50000,
}
"""Without the edition that follows a dash in the name of an engine: ``oracle-se2``."""


@resource_rule(
    Control(
        name="database-master-secret-under-own-key",
        title="The managed master password is under a key of one's own",
        category="Secrets",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="The account's default key lets everybody with IAM rights in the account read the secret.",
        remediation="aws.rds.Instance(..., manage_master_user_password=True, master_user_secret_kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
        nist=("SC-12",),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def master_secret_under_own_key(database: Resource, _config: Config) -> Iterator[Finding]:
    """RDS keeps a managed password in a secret, by default under the account's key."""
    managed = database.flag("manageMasterUserPassword")
    if managed is UNKNOWN:
        yield database.unknown("manageMasterUserPassword is not known yet")
    elif managed:
        yield from database.must_have_own_key("masterUserSecretKmsKeyId", fix="master_user_secret_kms_key_id=key.arn")


@resource_rule(
    Control(
        name="database-iam-authentication",
        title="Users may sign in with IAM",
        category="Secrets",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="Tokens end after minutes; it takes changes in the application, and connections per second are limited.",
        remediation="aws.rds.Instance(..., iam_database_authentication_enabled=True)",
        url=HUB + "rds-controls.html#rds-10",
        fsbp=("RDS.10", "RDS.12"),
        nist=("IA-5",),
        checkov=("CKV_AWS_161", "CKV_AWS_162"),
        prowler=("rds_instance_iam_authentication_enabled", "rds_cluster_iam_authentication_enabled"),
        cdk_nag=("RDS6", "AuroraMySQLPostgresIAMAuth"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def iam_authentication(database: Resource, _config: Config) -> Iterator[Finding]:
    """Short-lived tokens instead of passwords. Oracle, SQL Server and Db2 know none."""
    if is_first_serverless(database):
        return
    engine = database.text("engine")
    if engine is not UNKNOWN and engine.startswith(_WITHOUT_TOKENS):
        return
    if (engine is UNKNOWN or engine == "") and database.flag("iamDatabaseAuthenticationEnabled") is not True:
        yield database.unknown("engine is not known yet")
        return
    fix = "iam_database_authentication_enabled=True"
    yield from database.must_be("iamDatabaseAuthenticationEnabled", wanted=True, fix=fix)


@resource_rule(
    Control(
        name="database-port-not-default",
        title="The database listens at an unusual port",
        category="Private subnets",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="It hides the database from simple scans, and from nobody who is inside.",
        remediation="aws.rds.Instance(..., port=15432)",
        url=HUB + "rds-controls.html#rds-23",
        fsbp=("RDS.23",),
        nist=("SC-7",),
        prowler=("rds_instance_non_default_port",),
        cdk_nag=("RDS11", "RDSNonDefaultPort"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def port_not_default(database: Resource, _config: Config) -> Iterator[Finding]:
    """Scanners knock at the default ports first."""
    if is_first_serverless(database):
        return
    engine = database.text("engine")
    if engine is UNKNOWN or database.get("port") is UNKNOWN:
        yield database.unknown("engine or port is not known yet")
        return
    usual = _PORTS.get(engine, _PORTS.get(engine.partition("-")[0]))
    if usual is not None and database.number("port", default=usual) == usual:
        yield database.fails(f"port is {usual}, the engine's default", fix="port=<another port>")


@stack_rule(
    Control(
        name="data-stores-open-own-port-only",
        title="Groups of databases and caches open the engine's port and no other",
        category="Private subnets",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="A group that is open on every port also opens whatever is put behind it later.",
        remediation="aws.vpc.SecurityGroupIngressRule(..., from_port=5432, to_port=5432, "
        "referenced_security_group_id=service_group.id)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.RDSSecurityGroups.html",
        nist=("SC-7", "CM-7"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
    CACHE,
    CACHE_NODE,
)
def open_own_port_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Whoever may come in, comes in at one port."""
    for store in graph.of(DATABASE, DATABASE_CLUSTER, CACHE, CACHE_NODE):
        groups = graph.refers(store.inputs, GROUP_USERS[store.type][0], GROUP, DEFAULT_GROUP)
        port = _port(store)
        if port is None:
            continue
        if not groups.certain:
            yield store.unknown("which groups guard it cannot be told from this stack")
        for way in ingresses(graph):
            yield from _opened(store, port, groups, way)


def _opened(store: Resource, port: float | Unknown, groups: ResolvedRefs, way: TrafficRule) -> Iterator[Finding]:
    """What a rule of its groups opens beside its port; ping is none."""
    meant = [group for group in groups.found if group in way.groups.found]
    if groups.found and not way.groups.found and way.resource.get("securityGroupId") is UNKNOWN:
        yield store.unknown(f"it is not known yet which group {way.resource.label} opens")
    if not meant or way.protocol in ("icmp", "icmpv6"):
        return
    if port is UNKNOWN or way.ports is UNKNOWN or not (groups.exact and way.groups.exact):
        yield store.unknown("which ports its groups open is not known yet")
    elif way.ports != (port, port):
        low, high = way.ports
        shown = f"port {low}" if low == high else f"ports {low} to {high}"
        yield store.fails(
            f"{meant[0].label} opens {shown} ({way.resource.label}), wanted {values.show(port)} only",
            fix=f"from_port={values.show(port)}, to_port={values.show(port)}",
        )


def _port(store: Resource) -> float | Unknown | None:
    """Where it listens; None where its source says, and for the nodes of a replication group."""
    if store.has("port"):
        return store.number("port")
    cache = store.type in (CACHE, CACHE_NODE)
    engine = store.text("engine", default="redis" if cache else "")
    if engine is UNKNOWN:
        return UNKNOWN
    if cache:
        of_group = store.type == CACHE_NODE and store.has("replicationGroupId")
        return None if of_group else 11211 if engine == "memcached" else 6379
    return _PORTS.get(engine, _PORTS.get(engine.partition("-")[0]))


@resource_rule(
    Control(
        name="database-user-name-own",
        title="The administrator's name is one's own",
        category="Secrets",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Half of the login is guessed already.",
        remediation='aws.rds.Instance(..., username="shop_admin")',
        url=HUB + "rds-controls.html#rds-25",
        fsbp=("RDS.24", "RDS.25"),
        nist=("IA-5",),
        prowler=("rds_instance_default_admin", "rds_cluster_default_admin"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def user_name_own(database: Resource, _config: Config) -> Iterator[Finding]:
    """The first half of a login is then not known to everybody."""
    path = "masterUsername" if database.type == DATABASE_CLUSTER else "username"
    name = database.text(path)
    if name is UNKNOWN:
        yield database.unknown(f"{path} is not known yet")
    elif name.lower() in _USER_NAMES:
        argument = "master_username" if database.type == DATABASE_CLUSTER else "username"
        yield database.fails(
            f"{path} is {name.lower()}, a name that everybody tries", fix=f'{argument}="<a name of its own>"'
        )
