"""Databases in operation: logs, monitoring, events."""

from collections.abc import Iterator, Mapping
from typing import Final

from policy import values
from policy.control import HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.database import is_first_serverless, is_replica
from policy.rules.database_access import spans_zones_itself
from policy.rules.database_tls import engine_of, is_on, parameter_findings
from policy.topology import DATABASE, DATABASE_CLUSTER, DATABASE_INSTANCE
from policy.values import UNKNOWN

EVENTS: Final = "aws:rds/eventSubscription:EventSubscription"


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


@resource_rule(
    Control(
        name="database-enhanced-monitoring",
        title="Enhanced Monitoring is on",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="CloudWatch sees the hypervisor; memory and processes only show from inside.",
        remediation="aws.rds.Instance(..., monitoring_interval=60, monitoring_role_arn=role.arn)",
        url=HUB + "rds-controls.html#rds-6",
        fsbp=("RDS.6",),
        nist=("CA-7", "SI-2"),
        checkov=("CKV_AWS_118",),
        prowler=("rds_instance_enhanced_monitoring_enabled",),
        cdk_nag=("RDSEnhancedMonitoringEnabled",),
    ),
    DATABASE,
    DATABASE_INSTANCE,
    DATABASE_CLUSTER,
)
def enhanced_monitoring(database: Resource, _config: Config) -> Iterator[Finding]:
    """The operating system's own figures, at an interval that RDS knows. An Aurora cluster's instances have their own."""
    if database.type == DATABASE_CLUSTER and not spans_zones_itself(database):
        return
    seen = database.number("monitoringInterval")
    if seen is UNKNOWN:
        yield database.unknown("monitoringInterval is not known yet")
    elif seen not in _INTERVALS or not database.has("monitoringRoleArn"):
        what = f"monitoringInterval is {values.show(seen)} and monitoringRoleArn is "
        what += "set" if database.has("monitoringRoleArn") else "not set"
        yield database.fails(
            f"{what}, wanted 1 to 60 and a role", fix="monitoring_interval=60, monitoring_role_arn=role.arn"
        )


