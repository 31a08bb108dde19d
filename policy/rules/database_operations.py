"""Databases in operation: keys, logs, monitoring, upgrades, who signs in."""

from collections.abc import Iterator, Mapping
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.database import (
    CLUSTER_INSTANCE,
    is_on,
    is_replica,
    is_restored,
    parameter_findings,
    spans_zones_itself,
)
from policy.rules.documents import matches
from policy.rules.tags import given_tags
from policy.topology import (
    CACHE,
    CACHE_NODE,
    DATABASE,
    DATABASE_CLUSTER,
    DEFAULT_GROUP,
    GROUP,
    GROUP_USERS,
    ingresses,
)
from policy.values import UNKNOWN, Unknown

PROXY: Final = "aws:rds/proxy:Proxy"
EVENTS: Final = "aws:rds/eventSubscription:EventSubscription"
SELECTION: Final = "aws:backup/selection:Selection"

_SNAPSHOTS: Final = (
    "aws:rds/snapshot:Snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
)
_CONFIGURATION: Final = ("db-parameter-group", "db-security-group")
_CRITICAL: Final[Mapping[str, tuple[str, ...]]] = {
    "db-cluster": ("failure", "maintenance"),
    "db-instance": ("configuration change", "failure", "maintenance"),
    "db-parameter-group": ("configuration change",),
    "db-security-group": ("configuration change", "failure"),
}
"""The categories of events that matter, by source. AWS Security Hub, RDS.19 to RDS.22."""

_INTERVALS: Final = (1, 5, 10, 15, 30, 60)
_LOGS: Final[Mapping[str, tuple[str, ...]]] = {
    "postgres": ("postgresql",),
    "aurora-postgresql": ("postgresql",),
    "mysql": ("error", "slowquery"),
    "mariadb": ("error", "slowquery"),
    "aurora-mysql": ("error", "slowquery"),
    "sqlserver": ("error",),
    "oracle": ("alert",),
}
"""What each engine must export: its errors and slow statements. Audit logs have a control of their own."""

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

