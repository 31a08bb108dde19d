from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

INSTANCE, CLUSTER, MEMBER = "rds/instance:Instance", "rds/cluster:Cluster", "rds/clusterInstance:ClusterInstance"

SNAPSHOT, GROUP = "rds/snapshot:Snapshot", "rds/clusterParameterGroup:ClusterParameterGroup"

EVENTS, SELECTION = "rds/eventSubscription:EventSubscription", "backup/selection:Selection"


def instance(**props: Any) -> Sample:
    return res(INSTANCE, "db", **{"engine": "postgres", **props})


def cluster(**props: Any) -> Sample:
    return res(CLUSTER, "c", **{"engine": "aurora-mysql", **props})


CASES: list[Case] = [
    Case("database-enhanced-monitoring", "pass", [instance(monitoringInterval=60, monitoringRoleArn=UNKNOWN)]),
    Case(
        "database-enhanced-monitoring", "fail", [instance()], "monitoringInterval is 0 and monitoringRoleArn is not set"
    ),
    Case(
        "database-enhanced-monitoring",
        "fail",
        [res(MEMBER, "one", monitoringInterval=60)],
        "monitoringInterval is 60 and monitoringRoleArn is not set, wanted 1 to 60 and a role",
    ),
    Case("database-enhanced-monitoring", "pass", [cluster()]),
    Case(
        "database-enhanced-monitoring",
        "fail",
        [cluster(dbClusterInstanceClass="db.m6gd.large")],
        "monitoringInterval is 0 and monitoringRoleArn is not set, wanted 1 to 60 and a role",
    ),
    Case("database-insights-on", "pass", [cluster()]),
    Case(
        "database-insights-on",
        "fail",
        [cluster(dbClusterInstanceClass="db.m6gd.large")],
        "performanceInsightsEnabled is false (the default), wanted true",
    ),
    Case("database-enhanced-monitoring", "unknown", [instance(monitoringInterval=UNKNOWN, monitoringRoleArn="role")]),
    Case("database-logs-exported", "pass", [instance(enabledCloudwatchLogsExports=["postgresql", "upgrade"])]),
    Case("database-logs-exported", "pass", [instance(engine="db2-se")]),
    Case("database-logs-exported", "pass", [instance(engine="oracle-ee", enabledCloudwatchLogsExports=["alert"])]),
    Case("database-logs-exported", "fail", [instance(engine="sqlserver-se")], "lacks error"),
    Case("database-logs-exported", "pass", [res(INSTANCE, "copy", replicateSourceDb="db-1")]),
    Case("database-logs-exported", "fail", [instance()], "enabledCloudwatchLogsExports lacks postgresql"),
    Case("database-logs-exported", "fail", [cluster(enabledCloudwatchLogsExports=["error"])], "lacks slowquery"),
    Case("database-logs-exported", "unknown", [instance(enabledCloudwatchLogsExports=[UNKNOWN])]),
    Case("database-logs-exported", "unknown", [instance(engine=UNKNOWN)]),
    Case(
        "database-audit-logged",
        "pass",
        [
            res(GROUP, "pg", parameters=[{"name": "server_audit_logging", "value": "1"}]),
            cluster(dbClusterParameterGroupName=Ref("pg"), enabledCloudwatchLogsExports=["audit"]),
        ],
    ),
    Case(
        "database-audit-logged",
        "fail",
        [
            res(GROUP, "pg", parameters=[{"name": "server_audit_logging", "value": 1}]),
            cluster(dbClusterParameterGroupName=Ref("pg"), enabledCloudwatchLogsExports=["error"]),
        ],
        "enabledCloudwatchLogsExports lacks audit",
    ),
    Case(
        "database-audit-logged",
        "unknown",
        [
            res(GROUP, "pg", parameters=[{"name": "server_audit_logging", "value": "1"}]),
            cluster(dbClusterParameterGroupName=Ref("pg"), enabledCloudwatchLogsExports=[UNKNOWN]),
        ],
    ),
    Case(
        "database-audit-logged",
        "fail",
        [cluster(dbClusterParameterGroupName="default.aurora-mysql8.0")],
        "dbClusterParameterGroupName is a group of RDS, so server_audit_logging has the engine's default",
    ),
    Case("database-audit-logged", "pass", [cluster(engine="aurora-postgresql")]),
    Case("database-audit-logged", "fail", [cluster()], "dbClusterParameterGroupName is not set"),
    Case(
        "database-audit-logged",
        "fail",
        [res(GROUP, "pg", parameters=[]), cluster(dbClusterParameterGroupName=Ref("pg"))],
        "server_audit_logging is not set in ClusterParameterGroup pg",
    ),
    Case("database-audit-logged", "unknown", [cluster(engine=UNKNOWN)]),
    Case(
        "database-queries-logged",
        "pass",
        [
            res(
                "rds/parameterGroup:ParameterGroup",
                "pg",
                parameters=[{"name": "log_min_duration_statement", "value": "1000"}],
            ),
            instance(parameterGroupName=Ref("pg")),
        ],
    ),
    Case(
        "database-queries-logged",
        "fail",
        [
            res(
                "rds/parameterGroup:ParameterGroup",
                "pg",
                parameters=[{"name": "log_min_duration_statement", "value": "-1"}],
            ),
            instance(parameterGroupName=Ref("pg")),
        ],
        "log_min_duration_statement is -1",
    ),
    Case("database-queries-logged", "pass", [cluster()]),
    Case("database-queries-logged", "fail", [instance()], "parameterGroupName is not set"),
    Case("database-queries-logged", "unknown", [instance(engine=UNKNOWN)]),
    Case(
        "database-events-subscribed",
        "pass",
        [
            instance(),
            res(EVENTS, "databases", sourceType="db-instance", sourceIds=[Ref("db")]),
            res(EVENTS, "parameters", sourceType="db-parameter-group", eventCategories=["configuration change"]),
            res(EVENTS, "groups", sourceType="db-security-group"),
        ],
    ),
    Case(
        "database-events-subscribed",
        "fail",
        [instance(), res(EVENTS, "events", sourceType="db-instance")],
        "all that matters of db-parameter-group, db-security-group",
    ),
    Case(
        "database-events-subscribed",
        "fail",
        [
            instance(),
            res(EVENTS, "all", enabled=False),
            res(EVENTS, "databases", sourceType="db-instance", eventCategories=["failure", "maintenance"]),
            res(EVENTS, "parameters", sourceType="db-parameter-group"),
            res(EVENTS, "groups", sourceType="db-security-group"),
        ],
        "all that matters of db-instance",
    ),
    Case(
        "database-events-subscribed",
        "unknown",
        [instance(), res(EVENTS, "events", eventCategories=UNKNOWN)],
    ),
    Case("database-events-subscribed", "pass", [cluster(), res(EVENTS, "events", snsTopic="topic")]),
    Case(
        "database-events-subscribed",
        "fail",
        [instance()],
        "no EventSubscription of this stack is about all that matters of db-instance",
    ),
    Case(
        "database-events-subscribed",
        "fail",
        [cluster(), res(EVENTS, "events", sourceType="db-instance")],
        "no EventSubscription of this stack is about all that matters of db-cluster, db-parameter-group, db-security-group",
    ),
    Case(
        "database-events-subscribed",
        "fail",
        [instance(), res(EVENTS, "events", enabled=False)],
        "no EventSubscription of this stack is about all that matters of db-instance, db-parameter-group, db-security-group",
    ),
    Case("database-events-subscribed", "unknown", [instance(), res(EVENTS, "events", sourceType=UNKNOWN)]),
    Case(
        "database-insights-on", "pass", [instance(performanceInsightsEnabled=True, performanceInsightsKmsKeyId=UNKNOWN)]
    ),
    Case("database-insights-on", "fail", [instance()], "performanceInsightsEnabled is false"),
    Case(
        "database-insights-on",
        "fail",
        [res(MEMBER, "one", performanceInsightsEnabled=True)],
        "performanceInsightsKmsKeyId is not",
    ),
    Case(
        "database-insights-on",
        "unknown",
        [instance(performanceInsightsEnabled=UNKNOWN, performanceInsightsKmsKeyId="k")],
    ),
]