@resource_rule(
    Control(
        name="database-logs-exported",
        title="The database's logs go to CloudWatch",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="After a failure or a break-in the instance's own files are gone or out of reach.",
        remediation='aws.rds.Instance(..., enabled_cloudwatch_logs_exports=["postgresql", "upgrade"])',
        url=HUB + "rds-controls.html#rds-9",
        fsbp=("RDS.9", "RDS.36", "RDS.37", "RDS.42"),
        nist=("AU-2", "AU-12"),
        checkov=("CKV_AWS_129", "CKV_AWS_324"),
        prowler=("rds_instance_integration_cloudwatch_logs", "rds_cluster_integration_cloudwatch_logs"),
        cdk_nag=("RDSLoggingEnabled", "RDS16"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def logs_exported(database: Resource, _config: Config) -> Iterator[Finding]:
    """Errors and slow statements leave the instance; what a replica's engine is, its source says."""
    if is_first_serverless(database):
        return
    engine = database.text("engine")
    exported = database.get("enabledCloudwatchLogsExports")
    if engine is UNKNOWN or values.has_unknown(exported):
        yield database.unknown("engine or enabledCloudwatchLogsExports are not known yet")
        return
    wanted = _LOGS.get(engine, _LOGS.get(engine.partition("-")[0], ()))
    missing = [log for log in wanted if log not in values.items(exported)]
    if missing:
        fix = f"enabled_cloudwatch_logs_exports={list(wanted)}"
        yield database.fails(f"enabledCloudwatchLogsExports lacks {', '.join(missing)}", fix=fix)


@stack_rule(
    Control(
        name="database-audit-logged",
        title="Aurora MySQL writes an audit log",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Without it nobody can tell who read or changed what.",
        remediation='aws.rds.ClusterParameterGroup(..., parameters=[{"name": "server_audit_logging", "value": "1"}]), '
        'enabled_cloudwatch_logs_exports=["audit", ...] on the cluster',
        url=HUB + "rds-controls.html#rds-45",
        fsbp=("RDS.45", "RDS.34"),
        nist=("AU-2", "AU-12"),
        checkov=("CKV_AWS_325",),
        cdk_nag=("AuroraMySQLLogging",),
    ),
    DATABASE_CLUSTER,
)
def audit_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Aurora MySQL writes who did what only if its parameter group says so, and the log is worth what is exported."""
    for cluster in graph.of(DATABASE_CLUSTER):
        engine = engine_of(graph, cluster)
        if engine is UNKNOWN:
            yield cluster.unknown("engine is not known yet")
        elif engine == "aurora-mysql":
            yield from parameter_findings(graph, cluster, "server_audit_logging", holds=is_on, wanted="1")
            exported = values.items(cluster.get("enabledCloudwatchLogsExports"))
            yield from cluster.must_hold(
                "audit" in exported or (UNKNOWN if UNKNOWN in exported else False),
                "enabledCloudwatchLogsExports lacks audit",
                about="enabledCloudwatchLogsExports",
                fix='enabled_cloudwatch_logs_exports=["audit", "error", "slowquery"]',
            )


@stack_rule(
    Control(
        name="database-queries-logged",
        title="PostgreSQL logs slow statements",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="The log then names the statement that holds everything up; it may also hold data.",
        remediation='aws.rds.ParameterGroup(..., parameters=[{"name": "log_min_duration_statement", "value": "1000"}])',
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.html",
        nist=("AU-2",),
        checkov=("CKV2_AWS_30", "CKV2_AWS_27"),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
def queries_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Which statements PostgreSQL writes down; -1 is the default and means none."""
    for database in graph.of(DATABASE, DATABASE_CLUSTER):
        engine = engine_of(graph, database)
        if engine is UNKNOWN:
            yield database.unknown("engine is not known yet")
        elif "postgres" in engine and not is_replica(database):
            name = "log_min_duration_statement"
            yield from parameter_findings(graph, database, name, holds=lambda value: value != "-1", wanted="1000")


@stack_rule(
    Control(
        name="database-events-subscribed",
        title="Somebody is told of the database's events",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="RDS announces failures, failovers and maintenance to nobody by itself; alarms on metrics see most of it later.",
        remediation='aws.rds.EventSubscription(sns_topic=topic.arn, source_type="db-instance")',
        url=HUB + "rds-controls.html#rds-19",
        fsbp=("RDS.19", "RDS.20", "RDS.21", "RDS.22"),
        nist=("CA-7", "SI-2"),
        prowler=(
            "rds_instance_critical_event_subscription",
            "rds_cluster_critical_event_subscription",
            "rds_instance_event_subscription_parameter_groups",
            "rds_instance_event_subscription_security_groups",
        ),
    ),
    DATABASE,
    DATABASE_CLUSTER,
)
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


@resource_rule(
    Control(
        name="database-insights-on",
        title="Database Insights is on, under a key of one's own",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="It says which statement the time goes to, and its samples hold statements.",
        remediation="aws.rds.Instance(..., performance_insights_enabled=True, performance_insights_kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.html",
        nist=("CA-7",),
        checkov=("CKV_AWS_353", "CKV_AWS_354"),
    ),
    DATABASE,
    DATABASE_INSTANCE,
    DATABASE_CLUSTER,
)
def insights_on(database: Resource, _config: Config) -> Iterator[Finding]:
    """Database Insights (once Performance Insights), under a key of one's own. An Aurora cluster's instances have their own."""
    if database.type == DATABASE_CLUSTER and not spans_zones_itself(database):
        return
    fix = "performance_insights_enabled=True, performance_insights_kms_key_id=key.arn"
    findings = list(database.must_be("performanceInsightsEnabled", wanted=True, fix=fix))
    if not any(finding.verdict is Verdict.FAIL for finding in findings):
        findings += database.must_be_set("performanceInsightsKmsKeyId", fix="performance_insights_kms_key_id=key.arn")
    yield from findings
