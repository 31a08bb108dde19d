"""Databases in operation: keys, logs, monitoring, upgrades, who signs in."""

from collections.abc import Iterator, Mapping
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.database import (
    CLUSTER_INSTANCE,
    CLUSTER_PARAMETER_GROUP,
    PARAMETER_GROUP,
    is_replica,
    is_restored,
    parameter_findings,
)
from policy.topology import DATABASE, DATABASE_CLUSTER
from policy.values import UNKNOWN

PROXY: Final = "aws:rds/proxy:Proxy"
EVENTS: Final = "aws:rds/eventSubscription:EventSubscription"
SELECTION: Final = "aws:backup/selection:Selection"

_SNAPSHOTS: Final = (
    "aws:rds/snapshot:Snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
)
_INTERVALS: Final = (1, 5, 10, 15, 30, 60)
_LOGS: Final[Mapping[str, tuple[str, ...]]] = {
    "postgres": ("postgresql",),
    "aurora-postgresql": ("postgresql",),
    "mysql": ("error", "slowquery"),
    "mariadb": ("error", "slowquery"),
    "aurora-mysql": ("error", "slowquery"),
}
"""What each engine must export: its errors and slow statements. Audit logs have a control of their own."""

_USER_NAMES: Final = frozenset(
    {"admin", "administrator", "postgres", "postgresql", "root", "mysql", "mariadb", "master", "rdsadmin", "sa", "user"}
)
_PORTS: Final[Mapping[str, int]] = {
    "postgres": 5432,
    "aurora-postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora-mysql": 3306,
}
_AUTHORITIES: Final = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
_OLDEST: Final[dict[str, values.Value]] = {
    "postgres": "14",
    "aurora-postgresql": "14",
    "mysql": "8.4",
    "mariadb": "10.6",
}
"""The oldest versions in standard support in November 2026. Amazon RDS User Guide, release calendars."""


@resource_rule("database-under-own-key", DATABASE, DATABASE_CLUSTER)
def under_own_key(database: Resource, _config: Config) -> Iterator[Finding]:
    """A replica in the same region and a restored database have the key of their source."""
    if not is_replica(database) and not is_restored(database):
        yield from database.must_be_set("kmsKeyId", fix="kms_key_id=key.arn (replaces the database)")


@resource_rule("database-master-secret-under-own-key", DATABASE, DATABASE_CLUSTER)
def master_secret_under_own_key(database: Resource, _config: Config) -> Iterator[Finding]:
    """RDS keeps a managed password in a secret, by default under the account's key."""
    managed = database.flag("manageMasterUserPassword")
    if managed is UNKNOWN:
        yield database.undecided("manageMasterUserPassword is not known yet")
    elif managed:
        yield from database.must_be_set("masterUserSecretKmsKeyId", fix="master_user_secret_kms_key_id=key.arn")


@resource_rule("database-snapshots-private", *_SNAPSHOTS)
def snapshots_private(snapshot: Resource, _config: Config) -> Iterator[Finding]:
    """`all` among the accounts means everybody with an AWS account."""
    shared = snapshot.get("sharedAccounts")
    if "all" in values.items(shared):
        yield snapshot.fails("sharedAccounts holds all, wanted single accounts", fix='shared_accounts=["123456789012"]')
    elif values.has_unknown(shared):
        yield snapshot.undecided("sharedAccounts are not known yet")


