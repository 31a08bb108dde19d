from typing import Any

from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, network, rule, subnet

DB, CLUSTER, GROUP = "rds/instance:Instance", "rds/cluster:Cluster", "rds/subnetGroup:SubnetGroup"
PG = "rds/parameterGroup:ParameterGroup"
COPY = "rds/snapshotCopy:SnapshotCopy"


def db(**props: Any) -> Sample:
    return res(DB, "db", **{"engine": "postgres", **props})


def placed(*subnets: str, **props: Any) -> list[Sample]:
    chosen = res(GROUP, "dbs", subnetIds=[Ref(subnet) for subnet in subnets])
    return [*network(), chosen, db(dbSubnetGroupName=Ref("dbs"), **props)]


def forced(value: object) -> list[Sample]:
    parameters = [{"name": "rds.force_ssl", "value": value}]
    return [res(PG, "pg", family="postgres16", parameters=parameters), db(parameterGroupName=Ref("pg"))]


def alone(*routes: dict[str, Any], **association: Any) -> list[Sample]:
    """One subnet with a route table of its own."""
    inline: dict[str, Any] = {"routes": list(routes)} if routes else {}
    return [
        res("ec2/vpc:Vpc", "vpc"),
        subnet("alone"),
        res("ec2/routeTable:RouteTable", "inline", vpcId=Ref("vpc"), **inline),
        res(
            "ec2/routeTableAssociation:RouteTableAssociation",
            "its",
            subnetId=Ref("alone"),
            **{"routeTableId": Ref("inline"), **association},
        ),
    ]


def routed(**route: Any) -> list[Sample]:
    return [*alone(route), *placed("alone")[-2:]]


def through(**route: Any) -> list[Sample]:
    return [*alone(), res("ec2/route:Route", "to", routeTableId=Ref("inline"), **route), *placed("alone")[-2:]]


def subnet_elsewhere() -> Sample:
    return res("ec2/subnet:Subnet", "foreign", vpcId="vpc-elsewhere")


