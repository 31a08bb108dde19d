from typing import Any

from tests.policy.deployed import SSH
from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res

DB, CLUSTER, MEMBER = "rds/instance:Instance", "rds/cluster:Cluster", "rds/clusterInstance:ClusterInstance"
SNAPSHOT, GROUP = "rds/snapshot:Snapshot", "rds/clusterParameterGroup:ClusterParameterGroup"
FIREWALL = "ec2/securityGroup:SecurityGroup"
EVENTS, SELECTION = "rds/eventSubscription:EventSubscription", "backup/selection:Selection"


def db(**props: Any) -> Sample:
    return res(DB, "db", **{"engine": "postgres", **props})


def cluster(**props: Any) -> Sample:
    return res(CLUSTER, "c", **{"engine": "aurora-mysql", **props})


def member(name: str, of: object = None) -> Sample:
    return res(MEMBER, name, clusterIdentifier=of or Ref("c"))


def selection(**props: Any) -> Sample:
    return res(SELECTION, "selection", **props)


def opened(low: object, high: object, *, protocol: str = "tcp", **props: Any) -> list[Sample]:
    ports: dict[str, Any] = {name: port for name, port in (("fromPort", low), ("toPort", high)) if port is not None}
    way: dict[str, Any] = {
        "securityGroupId": Ref("g"),
        "referencedSecurityGroupId": "sg-1",
        "ipProtocol": protocol,
        **ports,
    }
    return [
        res(FIREWALL, "g"),
        res("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "way", **way),
        db(vpcSecurityGroupIds=[Ref("g")], **props),
    ]


CASES = [
    Case("database-under-own-key", "pass", [db(kmsKeyId=UNKNOWN)]),
    Case("database-under-own-key", "pass", [db(replicateSourceDb="db-1")]),
    Case("database-under-own-key", "pass", [cluster(snapshotIdentifier="snap-1")]),
    Case("database-under-own-key", "fail", [db()], "kmsKeyId is not set"),
    Case("database-under-own-key", "fail", [cluster()]),
    Case("database-master-secret-under-own-key", "pass", [db()]),
    Case(
        "database-master-secret-under-own-key",
        "pass",
        [db(manageMasterUserPassword=True, masterUserSecretKmsKeyId="k")],
    ),
    Case(
        "database-master-secret-under-own-key",
        "fail",
        [db(manageMasterUserPassword=True)],
        "masterUserSecretKmsKeyId is not",
    ),
    Case("database-master-secret-under-own-key", "undecided", [cluster(manageMasterUserPassword=UNKNOWN)]),
    Case("database-snapshots-private", "pass", [res(SNAPSHOT, "s", sharedAccounts=["123456789012"])]),
    Case("database-snapshots-private", "pass", [res("rds/snapshotCopy:SnapshotCopy", "s")]),
    Case(
        "database-snapshots-private", "fail", [res(SNAPSHOT, "s", sharedAccounts=["all"])], "sharedAccounts holds all"
    ),
    Case(
        "database-snapshots-private",
        "undecided",
        [res("rds/clusterSnapshot:ClusterSnapshot", "s", sharedAccounts=UNKNOWN)],
    ),
    Case("database-snapshots-private", "undecided", [res(SNAPSHOT, "s", sharedAccounts=["123456789012", UNKNOWN])]),
    Case("database-cluster-has-standby", "pass", [cluster(), member("one"), member("two")]),
    Case("database-cluster-has-standby", "pass", [cluster(dbClusterInstanceClass="db.m6gd.large")]),
    Case("database-cluster-has-standby", "pass", [cluster(engineMode="serverless")]),
    Case(
        "database-cluster-has-standby",
        "fail",
        [cluster(), member("one")],
        "it has 1 ClusterInstance, wanted at least 2",
    ),
    Case("database-cluster-has-standby", "fail", [cluster()], "it has 0 ClusterInstances"),
    Case("database-cluster-has-standby", "undecided", [cluster(), member("one"), member("two", of=UNKNOWN)]),
    Case("database-cluster-has-standby", "undecided", [cluster(engineMode=UNKNOWN)]),
    Case("database-enhanced-monitoring", "pass", [db(monitoringInterval=60, monitoringRoleArn=UNKNOWN)]),
    Case("database-enhanced-monitoring", "fail", [db()], "monitoringInterval is 0 and monitoringRoleArn is not set"),
    Case("database-enhanced-monitoring", "fail", [res(MEMBER, "one", monitoringInterval=60)]),
    Case("database-enhanced-monitoring", "pass", [cluster()]),
    Case("database-enhanced-monitoring", "fail", [cluster(dbClusterInstanceClass="db.m6gd.large")]),
    Case("database-insights-on", "pass", [cluster()]),
    Case("database-insights-on", "fail", [cluster(dbClusterInstanceClass="db.m6gd.large")]),
    Case("database-enhanced-monitoring", "undecided", [db(monitoringInterval=UNKNOWN, monitoringRoleArn="role")]),
    Case("database-logs-exported", "pass", [db(enabledCloudwatchLogsExports=["postgresql", "upgrade"])]),
    Case("database-logs-exported", "pass", [db(engine="db2-se")]),
    Case("database-logs-exported", "pass", [db(engine="oracle-ee", enabledCloudwatchLogsExports=["alert"])]),
    Case("database-logs-exported", "fail", [db(engine="sqlserver-se")], "lacks error"),
    Case("database-logs-exported", "pass", [res(DB, "copy", replicateSourceDb="db-1")]),
    Case("database-logs-exported", "fail", [db()], "enabledCloudwatchLogsExports lacks postgresql"),
    Case("database-logs-exported", "fail", [cluster(enabledCloudwatchLogsExports=["error"])], "lacks slowquery"),
    Case("database-logs-exported", "undecided", [db(enabledCloudwatchLogsExports=[UNKNOWN])]),
    Case("database-logs-exported", "undecided", [db(engine=UNKNOWN)]),
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
        "undecided",
        [
            res(GROUP, "pg", parameters=[{"name": "server_audit_logging", "value": "1"}]),
            cluster(dbClusterParameterGroupName=Ref("pg"), enabledCloudwatchLogsExports=[UNKNOWN]),
        ],
    ),
    Case("database-audit-logged", "fail", [cluster(dbClusterParameterGroupName="default.aurora-mysql8.0")]),
    Case("database-audit-logged", "pass", [cluster(engine="aurora-postgresql")]),
    Case("database-audit-logged", "fail", [cluster()], "dbClusterParameterGroupName is not set"),
    Case(
        "database-audit-logged",
        "fail",
        [res(GROUP, "pg", parameters=[]), cluster(dbClusterParameterGroupName=Ref("pg"))],
        "server_audit_logging is not set in ClusterParameterGroup pg",
    ),
    Case("database-audit-logged", "undecided", [cluster(engine=UNKNOWN)]),
    Case(
        "database-queries-logged",
        "pass",
        [
            res(
                "rds/parameterGroup:ParameterGroup",
                "pg",
                parameters=[{"name": "log_min_duration_statement", "value": "1000"}],
            ),
            db(parameterGroupName=Ref("pg")),
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
            db(parameterGroupName=Ref("pg")),
        ],
        "log_min_duration_statement is -1",
    ),
    Case("database-queries-logged", "pass", [cluster()]),
    Case("database-queries-logged", "fail", [db()], "parameterGroupName is not set"),
    Case("database-queries-logged", "undecided", [db(engine=UNKNOWN)]),
    Case("database-iam-authentication", "pass", [db(iamDatabaseAuthenticationEnabled=True)]),
    Case("database-iam-authentication", "fail", [cluster()], "iamDatabaseAuthenticationEnabled is false (the default)"),
    Case("database-iam-authentication", "undecided", [db(iamDatabaseAuthenticationEnabled=UNKNOWN)]),
    Case("database-iam-authentication", "pass", [db(engine="sqlserver-ex")]),
    Case("database-iam-authentication", "pass", [db(engine="oracle-se2", iamDatabaseAuthenticationEnabled=False)]),
    Case("database-iam-authentication", "undecided", [db(engine=UNKNOWN)]),
    Case("database-iam-authentication", "pass", [db(engine=UNKNOWN, iamDatabaseAuthenticationEnabled=True)]),
    Case("database-iam-authentication", "undecided", [res(DB, "copy", replicateSourceDb="db-1")]),
    Case("database-minor-upgrades-automatic", "pass", [cluster()]),
    Case("database-minor-upgrades-automatic", "fail", [cluster(autoMinorVersionUpgrade=False)]),
    Case("database-minor-upgrades-automatic", "pass", [db()]),
    Case(
        "database-minor-upgrades-automatic",
        "fail",
        [db(autoMinorVersionUpgrade=False)],
        "autoMinorVersionUpgrade is false",
    ),
    Case("database-minor-upgrades-automatic", "undecided", [res(MEMBER, "one", autoMinorVersionUpgrade=UNKNOWN)]),
    Case("database-backtrack", "pass", [cluster(backtrackWindow=86400)]),
    Case("database-backtrack", "pass", [cluster(engine="aurora-postgresql")]),
    Case("database-backtrack", "fail", [cluster()], "backtrackWindow is 0"),
    Case("database-backtrack", "undecided", [cluster(engine=UNKNOWN)]),
    Case("database-tags-copied-to-snapshots", "pass", [db(copyTagsToSnapshot=True)]),
    Case("database-tags-copied-to-snapshots", "fail", [cluster()], "copyTagsToSnapshot is false (the default)"),
    Case("database-tags-copied-to-snapshots", "undecided", [db(copyTagsToSnapshot=UNKNOWN)]),
    Case("database-groups-chosen", "pass", [db(vpcSecurityGroupIds=[UNKNOWN])]),
    Case("database-groups-chosen", "fail", [db()], "vpcSecurityGroupIds is not set"),
    Case("database-groups-chosen", "fail", [cluster()]),
    Case(
        "database-events-subscribed",
        "pass",
        [
            db(),
            res(EVENTS, "databases", sourceType="db-instance", sourceIds=[Ref("db")]),
            res(EVENTS, "parameters", sourceType="db-parameter-group", eventCategories=["configuration change"]),
            res(EVENTS, "groups", sourceType="db-security-group"),
        ],
    ),
    Case(
        "database-events-subscribed",
        "fail",
        [db(), res(EVENTS, "events", sourceType="db-instance")],
        "all that matters of db-parameter-group, db-security-group",
    ),
    Case(
        "database-events-subscribed",
        "fail",
        [
            db(),
            res(EVENTS, "all", enabled=False),
            res(EVENTS, "databases", sourceType="db-instance", eventCategories=["failure", "maintenance"]),
            res(EVENTS, "parameters", sourceType="db-parameter-group"),
            res(EVENTS, "groups", sourceType="db-security-group"),
        ],
        "all that matters of db-instance",
    ),
    Case(
        "database-events-subscribed",
        "undecided",
        [db(), res(EVENTS, "events", eventCategories=UNKNOWN)],
    ),
    Case("database-events-subscribed", "pass", [cluster(), res(EVENTS, "events", snsTopic="topic")]),
    Case(
        "database-events-subscribed",
        "fail",
        [db()],
        "no EventSubscription of this stack is about all that matters of db-instance",
    ),
    Case("database-events-subscribed", "fail", [cluster(), res(EVENTS, "events", sourceType="db-instance")]),
    Case("database-events-subscribed", "fail", [db(), res(EVENTS, "events", enabled=False)]),
    Case("database-events-subscribed", "undecided", [db(), res(EVENTS, "events", sourceType=UNKNOWN)]),
    Case("database-port-not-default", "pass", [db(port=15432)]),
    Case("database-port-not-default", "pass", [db(engine="oracle-ee", port=2484)]),
    Case("database-port-not-default", "fail", [db(engine="sqlserver-web")], "port is 1433"),
    Case("database-port-not-default", "fail", [db()], "port is 5432, the engine's default"),
    Case("database-port-not-default", "fail", [cluster(port=3306)]),
    Case("database-port-not-default", "undecided", [db(port=UNKNOWN)]),
    Case("data-stores-open-own-port-only", "pass", opened(5432, 5432)),
    Case("data-stores-open-own-port-only", "pass", [db()]),
    Case("data-stores-open-own-port-only", "pass", opened(6543, 6543, port=6543)),
    Case(
        "data-stores-open-own-port-only", "fail", opened(0, 65535), "opens ports 0 to 65535 (SecurityGroupIngressRule"
    ),
    Case("data-stores-open-own-port-only", "fail", opened(22, 22), "opens port 22"),
    Case("data-stores-open-own-port-only", "fail", opened(None, None, protocol="-1"), "wanted 5432 only"),
    Case("data-stores-open-own-port-only", "undecided", opened(UNKNOWN, 5432)),
    Case("data-stores-open-own-port-only", "undecided", [db(vpcSecurityGroupIds=UNKNOWN)]),
    Case("data-stores-open-own-port-only", "undecided", opened(5432, 5432, port=UNKNOWN)),
    Case(
        "data-stores-open-own-port-only",
        "fail",
        [
            res(
                FIREWALL, "g", ingress=[{"fromPort": 0, "toPort": 6379, "protocol": "tcp", "securityGroups": ["sg-1"]}]
            ),
            res("elasticache/replicationGroup:ReplicationGroup", "redis", securityGroupIds=[Ref("g")]),
        ],
        "SecurityGroup g opens ports 0 to 6379",
    ),
    Case("database-user-name-own", "pass", [db(username="shop_admin")]),
    Case("database-user-name-own", "pass", [res(DB, "copy", replicateSourceDb="db-1")]),
    Case(
        "database-user-name-own", "fail", [db(username="Postgres")], "username is postgres, a name that everybody tries"
    ),
    Case("database-user-name-own", "fail", [cluster(masterUsername="admin")], "masterUsername is admin"),
    Case("database-user-name-own", "fail", [cluster(masterUsername="admin")], 'master_username="<a name'),
    Case("database-user-name-own", "fail", [db(username="admin")], ' username="<a name'),
    Case("database-user-name-own", "undecided", [db(username=UNKNOWN)]),
    Case("database-in-backup-plan", "pass", [db(), selection(resources=[Ref("db", "arn")])]),
    Case("database-in-backup-plan", "pass", [db(), selection(resources=["*"])]),
    Case(
        "database-in-backup-plan",
        "pass",
        [
            db(tags={"backup": "daily"}),
            selection(selectionTags=[{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]),
        ],
    ),
    Case("database-in-backup-plan", "pass", [db(replicateSourceDb="db-1")]),
    Case("database-in-backup-plan", "pass", [cluster(), selection(resources=["arn:aws:rds:*:*:cluster:*"])]),
    Case(
        "database-in-backup-plan",
        "undecided",
        [db(), selection(resources=["*"], conditions=[{"stringEquals": [{"key": "k", "value": "v"}]}])],
    ),
    Case("database-in-backup-plan", "undecided", [db(), selection(resources=["*"], notResources=["arn:aws:rds:a"])]),
    Case(
        "database-in-backup-plan",
        "fail",
        [db(arn="arn:aws:rds:eu-north-1:1:db:one"), selection(resources=["arn:aws:rds:*:*:cluster:*"])],
    ),
    Case("database-in-backup-plan", "fail", [db()], "no backup Selection of this stack names it"),
    Case(
        "database-in-backup-plan",
        "fail",
        [db(tags={"backup": "none"}), selection(selectionTags=[{"key": "backup", "value": "daily"}])],
    ),
    Case(
        "database-in-backup-plan",
        "undecided",
        [db(tags=UNKNOWN), selection(selectionTags=[{"key": "a", "value": "b"}])],
    ),
    Case("database-proxy-tls", "pass", [res("rds/proxy:Proxy", "p", requireTls=True)]),
    Case("database-proxy-tls", "fail", [res("rds/proxy:Proxy", "p")], "requireTls is false (the default)"),
    Case("database-proxy-tls", "undecided", [res("rds/proxy:Proxy", "p", requireTls=UNKNOWN)]),
    Case("database-insights-on", "pass", [db(performanceInsightsEnabled=True, performanceInsightsKmsKeyId=UNKNOWN)]),
    Case("database-insights-on", "fail", [db()], "performanceInsightsEnabled is false"),
    Case(
        "database-insights-on",
        "fail",
        [res(MEMBER, "one", performanceInsightsEnabled=True)],
        "performanceInsightsKmsKeyId is not",
    ),
    Case(
        "database-insights-on", "undecided", [db(performanceInsightsEnabled=UNKNOWN, performanceInsightsKmsKeyId="k")]
    ),
    Case("database-authority-current", "pass", [db()]),
    Case("database-authority-current", "pass", [res(MEMBER, "one", caCertIdentifier="rds-ca-ecc384-g1")]),
    Case("database-authority-current", "fail", [db(caCertIdentifier="rds-ca-2019")], "caCertIdentifier is rds-ca-2019"),
    Case("database-authority-current", "fail", [cluster(caCertificateIdentifier="rds-ca-2019")], "caCertificateId"),
    Case("database-authority-current", "undecided", [db(caCertIdentifier=UNKNOWN)]),
    Case("database-version-supported", "pass", [db(engineVersion="17")]),
    Case("database-version-supported", "pass", [db(engineVersion="14.9")]),
    Case("database-version-supported", "pass", [db()]),
    Case("database-version-supported", "pass", [db(engine="oracle-ee", engineVersion="12")]),
    Case(
        "database-version-supported",
        "fail",
        [db(engineVersion="13.14")],
        "engineVersion is 13.14, out of standard support",
    ),
    Case("database-version-supported", "fail", [db(engine="mysql", engineVersion="8.0")], "wanted 8.4 or newer"),
    Case(
        "database-version-supported",
        "fail",
        [db(engineVersion="15")],
        "wanted 16",
        config={"oldest": {"postgres": "16"}},
    ),
    Case(
        "database-version-supported",
        "fail",
        [cluster(engineVersion="5.7.mysql_aurora.2.11.4")],
        "wanted 8.0.mysql_aurora.3 or newer",
    ),
    Case("database-version-supported", "pass", [cluster(engineVersion="8.0.mysql_aurora.3.08.0")]),
    Case("database-version-supported", "undecided", [db(engineVersion=UNKNOWN)]),
    Case(
        "database-extended-support-off",
        "pass",
        [db(engineLifecycleSupport="open-source-rds-extended-support-disabled")],
    ),
    Case("database-extended-support-off", "fail", [db()], "engineLifecycleSupport is on (the default)"),
    Case("database-extended-support-off", "fail", [cluster(engineLifecycleSupport="open-source-rds-extended-support")]),
    Case("database-extended-support-off", "undecided", [db(engineLifecycleSupport=UNKNOWN)]),
    Case(
        "data-stores-open-own-port-only",
        "pass",
        [res(FIREWALL, "g", computed={"ingress": [SSH]}), db(vpcSecurityGroupIds=[Ref("g")])],
    ),
    Case("data-stores-open-own-port-only", "pass", [db(computed={"vpcSecurityGroupIds": ["sg-default"]})]),
]
