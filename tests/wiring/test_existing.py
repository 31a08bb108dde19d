"""What is there already: it is named, read and reached, and neither made nor changed."""

import json
from typing import Any

from preview.graph import Graph, Resource
from tests.settings.files import GONE
from tests.wiring.given import ACCOUNT, graph

ARN = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:shared/stripe-AbCdEf"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRETS: dict[str, Any] = {
    "slipway:secrets.stripe": {"existing": ARN, "keyArn": KEY},
    "slipway:secrets.named": {"existing": "shared/named", "keys": ["a"]},
    "slipway:secrets.flag": {"existing": "/shared/flag"},
    "slipway:services.frontend.secrets": {"STRIPE": "stripe", "NAMED": "named:a", "FLAG": "flag"},
}


def container(made: Graph, service: str = "frontend") -> dict[str, Any]:
    task = made.one("aws:ecs/taskDefinition:TaskDefinition", f"{service}-task")
    found: dict[str, Any] = json.loads(str(task.inputs["containerDefinitions"]))[0]
    return found


def statements(policy: Resource) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(str(policy.inputs["policy"]))["Statement"]
    return found


def test_tasks_read_secrets_and_parameters_that_are_there() -> None:
    made = graph(SECRETS)
    sources = {secret["name"]: secret["valueFrom"] for secret in container(made)["secrets"]}
    parameter = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/shared/flag"
    assert (sources["STRIPE"], sources["FLAG"]) == (ARN, parameter)
    named, _, key = sources["NAMED"].rpartition(":a::")
    assert named.startswith(f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:shared/named-")
    assert key == ""
    granted = statements(made.one("aws:iam/rolePolicy:RolePolicy", "frontend-execution"))
    reading = {tuple(s["Action"]): set(s["Resource"]) for s in granted if not s["Action"][0].startswith("ecr:")}
    assert reading["secretsmanager:GetSecretValue",] == {ARN, named}
    assert reading["ssm:GetParameters",] == {parameter}
    (through,) = [s for s in granted if s["Action"] == ["kms:Decrypt"]]
    assert through["Resource"] == [KEY]
    assert through["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}


def test_the_boundary_lets_them_be_read() -> None:
    given = statements(graph(SECRETS).one("aws:iam/policy:Policy", "boundary-policy"))
    read = {(action, arn) for s in given for action in s["Action"] for arn in s["Resource"] if s["Effect"] == "Allow"}
    start = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret"
    assert {
        ("secretsmanager:GetSecretValue", ARN),
        ("secretsmanager:GetSecretValue", f"{start}:shared/named-??????"),
        ("ssm:GetParameters", f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/shared/flag"),
        ("kms:Decrypt", KEY),
    } <= read


def test_secrets_that_are_there_are_not_made() -> None:
    names = {secret.inputs.get("name") for secret in graph(SECRETS).of("aws:secretsmanager/secret:Secret")}
    assert not names & {"stripe", "named", "flag", "shared/named"}


def test_tasks_log_in_to_a_registry() -> None:
    login = {"existing": ARN, "keys": ["username", "password"]}
    image = {"uri": "ghcr.io/acme/web:1.2", "credentials": "login"}
    made = graph({"slipway:secrets.login": login, "slipway:services.frontend.image": image})
    assert container(made)["repositoryCredentials"] == {"credentialsParameter": ARN}
    granted = statements(made.one("aws:iam/rolePolicy:RolePolicy", "frontend-execution"))
    assert [s["Resource"] for s in granted if s["Action"] == ["secretsmanager:GetSecretValue"]] == [[ARN]]
    assert "repositoryCredentials" not in container(made, "api")


def test_a_certificate_that_is_there_serves_the_domain() -> None:
    arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/own"
    made = graph({"slipway:loadBalancer.certificateArn": arn})
    assert made.one("aws:lb/listener:Listener", port=443).inputs["certificateArn"] == arn
    assert {certificate.name for certificate in made.of("aws:acm/certificate:Certificate")} == {
        "media-certificate-certificate"
    }
    assert made.one("aws:route53/record:Record", "dns-shop-example-com-a")


def test_cloudfront_takes_one_too() -> None:
    arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/own"
    made = graph({"slipway:cdn": {"certificateArn": arn}, "slipway:loadBalancer.waf": GONE})
    distribution = made.one("aws:cloudfront/distribution:Distribution", "cdn-distribution")
    viewer: Any = distribution.inputs["viewerCertificate"]
    assert viewer["acmCertificateArn"] == arn


def test_nat_gateways_keep_addresses_that_are_there() -> None:
    ids = ["eipalloc-00000000", "eipalloc-00000001"]
    made = graph({"slipway:network.natAllocationIds": ids})
    gateways = [made.one("aws:ec2/natGateway:NatGateway", f"network-nat-{letter}") for letter in "ab"]
    assert [gateway.inputs["allocationId"] for gateway in gateways] == ids
    assert not made.of("aws:ec2/eip:Eip")


def test_logs_take_a_key_that_is_there() -> None:
    made = graph({"slipway:logs.keyArn": KEY})
    assert {group.inputs.get("kmsKeyId") for group in made.of("aws:cloudwatch/logGroup:LogGroup")} == {KEY}
    assert not [key.name for key in made.of("aws:kms/key:Key") if key.name.startswith("logs")]


def test_access_logs_go_to_a_bucket_that_is_there() -> None:
    made = graph({"slipway:loadBalancer.accessLogBucket": "acme-logs"})
    balancer = made.one("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.inputs["accessLogs"] == {"bucket": "acme-logs", "enabled": True}
    destination: Any = made.one("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination").inputs
    assert destination["deliveryDestinationConfiguration"] == {"destinationResourceArn": "arn:aws:s3:::acme-logs"}
    assert not [bucket.name for bucket in made.of("aws:s3/bucket:Bucket") if bucket.name.startswith("load-balancer")]
