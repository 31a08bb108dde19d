"""Calls between services in a whole stack: names, ports, groups, order."""

import json
from typing import Any

from limits.network_acls import Tier
from preview.graph import Graph
from settings import derived, parse
from tests.settings.files import as_engine, changed
from tests.stacks import recorded
from tests.wiring.given import graph

SERVICE, TASK, INTO, OUT = (
    "aws:ecs/service:Service",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
)


AUTHORITY = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1234abcd-12ab-34cd-56ef-1234567890ab"


def desk() -> Graph:
    return recorded("examples/jobs/Pulumi.prod.yaml")


def connect(service: str) -> Any:
    return desk().one(SERVICE, f"{service}-service").inputs.get("serviceConnectConfiguration")


def container(service: str) -> Any:
    definitions = json.loads(str(desk().one(TASK, f"{service}-task").inputs["containerDefinitions"]))
    return next(each for each in definitions if each["name"] == service)


def test_a_called_service_has_one_name_at_the_port_of_its_task() -> None:
    (served,) = connect("pricing")["services"]
    assert served == {
        "portName": "internal",
        "discoveryName": "pricing",
        "clientAlias": [{"dnsName": "pricing", "port": 8080}],
        "timeout": {"perRequestTimeoutSeconds": 5},
        "tls": {
            "issuerCertAuthority": {"awsPcaAuthorityArn": AUTHORITY},
            "roleArn": desk().one("aws:iam/role:Role", "pricing-calls").outputs["arn"],
        },
    }
    assert container("pricing")["portMappings"] == [
        {"containerPort": 8080, "hostPort": 8080, "protocol": "tcp", "name": "internal", "appProtocol": "http"}
    ]


def test_ecs_may_have_certificates_made_before_it_has_to() -> None:
    made = desk()
    role = made.one("aws:iam/role:Role", "pricing-calls")
    assert json.loads(str(role.inputs["assumeRolePolicy"]))["Statement"][0]["Principal"] == {
        "Service": "ecs.amazonaws.com"
    }
    assert role.inputs["permissionsBoundary"] == made.one("aws:iam/policy:Policy", "boundary-policy").outputs["arn"]
    attached = made.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "pricing-calls")
    ready = "service-role/AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"
    assert attached.inputs["policyArn"] == f"arn:aws:iam::aws:policy/{ready}"
    assert attached.urn in made.one(SERVICE, "pricing-service").dependencies


def test_calls_that_are_not_encrypted_take_no_role() -> None:
    internal = {"slipway:services.worker.port": 9000, "slipway:services.worker.internal": {}}
    made = graph({**internal, "slipway:services.api.calls": ["worker"]})
    configured: Any = made.one(SERVICE, "worker-service").inputs["serviceConnectConfiguration"]
    assert ["tls" in served for served in configured["services"]] == [False]
    assert not [role.name for role in made.of("aws:iam/role:Role") if role.name.endswith("-calls")]


def test_a_caller_is_in_the_namespace_and_has_no_name() -> None:
    namespace = desk().one("aws:servicediscovery/httpNamespace:HttpNamespace")
    assert connect("api")["enabled"] is True
    assert connect("api")["namespace"] == connect("pricing")["namespace"] == namespace.outputs["arn"]
    assert "services" not in connect("api")
    assert container("api")["portMappings"] == [{"containerPort": 8000, "hostPort": 8000, "protocol": "tcp"}]
    assert {"name": "PRICING_URL", "value": "http://pricing:8080"} in container("api")["environment"]


def test_others_are_no_part_of_it() -> None:
    assert connect("mailer") is None
    assert connect("fulfilment") is None


def test_only_who_calls_is_let_through() -> None:
    groups = {
        name: desk().one("aws:ec2/securityGroup:SecurityGroup", f"{name}-group").outputs["id"]
        for name in ("api", "pricing")
    }
    into = [rule.inputs for rule in desk().of(INTO) if rule.inputs["securityGroupId"] == groups["pricing"]]
    assert [(rule["referencedSecurityGroupId"], rule["fromPort"], rule["toPort"]) for rule in into] == [
        (groups["api"], 8080, 8080)
    ]
    out = desk().one(OUT, "api-calls-pricing-out").inputs
    assert (out["securityGroupId"], out["referencedSecurityGroupId"]) == (groups["api"], groups["pricing"])


def test_a_service_is_deployed_before_those_that_call_it() -> None:
    graph = desk()
    caller, called = graph.one(SERVICE, "api-service"), graph.one(SERVICE, "pricing-service")
    assert called.urn in caller.dependencies
    # And after the migrations, as every service.
    runs = {graph.urn(urn).type for urn in called.dependencies}
    assert "pulumi-python:dynamic/slipway:MigrationRun" in runs


def test_the_namespace_goes_after_its_services() -> None:
    namespace = desk().one("aws:servicediscovery/httpNamespace:HttpNamespace")
    for name in ("api", "pricing"):
        assert namespace.urn in desk().one(SERVICE, f"{name}-service").dependencies


def test_access_lists_let_calls_through() -> None:
    called = {"slipway:services.worker.port": 9000, "slipway:services.worker.internal": {}}
    flows = derived.flows(parse(as_engine(changed(called)), "test"))
    assert [flow.port for flow in flows if (flow.source, flow.destination) == (Tier.PRIVATE, Tier.PRIVATE)] == [
        443,
        9000,
    ]
