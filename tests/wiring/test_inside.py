"""What is reached inside the network alone: an internal load balancer in a whole stack."""

from __future__ import annotations

from typing import Any

from limits.network_acls import Flow, Tier
from preview.compare.difference import compare
from preview.graph import Graph, Resource
from settings import derived, parse
from tests.settings.files import GONE, as_engine, changed
from tests.stacks import recorded
from tests.wiring.given import graph

BALANCER, INGRESS, SUBNET = (
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:ec2/subnet:Subnet",
)
INSIDE: dict[str, Any] = {"slipway:loadBalancer.internal": True, "slipway:uptimeCheck": GONE}


def ledger() -> Graph:
    return recorded("examples/intranet/Pulumi.prod.yaml")


def sources(made: Graph, balancer: Resource) -> set[tuple[object, object]]:
    groups: Any = balancer.inputs["securityGroups"]
    return {
        (rule.inputs.get("cidrIpv4"), rule.inputs["fromPort"])
        for rule in made.of(INGRESS)
        if rule.inputs["securityGroupId"] in groups
    }


def test_it_stands_in_private_subnets_and_lets_its_sources_in() -> None:
    made = ledger()
    balancer = made.one(BALANCER)
    assert balancer.inputs["internal"] is True
    assert {subnet.name for subnet in made.direct(balancer, SUBNET)} == {"network-private-a", "network-private-b"}
    assert sources(made, balancer) == {(f"10.{n}.0.0/16", port) for n in (8, 70) for port in (443, 80)}


def test_without_sources_the_vpc_reaches_it() -> None:
    made = graph(INSIDE)
    assert sources(made, made.one(BALANCER)) == {("10.40.0.0/16", 443), ("10.40.0.0/16", 80)}


def test_the_public_record_leads_to_it() -> None:
    made = ledger()
    record: Any = made.one("aws:route53/record:Record", "dns-ledger-example-org-a").inputs
    assert [alias["name"] for alias in record["aliases"]] == [made.one(BALANCER).outputs["dnsName"]]


def test_access_lists_let_the_same_through() -> None:
    values = changed({**INSIDE, "slipway:loadBalancer.sources": ["10.8.0.0/16"]})
    flows = derived.flows(parse(as_engine(values), "prod"))
    assert {flow for flow in flows if Tier.PUBLIC in (flow.source, flow.destination)} == set()
    entries = {Flow(source="10.8.0.0/16", destination=Tier.PRIVATE, port=port) for port in (443, 80)}
    ports = {flow.port for flow in flows if (flow.source, flow.destination) == (Tier.PRIVATE, Tier.PRIVATE)}
    assert entries <= set(flows)
    assert {8000, 8080} <= ports


def test_from_a_public_one_what_requests_go_through_is_made_before_the_old_one_goes() -> None:
    strategy: dict[str, Any] = {
        "slipway:services.api.deployment.strategy": "blueGreen",
        "slipway:services.api.scaling.targets.requestsPerMinute": GONE,
    }
    comparison = compare(graph(strategy), graph({**strategy, **INSIDE}))
    kinds = {change.resource.name: (change.kind, change.deleted_first) for change in comparison.changed}
    assert kinds["load-balancer-balancer"] == ("replaced", False)
    assert kinds["load-balancer-https"] == ("replaced", False)
    assert kinds["load-balancer-api-weighted-rule-8000-internal"][0] == "created"
    assert kinds["load-balancer-frontend-targets-internal"][0] == "created"
    assert kinds["load-balancer-frontend-targets"][0] == "deleted"
    assert kinds["frontend-service"][0] == "updated"
