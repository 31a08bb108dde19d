from typing import Any

from tests.policy.deployed import SSH
from tests.policy.harness import UNKNOWN, Case, Ref, Sample, res
from tests.policy.networks import group, network, rule, subnet
from tests.policy.rules.cases_database_operations import INSTANCE, cluster, instance
from tests.policy.rules.cases_exposure import awsx

DB, CLUSTER, GROUP = "rds/instance:Instance", "rds/cluster:Cluster", "rds/subnetGroup:SubnetGroup"


def db(**props: Any) -> Sample:
    return res(DB, "db", **{"engine": "postgres", **props})


def placed(*subnets: str, **props: Any) -> list[Sample]:
    chosen = res(GROUP, "dbs", subnetIds=[Ref(subnet) for subnet in subnets])
    return [*network(), chosen, db(dbSubnetGroupName=Ref("dbs"), **props)]


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


FIREWALL = "ec2/securityGroup:SecurityGroup"


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
        instance(vpcSecurityGroupIds=[Ref("g")], **props),
    ]


CASES: list[Case] = [
    Case("database-not-public", "pass", [db()]),
    Case("database-not-public", "fail", [db(publiclyAccessible=True)], "publiclyAccessible is true, wanted false"),
    Case("database-not-public", "unknown", [db(publiclyAccessible=UNKNOWN)]),
    Case("database-password-not-in-state", "pass", [db(manageMasterUserPassword=True)]),
    Case("database-password-not-in-state", "fail", [db(password="hunter2")], "write-only password_wo"),
    Case("database-password-not-in-state", "fail", [db(password=UNKNOWN)], "password is set"),
    Case(
        "database-password-not-in-state",
        "fail",
        [res(CLUSTER, "c", masterPassword="hunter2")],
        "write-only master_password_wo",
    ),
    Case("database-not-public", "pass", [res(CLUSTER, "c", engine="aurora-mysql")]),
    Case(
        "database-not-public",
        "fail",
        [res(CLUSTER, "c", dbClusterInstanceClass="db.m6gd.large", dbSubnetGroupName="dbs", publiclyAccessible=True)],
        "publiclyAccessible is true, wanted false",
    ),
    Case("database-not-public", "fail", [res(CLUSTER, "c", dbClusterInstanceClass="db.m6gd.large")], "(the default)"),
    Case(
        "database-not-public",
        "pass",
        [res(CLUSTER, "c", dbClusterInstanceClass="db.m6gd.large", dbSubnetGroupName=UNKNOWN)],
    ),
    Case("database-in-private-subnets", "pass", placed("isolated-a", "isolated-b")),
    Case("database-in-private-subnets", "pass", placed("private-a", "private-b")),
    Case("database-in-private-subnets", "fail", placed("isolated-a", "public-b"), "subnet public-b has a route to an"),
    Case("database-in-private-subnets", "fail", [db()], "default VPC"),
    Case("database-in-private-subnets", "fail", [db(dbSubnetGroupName="default")], "dbSubnetGroupName is default"),
    Case("database-in-private-subnets", "unknown", [db(dbSubnetGroupName="elsewhere")]),
    Case("database-in-private-subnets", "fail", [*network(inline=True), *placed("public-a")[-2:]], "RouteTable public"),
    Case("database-in-private-subnets", "fail", [*network(main=True), *placed("stray")[-2:]], "subnet stray"),
    Case("database-in-private-subnets", "pass", [*network(), *placed("stray")[-2:]]),
    Case("database-in-private-subnets", "pass", routed(natGatewayId=UNKNOWN)),
    Case("database-in-private-subnets", "fail", routed(gatewayId="igw-0123"), "RouteTable inline"),
    Case("database-in-private-subnets", "unknown", routed(gatewayId=UNKNOWN)),
    Case("database-in-private-subnets", "fail", through(gatewayId="igw-0123"), "Route to"),
    Case("database-in-private-subnets", "unknown", through(gatewayId=UNKNOWN)),
    Case("database-in-private-subnets", "unknown", [subnet_elsewhere(), *placed("foreign")[-2:]]),
    Case("database-in-private-subnets", "pass", through(gatewayId="vgw-0123")),
    Case("database-in-private-subnets", "unknown", [*alone(routeTableId="rtb-elsewhere"), *placed("alone")[-2:]]),
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
        "unknown",
        [group("db", ingress=[UNKNOWN]), db(vpcSecurityGroupIds=[Ref("db-group")])],
    ),
    Case("database-ingress-from-groups-only", "unknown", [db(vpcSecurityGroupIds=["sg-elsewhere"])]),
    Case("database-master-secret-under-own-key", "pass", [instance()]),
    Case(
        "database-master-secret-under-own-key",
        "pass",
        [instance(manageMasterUserPassword=True, masterUserSecretKmsKeyId="k")],
    ),
    Case(
        "database-master-secret-under-own-key",
        "fail",
        [instance(manageMasterUserPassword=True)],
        "masterUserSecretKmsKeyId is not",
    ),
    Case("database-master-secret-under-own-key", "unknown", [cluster(manageMasterUserPassword=UNKNOWN)]),
    Case("database-iam-authentication", "pass", [instance(iamDatabaseAuthenticationEnabled=True)]),
    Case("database-iam-authentication", "fail", [cluster()], "iamDatabaseAuthenticationEnabled is false (the default)"),
    Case("database-iam-authentication", "unknown", [instance(iamDatabaseAuthenticationEnabled=UNKNOWN)]),
    Case("database-iam-authentication", "pass", [instance(engine="sqlserver-ex")]),
    Case(
        "database-iam-authentication", "pass", [instance(engine="oracle-se2", iamDatabaseAuthenticationEnabled=False)]
    ),
    Case("database-iam-authentication", "unknown", [instance(engine=UNKNOWN)]),
    Case("database-iam-authentication", "pass", [instance(engine=UNKNOWN, iamDatabaseAuthenticationEnabled=True)]),
    Case("database-iam-authentication", "unknown", [res(INSTANCE, "copy", replicateSourceDb="db-1")]),
    Case("database-port-not-default", "pass", [instance(port=15432)]),
    Case("database-port-not-default", "pass", [instance(engine="oracle-ee", port=2484)]),
    Case("database-port-not-default", "fail", [instance(engine="sqlserver-web")], "port is 1433"),
    Case("database-port-not-default", "fail", [instance()], "port is 5432, the engine's default"),
    Case("database-port-not-default", "fail", [cluster(port=3306)], "port is 3306, the engine's default"),
    Case("database-port-not-default", "unknown", [instance(port=UNKNOWN)]),
    Case("data-stores-open-own-port-only", "pass", opened(5432, 5432)),
    Case("data-stores-open-own-port-only", "pass", [instance()]),
    Case("data-stores-open-own-port-only", "pass", opened(6543, 6543, port=6543)),
    Case(
        "data-stores-open-own-port-only", "fail", opened(0, 65535), "opens ports 0 to 65535 (SecurityGroupIngressRule"
    ),
    Case("data-stores-open-own-port-only", "fail", opened(22, 22), "opens port 22"),
    Case("data-stores-open-own-port-only", "fail", opened(None, None, protocol="-1"), "wanted 5432 only"),
    Case("data-stores-open-own-port-only", "unknown", opened(UNKNOWN, 5432)),
    Case("data-stores-open-own-port-only", "unknown", [instance(vpcSecurityGroupIds=UNKNOWN)]),
    Case("data-stores-open-own-port-only", "unknown", opened(5432, 5432, port=UNKNOWN)),
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
    Case("database-user-name-own", "pass", [instance(username="shop_admin")]),
    Case("database-user-name-own", "pass", [res(INSTANCE, "copy", replicateSourceDb="db-1")]),
    Case(
        "database-user-name-own",
        "fail",
        [instance(username="Postgres")],
        "username is postgres, a name that everybody tries",
    ),
    Case("database-user-name-own", "fail", [cluster(masterUsername="admin")], "masterUsername is admin"),
    Case("database-user-name-own", "fail", [cluster(masterUsername="admin")], 'master_username="<a name'),
    Case("database-user-name-own", "fail", [instance(username="admin")], ' username="<a name'),
    Case("database-user-name-own", "unknown", [instance(username=UNKNOWN)]),
    Case(
        "data-stores-open-own-port-only",
        "pass",
        [res(FIREWALL, "g", computed={"ingress": [SSH]}), instance(vpcSecurityGroupIds=[Ref("g")])],
    ),
    Case("data-stores-open-own-port-only", "pass", [instance(computed={"vpcSecurityGroupIds": ["sg-default"]})]),
    Case("database-in-private-subnets", "pass", awsx("isolated-a", "isolated-b"), preview="unknown"),
    Case("database-in-private-subnets", "fail", awsx("public-a", "isolated-b"), "public-a", preview="unknown"),
    Case("database-in-private-subnets", "pass", awsx("isolated-a", whole=True), preview="unknown"),
    Case("database-in-private-subnets", "pass", awsx("isolated-a", whole=True, component=False), preview="unknown"),
    Case("database-in-private-subnets", "pass", awsx("isolated-a", whole=True, children_too=False), preview="unknown"),
]