CASES = [
    Case("database-storage-encrypted", "pass", [db(restoreToPointInTime={"sourceDbInstanceIdentifier": UNKNOWN})]),
    Case(
        "database-storage-encrypted",
        "fail",
        [db(restoreToPointInTime={"sourceDbInstanceIdentifier": UNKNOWN}, storageEncrypted=False)],
    ),
    Case("database-storage-encrypted", "fail", [res("rds/globalCluster:GlobalCluster", "g", engine="aurora-mysql")]),
    Case("database-storage-encrypted", "pass", [res("rds/globalCluster:GlobalCluster", "g", storageEncrypted="true")]),
    Case(
        "database-storage-encrypted",
        "pass",
        [res("rds/globalCluster:GlobalCluster", "g", sourceDbClusterIdentifier=UNKNOWN)],
    ),
    Case("database-storage-encrypted", "pass", [db(storageEncrypted=True)]),
    Case("database-storage-encrypted", "pass", [res(CLUSTER, "c", storageEncrypted=True)]),
    Case("database-storage-encrypted", "pass", [db(replicateSourceDb="db-1")]),
    Case("database-storage-encrypted", "fail", [db(replicateSourceDb="db-1", storageEncrypted=False)]),
    Case("database-storage-encrypted", "pass", [db(snapshotIdentifier="snapshot-1")]),
    Case("database-storage-encrypted", "fail", [db(storageEncrypted=False)], "storageEncrypted is false, wanted true"),
    Case("database-storage-encrypted", "fail", [db()], "storageEncrypted is false (the default)"),
    Case("database-storage-encrypted", "undecided", [db(storageEncrypted=UNKNOWN)]),
    Case("database-backup-copies-encrypted", "pass", [res(COPY, "copy", kmsKeyId="key")]),
    Case("database-backup-copies-encrypted", "pass", [res(COPY, "copy", kmsKeyId=UNKNOWN)]),
    Case("database-backup-copies-encrypted", "fail", [res(COPY, "copy")], "kmsKeyId is not set"),
    Case("database-multi-az", "pass", [db(multiAz=True)]),
    Case("database-multi-az", "pass", [db(replicateSourceDb=UNKNOWN)]),
    Case("database-multi-az", "fail", [db(multiAz=False)], "Instance db: multiAz is false"),
    Case("database-multi-az", "undecided", [db(multiAz=UNKNOWN)]),
    Case("database-not-public", "pass", [db()]),
    Case("database-not-public", "fail", [db(publiclyAccessible=True)], "publiclyAccessible is true, wanted false"),
    Case("database-not-public", "undecided", [db(publiclyAccessible=UNKNOWN)]),
    Case("database-backups-kept", "pass", [db(backupRetentionPeriod=7)]),
    Case("database-backups-kept", "fail", [db(backupRetentionPeriod=1)], "is 1, wanted at least 7 days"),
    Case("database-backups-kept", "fail", [db()], "is 0 (the default), wanted at least 7 days"),
    Case("database-backups-kept", "fail", [db(backupRetentionPeriod=13)], "at least 14", config={"minDays": 14}),
    Case("database-backups-kept", "undecided", [db(backupRetentionPeriod=UNKNOWN)]),
    Case("database-deletion-protected", "pass", [db(deletionProtection=True)]),
    Case("database-deletion-protected", "fail", [db()], "deletionProtection is false (the default)"),
    Case("database-deletion-protected", "undecided", [db(deletionProtection=UNKNOWN)]),
    Case("database-final-snapshot-kept", "pass", [db(finalSnapshotIdentifier="last")]),
    Case("database-final-snapshot-kept", "pass", [db(finalSnapshotIdentifier=UNKNOWN)]),
    Case("database-final-snapshot-kept", "fail", [db(skipFinalSnapshot=True)], "skipFinalSnapshot is true"),
    Case("database-final-snapshot-kept", "fail", [db()], "finalSnapshotIdentifier is not set"),
    Case("database-password-not-in-state", "pass", [db(manageMasterUserPassword=True)]),
    Case("database-password-not-in-state", "fail", [db(password="hunter2")], "write-only password_wo"),
    Case("database-password-not-in-state", "fail", [db(password=UNKNOWN)], "password is set"),
    Case(
        "database-password-not-in-state",
        "fail",
        [res(CLUSTER, "c", masterPassword="hunter2")],
        "write-only master_password_wo",
    ),
    Case("database-tls-forced", "pass", forced("1")),
    Case("database-tls-forced", "fail", forced("0"), "rds.force_ssl is 0 in ParameterGroup pg"),
    Case("database-tls-forced", "fail", [db(engineVersion="14.22")], "parameterGroupName is not set"),
    Case("database-tls-forced", "pass", [db(engineVersion="15")]),
    Case("database-tls-forced", "pass", [db(engineVersion="17.4")]),
    Case("database-tls-forced", "undecided", [db()]),
    Case("database-tls-forced", "undecided", [db(engineVersion=UNKNOWN)]),
    Case("database-tls-forced", "fail", [*forced("0")[:1], db(engineVersion="17", parameterGroupName=Ref("pg"))]),
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
    Case("database-tls-forced", "fail", [res(DB, "db", engine="mariadb", engineVersion="10.11")]),
    Case("database-tls-forced", "undecided", [res(DB, "db", engine="mariadb", engineVersion="11")]),
    Case("database-tls-forced", "fail", [res(DB, "db", engine="mysql", engineVersion="8.4")]),
    Case("database-tls-forced", "fail", [res(DB, "db", engine="sqlserver-se", engineVersion="16.00")]),
    Case("database-tls-forced", "fail", [res(CLUSTER, "c", engine="aurora-postgresql", engineVersion="16.6")]),
    Case("database-tls-forced", "pass", [res(CLUSTER, "c", engine="aurora-postgresql", engineVersion="17.4")]),
    Case("database-tls-forced", "pass", [res(DB, "copy", replicateSourceDb="db-1")]),
    Case("database-tls-forced", "fail", [res(CLUSTER, "c", engine="aurora-mysql", replicationSourceIdentifier="arn")]),
    Case(
        "database-tls-forced",
        "fail",
        [*forced("0")[:1], db(replicateSourceDb="db-1", parameterGroupName=Ref("pg"))],
    ),
    Case("database-tls-forced", "undecided", [res(DB, "db", snapshotIdentifier="snap-1")]),
    Case("database-storage-encrypted", "pass", [res(CLUSTER, "c", engine="aurora-mysql", engineMode="serverless")]),
    Case("database-not-public", "pass", [res(CLUSTER, "c", engine="aurora-mysql")]),
    Case(
        "database-not-public",
        "fail",
        [res(CLUSTER, "c", dbClusterInstanceClass="db.m6gd.large", dbSubnetGroupName="dbs", publiclyAccessible=True)],
    ),
    Case("database-not-public", "fail", [res(CLUSTER, "c", dbClusterInstanceClass="db.m6gd.large")], "(the default)"),
    Case(
        "database-not-public",
        "pass",
        [res(CLUSTER, "c", dbClusterInstanceClass="db.m6gd.large", dbSubnetGroupName=UNKNOWN)],
    ),
    Case("database-tls-forced", "undecided", forced(UNKNOWN)),
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
        "undecided",
        [res(PG, "pg", parameters=[{"name": UNKNOWN}]), db(parameterGroupName=Ref("pg"))],
    ),
    Case("database-tls-forced", "undecided", [res(DB, "db", engine="mariadb")]),
    Case("database-tls-forced", "fail", [res(CLUSTER, "c", engine="aurora-mysql")], "dbClusterParameterGroupName"),
    Case("database-tls-forced", "pass", [res(DB, "db", engine="oracle-ee")]),
    Case("database-tls-forced", "undecided", [db(parameterGroupName="elsewhere")]),
    Case("database-in-private-subnets", "pass", placed("isolated-a", "isolated-b")),
    Case("database-in-private-subnets", "pass", placed("private-a", "private-b")),
    Case("database-in-private-subnets", "fail", placed("isolated-a", "public-b"), "subnet public-b has a route to an"),
    Case("database-in-private-subnets", "fail", [db()], "default VPC"),
    Case("database-in-private-subnets", "fail", [db(dbSubnetGroupName="default")], "dbSubnetGroupName is default"),
    Case("database-in-private-subnets", "undecided", [db(dbSubnetGroupName="elsewhere")]),
    Case("database-in-private-subnets", "fail", [*network(inline=True), *placed("public-a")[-2:]], "RouteTable public"),
    Case("database-in-private-subnets", "fail", [*network(main=True), *placed("stray")[-2:]], "subnet stray"),
    Case("database-in-private-subnets", "pass", [*network(), *placed("stray")[-2:]]),
    Case("database-in-private-subnets", "pass", routed(natGatewayId=UNKNOWN)),
    Case("database-in-private-subnets", "fail", routed(gatewayId="igw-0123"), "RouteTable inline"),
    Case("database-in-private-subnets", "undecided", routed(gatewayId=UNKNOWN)),
    Case("database-in-private-subnets", "fail", through(gatewayId="igw-0123"), "Route to"),
    Case("database-in-private-subnets", "undecided", through(gatewayId=UNKNOWN)),
    Case("database-in-private-subnets", "undecided", [subnet_elsewhere(), *placed("foreign")[-2:]]),
    Case("database-in-private-subnets", "pass", through(gatewayId="vgw-0123")),
    Case("database-in-private-subnets", "undecided", [*alone(routeTableId="rtb-elsewhere"), *placed("alone")[-2:]]),
    Case("database-in-private-subnets", "pass", [db(replicateSourceDb="db-1")]),
    Case(
        "database-ingress-from-groups-only",
        "pass",
        [group("db"), group("api"), rule("db", source="api"), db(vpcSecurityGroupIds=[Ref("db-group")])],
    ),
    Case(
        "database-ingress-from-groups-only",
        "fail",
        [group("db"), rule("db", cidrIpv4="10.0.0.0/16"), db(vpcSecurityGroupIds=[Ref("db-group")])],
        "lets in 10.0.0.0/16",
    ),
    Case(
        "database-ingress-from-groups-only",
        "fail",
        [
            group("db", ingress=[{"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": ["10.0.0.0/16"]}]),
            db(vpcSecurityGroupIds=[Ref("db-group")]),
        ],
        "its own ingress",
    ),
    Case(
        "database-ingress-from-groups-only",
        "fail",
        [
            group("db"),
            res(
                "ec2/securityGroupRule:SecurityGroupRule",
                "old",
                type="ingress",
                protocol="tcp",
                fromPort=5432,
                toPort=5432,
                securityGroupId=Ref("db-group"),
                cidrBlocks=[UNKNOWN],
            ),
            db(vpcSecurityGroupIds=[Ref("db-group")]),
        ],
        "lets in an address range",
    ),
    Case("database-ingress-from-groups-only", "pass", [db()]),
    Case(
        "database-ingress-from-groups-only",
        "undecided",
        [group("db", ingress=[UNKNOWN]), db(vpcSecurityGroupIds=[Ref("db-group")])],
    ),
    Case("database-ingress-from-groups-only", "undecided", [db(vpcSecurityGroupIds=["sg-elsewhere"])]),
]