@stack_rule("database-cluster-has-standby", DATABASE_CLUSTER)
def cluster_has_standby(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A reader takes over; a Multi-AZ DB cluster brings its own, and Aurora Serverless v1 needs none."""
    for cluster in graph.of(DATABASE_CLUSTER):
        mode = cluster.text("engineMode", default="provisioned")
        if cluster.has("dbClusterInstanceClass") or mode == "serverless":
            continue
        members, more = graph.companions(cluster, "clusterIdentifier", CLUSTER_INSTANCE)
        if len(members) > 1:
            continue
        if more or mode is UNKNOWN:
            yield cluster.undecided("its instances cannot all be told")
        else:
            what = f"it has {len(members)} ClusterInstance{'' if len(members) == 1 else 's'}, wanted at least 2"
            yield cluster.fails(what, fix="a second aws.rds.ClusterInstance(cluster_identifier=cluster.id)")


@resource_rule("database-enhanced-monitoring", DATABASE, CLUSTER_INSTANCE)
def enhanced_monitoring(database: Resource, _config: Config) -> Iterator[Finding]:
    """The operating system's own figures, at an interval that RDS knows."""
    seen = database.number("monitoringInterval")
    if seen is UNKNOWN:
        yield database.undecided("monitoringInterval is not known yet")
    elif seen not in _INTERVALS or not database.has("monitoringRoleArn"):
        what = f"monitoringInterval is {values.show(seen)} and monitoringRoleArn is "
        what += "set" if database.has("monitoringRoleArn") else "not set"
        yield database.fails(
            f"{what}, wanted 1 to 60 and a role", fix="monitoring_interval=60, monitoring_role_arn=role.arn"
        )


@resource_rule("database-logs-exported", DATABASE, DATABASE_CLUSTER)
def logs_exported(database: Resource, _config: Config) -> Iterator[Finding]:
    """Errors and slow statements leave the instance; what a replica's engine is, its source says."""
    engine = database.text("engine")
    exported = database.get("enabledCloudwatchLogsExports")
    if engine is UNKNOWN or values.has_unknown(exported):
        yield database.undecided("engine or enabledCloudwatchLogsExports are not known yet")
        return
    missing = [log for log in _LOGS.get(engine, ()) if log not in values.items(exported)]
    if missing:
        fix = f"enabled_cloudwatch_logs_exports={list(_LOGS[engine])}"
        yield database.fails(f"enabledCloudwatchLogsExports lacks {', '.join(missing)}", fix=fix)


@stack_rule("database-audit-logged", DATABASE_CLUSTER)
def audit_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Aurora MySQL writes who did what only if its parameter group says so and the log is exported."""
    for cluster in graph.of(DATABASE_CLUSTER):
        engine = cluster.text("engine")
        if engine is UNKNOWN:
            yield cluster.undecided("engine is not known yet")
        elif engine == "aurora-mysql":
            path, kind = "dbClusterParameterGroupName", CLUSTER_PARAMETER_GROUP
            yield from parameter_findings(graph, cluster, path, kind, "server_audit_logging", on=("1", "on"))


@stack_rule("database-queries-logged", DATABASE, DATABASE_CLUSTER)
def queries_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Which statements PostgreSQL writes down."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        engine = database.text("engine")
        if engine is UNKNOWN:
            yield database.undecided("engine is not known yet")
        elif "postgres" in engine and not is_replica(database):
            single = database.type == DATABASE
            path = "parameterGroupName" if single else "dbClusterParameterGroupName"
            kind = PARAMETER_GROUP if single else CLUSTER_PARAMETER_GROUP
            yield from parameter_findings(graph, database, path, kind, "log_min_duration_statement", on=())


@resource_rule("database-iam-authentication", DATABASE, DATABASE_CLUSTER)
def iam_authentication(database: Resource, _config: Config) -> Iterator[Finding]:
    """Short-lived tokens instead of passwords."""
    fix = "iam_database_authentication_enabled=True"
    yield from database.must_be("iamDatabaseAuthenticationEnabled", wanted=True, fix=fix)


@resource_rule("database-minor-upgrades-automatic", DATABASE, CLUSTER_INSTANCE)
def minor_upgrades_automatic(database: Resource, _config: Config) -> Iterator[Finding]:
    """The provider's default is on."""
    fix = "auto_minor_version_upgrade=True"
    yield from database.must_be("autoMinorVersionUpgrade", wanted=True, fix=fix, default=True)


@resource_rule("database-backtrack", DATABASE_CLUSTER)
def backtrack(cluster: Resource, _config: Config) -> Iterator[Finding]:
    """Only Aurora MySQL can be wound back in place."""
    engine = cluster.text("engine")
    if engine is UNKNOWN:
        yield cluster.undecided("engine is not known yet")
    elif engine == "aurora-mysql":
        yield from cluster.must_reach("backtrackWindow", least=1, unit="seconds", fix="backtrack_window=86400")


@resource_rule("database-tags-copied-to-snapshots", DATABASE, DATABASE_CLUSTER)
def tags_copied_to_snapshots(database: Resource, _config: Config) -> Iterator[Finding]:
    """A snapshot without tags belongs to nobody."""
    yield from database.must_be("copyTagsToSnapshot", wanted=True, fix="copy_tags_to_snapshot=True")


@resource_rule("database-groups-chosen", DATABASE, DATABASE_CLUSTER)
def groups_chosen(database: Resource, _config: Config) -> Iterator[Finding]:
    """Without groups of its own it gets the VPC's default group."""
    if not database.has("vpcSecurityGroupIds"):
        what = "vpcSecurityGroupIds is not set, so the VPC's default security group guards it"
        yield database.fails(what, fix="vpc_security_group_ids=[group.id]")


@stack_rule("database-events-subscribed", DATABASE, DATABASE_CLUSTER)
def events_subscribed(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Somebody hears of failures, failovers and maintenance."""
    for kind, source in ((DATABASE, "db-instance"), (DATABASE_CLUSTER, "db-cluster")):
        heard = values.some(
            UNKNOWN if UNKNOWN in (event.get("sourceType"), event.flag("enabled", default=True)) else True
            for event in graph.of(EVENTS)
            if event.get("sourceType") in (None, "", source, UNKNOWN)
            and event.flag("enabled", default=True) is not False
        )
        for database in graph.of(kind):
            what = f"no EventSubscription of this stack is about {source}"
            fix = f'aws.rds.EventSubscription(sns_topic=topic.arn, source_type="{source}")'
            yield from database.must_hold(heard, what, about="what the stack's EventSubscriptions are about", fix=fix)


@resource_rule("database-port-not-default", DATABASE, DATABASE_CLUSTER)
def port_not_default(database: Resource, _config: Config) -> Iterator[Finding]:
    """Scanners knock at the default ports first."""
    engine = database.text("engine")
    if engine is UNKNOWN or database.get("port") is UNKNOWN:
        yield database.undecided("engine or port is not known yet")
        return
    usual = _PORTS.get(engine)
    if usual is not None and database.number("port", default=usual) == usual:
        yield database.fails(f"port is {usual}, the engine's default", fix="port=<another port>")


@resource_rule("database-user-name-own", DATABASE, DATABASE_CLUSTER)
def user_name_own(database: Resource, _config: Config) -> Iterator[Finding]:
    """The first half of a login is then not known to everybody."""
    path = "masterUsername" if database.type == DATABASE_CLUSTER else "username"
    name = database.text(path)
    if name is UNKNOWN:
        yield database.undecided(f"{path} is not known yet")
    elif name.lower() in _USER_NAMES:
        yield database.fails(
            f"{path} is {name.lower()}, a name that everybody tries", fix='username="<a name of its own>"'
        )


@stack_rule("database-in-backup-plan", DATABASE, DATABASE_CLUSTER)
def in_backup_plan(graph: Graph, _config: Config) -> Iterator[Finding]:
    """AWS Backup chooses by ARN, or by a tag of the resource."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        if is_replica(database):
            continue
        chosen = values.some(_selects(graph, selection, database) for selection in graph.of(SELECTION))
        fix = "aws.backup.Selection(..., resources=[database.arn])"
        about = "which resources the stack's backup selections choose"
        yield from database.must_hold(chosen, "no backup Selection of this stack names it", about=about, fix=fix)


def _selects(graph: Graph, selection: Resource, database: Resource) -> values.Answer:
    named = graph.refers(selection, "resources", DATABASE, DATABASE_CLUSTER)
    if database in named.found:
        return True if named.exact else UNKNOWN
    if any(
        isinstance(item, str) and item in ("*", "arn:aws:rds:*:*:db:*")
        for item in values.items(selection.get("resources"))
    ):
        return True
    tags = database.get("tags")
    for wanted in values.items(selection.get("selectionTags")):
        key, value = values.at(wanted, "key"), values.at(wanted, "value")
        if UNKNOWN in (key, value, tags):
            return UNKNOWN
        if isinstance(key, str) and isinstance(tags, dict) and tags.get(key) == value:
            return True
    return UNKNOWN if named.foreign else False


@resource_rule("database-proxy-tls", PROXY)
def proxy_tls(proxy: Resource, _config: Config) -> Iterator[Finding]:
    """The way to the proxy is as open to listeners as the way to the database."""
    yield from proxy.must_be("requireTls", wanted=True, fix="require_tls=True")


@resource_rule("database-insights-on", DATABASE, CLUSTER_INSTANCE)
def insights_on(database: Resource, _config: Config) -> Iterator[Finding]:
    """Performance Insights, under a key of one's own."""
    fix = "performance_insights_enabled=True, performance_insights_kms_key_id=key.arn"
    findings = list(database.must_be("performanceInsightsEnabled", wanted=True, fix=fix))
    if not any(finding.verdict is Verdict.FAIL for finding in findings):
        findings += database.must_be_set("performanceInsightsKmsKeyId", fix="performance_insights_kms_key_id=key.arn")
    yield from findings


@resource_rule("database-authority-current", DATABASE, CLUSTER_INSTANCE)
def authority_current(database: Resource, _config: Config) -> Iterator[Finding]:
    """Absent means RDS's present default. Certificates of older authorities have expired."""
    seen = database.text("caCertIdentifier")
    if seen is UNKNOWN:
        yield database.undecided("caCertIdentifier is not known yet")
    elif seen and seen not in _AUTHORITIES:
        shown = values.show(seen, r"rds-ca-[a-z0-9-]{1,20}")
        yield database.fails(
            f"caCertIdentifier is {shown}, wanted {_AUTHORITIES[0]} or newer",
            fix=f'ca_cert_identifier="{_AUTHORITIES[0]}"',
        )


@resource_rule(
    "database-version-supported",
    DATABASE,
    DATABASE_CLUSTER,
    oldest=Parameter({"type": "object", "additionalProperties": {"type": "string"}}, _OLDEST),
)
def version_supported(database: Resource, config: Config) -> Iterator[Finding]:
    """Out of standard support a version gets no fixes, or costs extra for each hour of extended support."""
    engine, version = database.text("engine"), database.text("engineVersion")
    if UNKNOWN in (engine, version):
        yield database.undecided("engine or engineVersion is not known yet")
        return
    oldest = config.texts("oldest").get(str(engine))
    if oldest and version and values.version(str(version)) < values.version(oldest):
        yield database.fails(
            f"engineVersion is {values.show(version, '[0-9.]+')}, out of standard support, wanted {oldest} or newer",
            fix=f'engine_version="{oldest}"',
        )


@resource_rule("database-extended-support-off", DATABASE, DATABASE_CLUSTER)
def extended_support_off(database: Resource, _config: Config) -> Iterator[Finding]:
    """RDS switches it on unless told otherwise, and charges by the hour once a version is out of support."""
    seen = database.text("engineLifecycleSupport", default="open-source-rds-extended-support")
    if seen is UNKNOWN:
        yield database.undecided("engineLifecycleSupport is not known yet")
    elif not seen.endswith("-disabled"):
        yield database.fails(
            "engineLifecycleSupport is on (the default)"
            if database.get("engineLifecycleSupport") is None
            else "engineLifecycleSupport is on",
            fix='engine_lifecycle_support="open-source-rds-extended-support-disabled"',
        )
