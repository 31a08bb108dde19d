import json
from typing import Any

import pulumi_aws as aws
import pytest

from components.database_proxy import DatabaseProxy, DatabaseProxyArgs
from preview.graph import Graph
from tests.components.conftest import ACCOUNT, build, check_contract

PROXY = "aws:rds/proxy:Proxy"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"


def args(**changes: Any) -> DatabaseProxyArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "region": "us-east-1",
        "proxy_name": "storefront-production",
        "engine": "postgres",
        "port": 5432,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "server_identifier": "storefront-production",
        "server_port": 5433,
        "server_security_group_id": "sg-database",
        "secret_arns": [SECRET],
        "key_arn": KEY,
        "account_id": ACCOUNT,
        "server_resource_id": "db-ABC",
    }
    return DatabaseProxyArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: DatabaseProxy("proxy", args(**changes)))


def test_contract() -> None:
    check_contract(lambda: DatabaseProxy("proxy", args()))


@pytest.mark.parametrize(
    ("engine", "family", "login"),
    [
        ("postgres", "POSTGRESQL", "POSTGRES_SCRAM_SHA_256"),
        ("mysql", "MYSQL", "MYSQL_CACHING_SHA2_PASSWORD"),
    ],
)
def test_insists_on_tls_and_logs_in_with_the_secret(engine: str, family: str, login: str) -> None:
    graph = recorded(engine=engine, idle_minutes=10)
    assert graph.has(
        PROXY,
        name="storefront-production",
        engineFamily=family,
        requireTls=True,
        debugLogging=False,
        idleClientTimeout=600,
        roleArn=graph.one("aws:iam/role:Role").outputs["arn"],
        vpcSubnetIds=["subnet-a", "subnet-b"],
        vpcSecurityGroupIds=[graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]],
        auths=[
            {
                "authScheme": "SECRETS",
                "secretArn": SECRET,
                "iamAuth": "DISABLED",
                "clientPasswordAuthType": login,
            }
        ],
    )


def test_leads_to_the_database_with_a_share_of_its_connections() -> None:
    graph = recorded(connections_percent=75)
    assert graph.has(
        "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup",
        dbProxyName="storefront-production",
        connectionPoolConfig={"maxConnectionsPercent": 75},
    )
    assert graph.has(
        "aws:rds/proxyTarget:ProxyTarget",
        dbProxyName="storefront-production",
        targetGroupName="default",
        dbInstanceIdentifier="storefront-production",
    )


def test_no_more_connections_are_idle_than_open() -> None:
    """The provider says 50 where it is not told, which RDS refuses of a pool that is smaller."""
    config = recorded(connections_percent=30).one("aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup").inputs
    assert config["connectionPoolConfig"] == {"maxConnectionsPercent": 30, "maxIdleConnectionsPercent": 30}


def test_the_role_reads_the_password_and_nothing_else() -> None:
    graph = recorded()
    trust = json.loads(str(graph.one("aws:iam/role:Role").inputs["assumeRolePolicy"]))
    assert [s["Principal"] for s in trust["Statement"]] == [{"Service": "rds.amazonaws.com"}]
    policy = graph.one("aws:iam/rolePolicy:RolePolicy")
    assert json.loads(str(policy.inputs["policy"]))["Statement"] == [
        {"Action": ["secretsmanager:GetSecretValue"], "Effect": "Allow", "Resource": [SECRET]},
        {
            "Action": ["kms:Decrypt"],
            "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}},
            "Effect": "Allow",
            "Resource": [KEY],
        },
    ]
    assert policy in graph.direct(graph.one(PROXY)), "without it the proxy never becomes available"


def test_only_the_proxy_reaches_the_database_on_its_port() -> None:
    graph = recorded()
    own = graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"]
    ports = {"ipProtocol": "tcp", "fromPort": 5433, "toPort": 5433}
    out, into = (graph.one(f"aws:vpc/securityGroup{way}Rule:SecurityGroup{way}Rule") for way in ("Egress", "Ingress"))
    assert out.inputs.items() >= {**ports, "securityGroupId": own, "referencedSecurityGroupId": "sg-database"}.items()
    assert into.inputs.items() >= {**ports, "securityGroupId": "sg-database", "referencedSecurityGroupId": own}.items()


def test_the_address_is_known_once_it_leads_somewhere() -> None:
    def program() -> None:
        proxy = DatabaseProxy("proxy", args())
        aws.ssm.Parameter("reader", type="String", value=proxy.address)

    graph = build(program, mode="preview")
    assert graph.one("aws:rds/proxyTarget:ProxyTarget") in graph.direct(graph.one("aws:ssm/parameter:Parameter"))


def test_outputs() -> None:
    graph = recorded()
    assert graph.registered_outputs[graph.one("slipway:index:DatabaseProxy").urn] == {
        "address": graph.one(PROXY).outputs["endpoint"],
        "port": 5432,
        "security_group_id": graph.one("aws:ec2/securityGroup:SecurityGroup").outputs["id"],
        "resource_id": str(graph.one(PROXY).outputs["arn"]).rpartition(":")[2],
    }


def test_users_with_tokens_log_in_from_end_to_end() -> None:
    graph = recorded(token_users=["web", "work"])
    assert graph.one(PROXY).inputs["defaultAuthScheme"] == "IAM_AUTH"
    (policy,) = graph.of("aws:iam/rolePolicy:RolePolicy")
    (login,) = [s for s in json.loads(str(policy.inputs["policy"]))["Statement"] if s["Action"] == ["rds-db:connect"]]
    start = f"arn:aws:rds-db:us-east-1:{ACCOUNT}:dbuser:db-ABC"
    assert login["Resource"] == [f"{start}/web", f"{start}/work"]
    assert recorded().one(PROXY).inputs["defaultAuthScheme"] == "NONE", "it is said, or the last such user leaves it on"
