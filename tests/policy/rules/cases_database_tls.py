from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.rules.cases_database_access import CLUSTER, DB, db
from tests.policy.rules.cases_database_operations import MEMBER, cluster, instance

PG = "rds/parameterGroup:ParameterGroup"


def forced(value: object) -> list[Sample]:
    parameters = [{"name": "rds.force_ssl", "value": value}]
    return [res(PG, "pg", family="postgres16", parameters=parameters), db(parameterGroupName=Ref("pg"))]


CASES: list[Case] = [
    Case("database-tls-forced", "pass", forced("1")),
    Case("database-tls-forced", "fail", forced("0"), "rds.force_ssl is 0 in ParameterGroup pg"),
    Case("database-tls-forced", "fail", [db(engineVersion="14.22")], "parameterGroupName is not set"),
    Case("database-tls-forced", "pass", [db(engineVersion="15")]),
    Case("database-tls-forced", "pass", [db(engineVersion="17.4")]),
    Case("database-tls-forced", "unknown", [db()]),
    Case("database-tls-forced", "unknown", [db(engineVersion=UNKNOWN)]),
    Case(
        "database-tls-forced",
        "fail",
        [*forced("0")[:1], db(engineVersion="17", parameterGroupName=Ref("pg"))],
        "rds.force_ssl is 0 in ParameterGroup pg, wanted 1",
    ),
    Case("database-tls-forced", "pass", forced(1)),
    Case("database-tls-forced", "pass", [res(PG, "pg", family="postgres16"), db(parameterGroupName=Ref("pg"))]),
    Case(
        "database-tls-forced",
        "fail",
        [res(PG, "pg", family="postgres14"), db(parameterGroupName=Ref("pg"))],
        "rds.force_ssl is not set in ParameterGroup pg",
    ),
    Case("database-tls-forced", "pass", [db(parameterGroupName="default.postgres16")]),
    Case("database-tls-forced", "fail", [db(parameterGroupName="default.postgres13")], "is a group of RDS"),
    Case("database-tls-forced", "pass", [res(DB, "db", engine="mariadb", engineVersion="11.8.3")]),
    Case(
        "database-tls-forced",
        "fail",
        [res(DB, "db", engine="mariadb", engineVersion="10.11")],
        "parameterGroupName is not set, so require_secure_transport has the engine's default",
    ),
    Case("database-tls-forced", "unknown", [res(DB, "db", engine="mariadb", engineVersion="11")]),
    Case(
        "database-tls-forced",
        "fail",
        [res(DB, "db", engine="mysql", engineVersion="8.4")],
        "parameterGroupName is not set, so require_secure_transport has the engine's default",
    ),
    Case(
        "database-tls-forced",
        "fail",
        [res(DB, "db", engine="sqlserver-se", engineVersion="16.00")],
        "parameterGroupName is not set, so rds.force_ssl has the engine's default",
    ),
    Case(
        "database-tls-forced",
        "fail",
        [res(CLUSTER, "c", engine="aurora-postgresql", engineVersion="16.6")],
        "dbClusterParameterGroupName is not set, so rds.force_ssl has the engine's default",
    ),
    Case("database-tls-forced", "pass", [res(CLUSTER, "c", engine="aurora-postgresql", engineVersion="17.4")]),
    Case("database-tls-forced", "pass", [res(DB, "copy", replicateSourceDb="db-1")]),
    Case(
        "database-tls-forced",
        "fail",
        [res(CLUSTER, "c", engine="aurora-mysql", replicationSourceIdentifier="arn")],
        "dbClusterParameterGroupName is not set, so require_secure_transport has the engine's default",
    ),
    Case(
        "database-tls-forced",
        "fail",
        [*forced("0")[:1], db(replicateSourceDb="db-1", parameterGroupName=Ref("pg"))],
        "rds.force_ssl is 0 in ParameterGroup pg, wanted 1",
    ),
    Case("database-tls-forced", "unknown", [res(DB, "db", snapshotIdentifier="snap-1")]),
    Case("database-tls-forced", "unknown", forced(UNKNOWN)),
    Case(
        "database-tls-forced",
        "pass",
        [
            res(PG, "my", family="mysql8.4", parameters=[{"name": "require_secure_transport", "value": "ON"}]),
            res(DB, "db", engine="mysql", parameterGroupName=Ref("my")),
        ],
    ),
    Case(
        "database-tls-forced",
        "unknown",
        [res(PG, "pg", parameters=[{"name": UNKNOWN}]), db(parameterGroupName=Ref("pg"))],
    ),
    Case("database-tls-forced", "unknown", [res(DB, "db", engine="mariadb")]),
    Case("database-tls-forced", "fail", [res(CLUSTER, "c", engine="aurora-mysql")], "dbClusterParameterGroupName"),
    Case("database-tls-forced", "pass", [res(DB, "db", engine="oracle-ee")]),
    Case("database-tls-forced", "unknown", [db(parameterGroupName="elsewhere")]),
    Case("database-proxy-tls", "pass", [res("rds/proxy:Proxy", "p", requireTls=True)]),
    Case("database-proxy-tls", "fail", [res("rds/proxy:Proxy", "p")], "requireTls is false (the default)"),
    Case("database-proxy-tls", "unknown", [res("rds/proxy:Proxy", "p", requireTls=UNKNOWN)]),
    Case("database-authority-current", "pass", [instance()]),
    Case("database-authority-current", "pass", [res(MEMBER, "one", caCertIdentifier="rds-ca-ecc384-g1")]),
    Case(
        "database-authority-current",
        "fail",
        [instance(caCertIdentifier="rds-ca-2019")],
        "caCertIdentifier is rds-ca-2019",
    ),
    Case("database-authority-current", "fail", [cluster(caCertificateIdentifier="rds-ca-2019")], "caCertificateId"),
    Case("database-authority-current", "unknown", [instance(caCertIdentifier=UNKNOWN)]),
]