_AUTHORITIES: Final = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
_OLDEST: Final[dict[str, values.Value]] = {
    "postgres": "14",
    "aurora-postgresql": "14",
    "aurora-mysql": "8.0.mysql_aurora.3",
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


@resource_rule("database-enhanced-monitoring", DATABASE, CLUSTER_INSTANCE, DATABASE_CLUSTER)
def enhanced_monitoring(database: Resource, _config: Config) -> Iterator[Finding]:
    """The operating system's own figures, at an interval that RDS knows. An Aurora cluster's instances have their own."""
    if database.type == DATABASE_CLUSTER and not spans_zones_itself(database):
        return
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
    wanted = _LOGS.get(engine, _LOGS.get(engine.partition("-")[0], ()))
    missing = [log for log in wanted if log not in values.items(exported)]
    if missing:
        fix = f"enabled_cloudwatch_logs_exports={list(wanted)}"
        yield database.fails(f"enabledCloudwatchLogsExports lacks {', '.join(missing)}", fix=fix)


@stack_rule("database-audit-logged", DATABASE_CLUSTER)
def audit_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Aurora MySQL writes who did what only if its parameter group says so, and the log is worth what is exported."""
    for cluster in graph.of(DATABASE_CLUSTER):
        engine = cluster.text("engine")
        if engine is UNKNOWN:
            yield cluster.undecided("engine is not known yet")
        elif engine == "aurora-mysql":
            yield from parameter_findings(graph, cluster, "server_audit_logging", holds=is_on, wanted="1")
            exported = values.items(cluster.get("enabledCloudwatchLogsExports"))
            yield from cluster.must_hold(
                "audit" in exported or (UNKNOWN if UNKNOWN in exported else False),
                "enabledCloudwatchLogsExports lacks audit",
                about="enabledCloudwatchLogsExports",
                fix='enabled_cloudwatch_logs_exports=["audit", "error", "slowquery"]',
            )


@stack_rule("database-queries-logged", DATABASE, DATABASE_CLUSTER)
def queries_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Which statements PostgreSQL writes down; -1 is the default and means none."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        engine = database.text("engine")
        if engine is UNKNOWN:
            yield database.undecided("engine is not known yet")
        elif "postgres" in engine and not is_replica(database):
            name = "log_min_duration_statement"
            yield from parameter_findings(graph, database, name, holds=lambda value: value != "-1", wanted="1000")


@resource_rule("database-iam-authentication", DATABASE, DATABASE_CLUSTER)
def iam_authentication(database: Resource, _config: Config) -> Iterator[Finding]:
    """Short-lived tokens instead of passwords. Oracle, SQL Server and Db2 know none."""
    engine = database.text("engine")
    if engine is not UNKNOWN and engine.startswith(_WITHOUT_TOKENS):
        return
    if (engine is UNKNOWN or engine == "") and database.flag("iamDatabaseAuthenticationEnabled") is not True:
        yield database.undecided("engine is not known yet")
        return
    fix = "iam_database_authentication_enabled=True"
    yield from database.must_be("iamDatabaseAuthenticationEnabled", wanted=True, fix=fix)


@resource_rule("database-minor-upgrades-automatic", DATABASE, CLUSTER_INSTANCE, DATABASE_CLUSTER)
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
    """Somebody hears of failures and maintenance, and of changes to what configures and guards the database."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        sources = ("db-instance" if database.type == DATABASE else "db-cluster", *_CONFIGURATION)
        heard = {
            source: values.some(_hears(graph, event, source, database) for event in graph.of(EVENTS))
            for source in sources
        }
        missing = [source for source, answer in heard.items() if answer is False]
        yield from database.must_hold(
            False if missing else values.every(heard.values()),
            f"no EventSubscription of this stack is about all that matters of {', '.join(missing)}",
            about="what the stack's EventSubscriptions are about",
            fix=f'aws.rds.EventSubscription(sns_topic=topic.arn, source_type="{(missing or sources)[0]}")',
        )


def _hears(graph: Graph, event: Resource, source: str, database: Resource) -> values.Answer:
    """Whether a subscription tells of the critical events of a kind of source; one without a kind tells of every kind."""
    categories = values.items(event.get("eventCategories"))
    all_of_them = not categories or set(_CRITICAL[source]) <= {item for item in categories if isinstance(item, str)}
    kind = event.text("sourceType")
    return values.every(
        [
            event.flag("enabled", default=True),
            kind if kind is UNKNOWN else kind in ("", source),
            all_of_them or (UNKNOWN if UNKNOWN in categories else False),
            source in _CONFIGURATION or _is_source(graph, event, database),
        ]
    )


def _is_source(graph: Graph, event: Resource, database: Resource) -> values.Answer:
    if not event.has("sourceIds"):
        return True
    named = graph.refers(event, "sourceIds", DATABASE, DATABASE_CLUSTER)
    if database in named.found:
        return True if named.exact else UNKNOWN
    return UNKNOWN if named.foreign else False


@resource_rule("database-port-not-default", DATABASE, DATABASE_CLUSTER)
def port_not_default(database: Resource, _config: Config) -> Iterator[Finding]:
    """Scanners knock at the default ports first."""
    engine = database.text("engine")
    if engine is UNKNOWN or database.get("port") is UNKNOWN:
        yield database.undecided("engine or port is not known yet")
        return
    usual = _PORTS.get(engine, _PORTS.get(engine.partition("-")[0]))
    if usual is not None and database.number("port", default=usual) == usual:
        yield database.fails(f"port is {usual}, the engine's default", fix="port=<another port>")


@stack_rule("data-stores-open-own-port-only", DATABASE, DATABASE_CLUSTER, CACHE, CACHE_NODE)
def open_own_port_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Whoever may come in, comes in at one port."""
    for store in graph.of(DATABASE, DATABASE_CLUSTER, CACHE, CACHE_NODE):
        groups = graph.refers(store.written, GROUP_USERS[store.type][0], GROUP, DEFAULT_GROUP)
        port = _port(store)
        if port is None:
            continue
        if not groups.certain:
            yield store.undecided("which groups guard it cannot be told from this stack")
        for way in ingresses(graph):
            meant = [group for group in groups.found if group in way.groups.found]
            if groups.found and not way.groups.found and way.resource.get("securityGroupId") is UNKNOWN:
                yield store.undecided(f"it is not known yet which group {way.resource.label} opens")
            if not meant or way.protocol in ("icmp", "icmpv6"):
                continue
            if port is UNKNOWN or way.ports is UNKNOWN or not (groups.exact and way.groups.exact):
                yield store.undecided("which ports its groups open is not known yet")
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


@resource_rule("database-user-name-own", DATABASE, DATABASE_CLUSTER)
def user_name_own(database: Resource, _config: Config) -> Iterator[Finding]:
    """The first half of a login is then not known to everybody."""
    path = "masterUsername" if database.type == DATABASE_CLUSTER else "username"
    name = database.text(path)
    if name is UNKNOWN:
        yield database.undecided(f"{path} is not known yet")
    elif name.lower() in _USER_NAMES:
        argument = "master_username" if database.type == DATABASE_CLUSTER else "username"
        yield database.fails(
            f"{path} is {name.lower()}, a name that everybody tries", fix=f'{argument}="<a name of its own>"'
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
    """Whether a selection chooses a database; conditions and exceptions may leave it out again."""
    named = graph.refers(selection, "resources", DATABASE, DATABASE_CLUSTER)
    answers: list[values.Answer] = [
        _carries(database, wanted) for wanted in values.items(selection.get("selectionTags"))
    ]
    answers += [_names(item, database) for item in values.strings(selection.get("resources"))]
    if database in named.found:
        answers.append(True if named.exact else UNKNOWN)
    elif values.has_unknown(selection.get("resources")) and named.foreign:
        answers.append(UNKNOWN)
    chosen = values.some(answers)
    limited = any(selection.written.has(name) for name in ("conditions", "notResources"))
    return UNKNOWN if chosen is True and limited else chosen


def _names(pattern: str, database: Resource) -> values.Answer:
    """Whether an ARN, in which ``*`` may stand, covers a database, whose own ARN may not be known yet."""
    arn = database.get("arn")
    kind = "db" if database.type == DATABASE else "cluster"
    if isinstance(arn, str) and arn.startswith("arn:"):
        return matches(pattern, arn)
    return matches(pattern, f"arn:aws:rds:-:-:{kind}:-") or UNKNOWN


def _carries(database: Resource, wanted: values.Value) -> values.Answer:
    key, value, tags = values.at(wanted, "key"), values.at(wanted, "value"), given_tags(database)
    if UNKNOWN in (key, value):
        return UNKNOWN
    seen = tags if tags is UNKNOWN else tags.get(str(key))
    return UNKNOWN if seen is UNKNOWN else seen is not None and seen == value


@resource_rule("database-proxy-tls", PROXY)
def proxy_tls(proxy: Resource, _config: Config) -> Iterator[Finding]:
    """The way to the proxy is as open to listeners as the way to the database."""
    yield from proxy.must_be("requireTls", wanted=True, fix="require_tls=True")


@resource_rule("database-insights-on", DATABASE, CLUSTER_INSTANCE, DATABASE_CLUSTER)
def insights_on(database: Resource, _config: Config) -> Iterator[Finding]:
    """Performance Insights, under a key of one's own. An Aurora cluster's instances have their own."""
    if database.type == DATABASE_CLUSTER and not spans_zones_itself(database):
        return
    fix = "performance_insights_enabled=True, performance_insights_kms_key_id=key.arn"
    findings = list(database.must_be("performanceInsightsEnabled", wanted=True, fix=fix))
    if not any(finding.verdict is Verdict.FAIL for finding in findings):
        findings += database.must_be_set("performanceInsightsKmsKeyId", fix="performance_insights_kms_key_id=key.arn")
    yield from findings


@resource_rule("database-authority-current", DATABASE, CLUSTER_INSTANCE, DATABASE_CLUSTER)
def authority_current(database: Resource, _config: Config) -> Iterator[Finding]:
    """Absent means RDS's present default. Certificates of older authorities have expired."""
    path, argument = ("caCertIdentifier", "ca_cert_identifier")
    if database.type == DATABASE_CLUSTER:
        path, argument = ("caCertificateIdentifier", "ca_certificate_identifier")
    seen = database.text(path)
    if seen is UNKNOWN:
        yield database.undecided(f"{path} is not known yet")
    elif seen and seen not in _AUTHORITIES:
        shown = values.show(seen, r"rds-ca-[a-z0-9-]{1,20}")
        yield database.fails(
            f"{path} is {shown}, wanted {_AUTHORITIES[0]} or newer",
            fix=f'{argument}="{_AUTHORITIES[0]}"',
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
