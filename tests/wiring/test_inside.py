"""What is reached inside the network alone: an internal load balancer in a whole stack."""

from __future__ import annotations

import itertools
import json
from typing import Any

from limits.network_acls import Flow, Tier
from preview.compare.difference import compare
from preview.graph import Graph, Resource
from settings import derived, parse
from tests.settings.files import GONE, as_engine, changed, config
from tests.stacks import ROOT, recorded, registered
from tests.wiring.given import graph

BALANCER, LISTENER, INGRESS, SUBNET = (
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:lb/listener:Listener",
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


def desk() -> Graph:
    return recorded("examples/jobs/Pulumi.prod.yaml")


def test_a_second_one_stands_inside_beside_the_public_one() -> None:
    made = desk()
    outward, internal = (made.one(BALANCER, f"{name}-balancer") for name in ("load-balancer", "internal-balancer"))
    assert (outward.inputs["internal"], internal.inputs["internal"]) == (False, True)
    assert {subnet.name for subnet in made.direct(internal, SUBNET)} == {"network-private-a", "network-private-b"}
    assert [listener.inputs["port"] for listener in made.all(LISTENER, loadBalancerArn=internal.outputs["arn"])] == [
        443
    ]
    assert internal.inputs["accessLogs"] == outward.inputs["accessLogs"]
    assert internal.inputs["enableDeletionProtection"] is internal.inputs["dropInvalidHeaderFields"] is True


def test_its_certificate_and_record_are_its_own() -> None:
    made, host = desk(), "invoices.inside.desk.example"
    certificates = {item.inputs["domainName"]: item for item in made.of("aws:acm/certificate:Certificate")}
    assert certificates.keys() >= {"desk.example", host}
    balancer = made.one(BALANCER, "internal-balancer-balancer")
    record: Any = made.one("aws:route53/record:Record", "dns-invoices-inside-desk-example-a").inputs
    assert (record["name"], [alias["name"] for alias in record["aliases"]]) == (host, [balancer.outputs["dnsName"]])
    assert made.exports["internalUrl"] == f"https://{host}"
    assert made.exports["internalBalancerDnsName"] == balancer.outputs["dnsName"]


def test_only_who_uses_it_and_its_sources_reach_it() -> None:
    made = desk()
    group = made.one("aws:ec2/securityGroup:SecurityGroup", "internal-balancer-group").outputs["id"]
    user = made.one("aws:ec2/securityGroup:SecurityGroup", "api-group").outputs["id"]
    into = [rule.inputs for rule in made.of(INGRESS) if rule.inputs["securityGroupId"] == group]
    assert {(rule.get("cidrIpv4"), rule.get("referencedSecurityGroupId"), rule["fromPort"]) for rule in into} == {
        ("10.8.0.0/16", None, 443),
        (None, user, 443),
    }
    out = made.one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "api-internal-balancer-out").inputs
    assert (out["securityGroupId"], out["referencedSecurityGroupId"]) == (user, group)


def test_jobs_and_migrations_are_in_the_group_that_it_lets_in() -> None:
    made = desk()
    user = str(made.one("aws:ec2/securityGroup:SecurityGroup", "api-group").outputs["id"])
    schedule: Any = made.one("aws:scheduler/schedule:Schedule", "jobs-nightly-report-schedule").inputs
    assert user in json.dumps(schedule["target"])
    tasks = [
        {each["name"]: each["value"] for each in json.loads(str(task.inputs["containerDefinitions"]))[0]["environment"]}
        for task in made.of("aws:ecs/taskDefinition:TaskDefinition")
        if str(task.inputs["family"]).startswith(("desk-production-api", "desk-production-nightly"))
    ]
    assert len(tasks) == 3
    assert {task["INVOICES_URL"] for task in tasks} == {"https://invoices.inside.desk.example"}


def test_its_service_joins_its_targets_and_no_other_does() -> None:
    made = desk()
    targets = made.one("aws:lb/targetGroup:TargetGroup", "internal-balancer-invoices-targets-internal")
    group = str(targets.outputs["arn"])
    attached: Any = {s.inputs["name"]: s.inputs.get("loadBalancers") for s in made.of("aws:ecs/service:Service")}
    assert [part["targetGroupArn"] for part in attached["invoices"]] == [group]
    assert group not in json.dumps({name: attached[name] for name in attached if name != "invoices"})
    assert sources(made, made.one(BALANCER, "load-balancer-balancer")) == {("0.0.0.0/0", 443), ("0.0.0.0/0", 80)}


def test_it_has_alarms_of_its_own() -> None:
    made = desk()
    suffix = str(made.one(BALANCER, "internal-balancer-balancer").outputs["arnSuffix"])
    watching = {
        alarm.name.removeprefix("observability-alarms-")
        for alarm in made.of("aws:cloudwatch/metricAlarm:MetricAlarm")
        if suffix in json.dumps(dict(alarm.inputs), default=str)
    }
    assert watching == {"internal-errors-4xx", "internal-errors-5xx", "invoices-p99", "invoices-unhealthy"}


def test_access_lists_let_through_what_is_reached_inside_alone() -> None:
    values = changed(
        {
            "slipway:internalBalancer": {"sources": ["10.8.0.0/16"]},
            "slipway:services.frontend.route": {"through": "internalBalancer", "default": True},
        }
    )
    flows = set(derived.flows(parse(as_engine(values), "prod")))
    assert Flow(source="10.8.0.0/16", destination=Tier.PRIVATE, port=443) in flows
    assert Flow(source=Tier.PRIVATE, destination=Tier.PRIVATE, port=8080) in flows
    assert Flow(source=Tier.PUBLIC, destination=Tier.PRIVATE, port=8080) not in flows
    assert Flow(source=Tier.PUBLIC, destination=Tier.PRIVATE, port=8000) in flows


def test_beside_a_shared_balancer_it_has_a_log_of_its_own() -> None:
    values = config(ROOT / "examples/platform/Pulumi.shop.yaml")
    first = next(iter(values["slipway:services"].values()))
    inside = {key: value for key, value in first.items() if key not in ("name", "family", "migrate", "routes")}
    values["slipway:internalBalancer"] = {"sources": ["10.8.0.0/16"]}
    values["slipway:services"]["inside"] = {**inside, "route": {"through": "internalBalancer", "default": True}}
    made = registered("shop", values)
    bucket = made.one("aws:s3/bucket:Bucket", "internal-balancer-log-bucket")
    logs: Any = made.one(BALANCER, "internal-balancer-balancer").inputs["accessLogs"]
    assert logs == {"bucket": bucket.outputs["bucket"], "enabled": True}


def test_a_service_moves_from_one_to_the_other_in_place() -> None:
    route = {"through": "internalBalancer", "default": True}
    inside = {"slipway:internalBalancer": {"sources": ["10.8.0.0/16"]}, "slipway:services.frontend.route": route}
    kinds = {change.resource.name: change.kind for change in compare(graph({}), graph(inside)).changed}
    assert kinds["frontend-service"] == "updated"
    assert kinds["internal-balancer-frontend-targets-internal"] == "created"
    assert kinds["load-balancer-frontend-targets"] == "deleted"
    assert "api-service" not in kinds


PRIVATE: dict[str, Any] = {
    "slipway:loadBalancer.internal": True,
    "slipway:loadBalancer.waf": GONE,
    "slipway:cdn": {"waf": {}},
}
"""Nothing but CloudFront faces the internet."""


def test_behind_cloudfront_no_load_balancer_faces_the_internet() -> None:
    made = graph(PRIVATE)
    balancer = made.one(BALANCER)
    assert balancer.inputs["internal"] is True
    group: Any = balancer.inputs["securityGroups"]
    into = [rule.inputs for rule in made.of(INGRESS) if rule.inputs["securityGroupId"] in group]
    assert [(rule.get("cidrIpv4"), bool(rule.get("prefixListId")), rule["fromPort"]) for rule in into] == [
        (None, True, 443)
    ]
    assert not [rule.name for rule in made.of(INGRESS) if rule.inputs.get("cidrIpv4") == "0.0.0.0/0"]
    way: Any = made.one("aws:cloudfront/vpcOrigin:VpcOrigin").inputs["vpcOriginEndpointConfig"]
    assert way["arn"] == balancer.outputs["arn"]
    # Known by its address alone: no header to show, and no random secret.
    assert "load-balancer-origin-secret" not in {
        item.name for item in made.of("random:index/randomPassword:RandomPassword")
    }


def test_the_way_in_is_made_once_the_balancer_listens() -> None:
    made = graph(PRIVATE)
    listener = made.one(LISTENER, port=443)
    origin = made.one("aws:cloudfront/vpcOrigin:VpcOrigin")
    assert listener.urn in {*origin.dependencies, *itertools.chain(*origin.property_dependencies.values())}


def test_its_names_are_those_of_a_balancer_behind_cloudfront() -> None:
    made = graph(PRIVATE)
    records = {
        str(record.inputs["name"]) for record in made.of("aws:route53/record:Record") if record.inputs.get("aliases")
    }
    assert {"origin.shop.example.com", "shop.example.com"} <= records
    certificates = {item.inputs["domainName"] for item in made.of("aws:acm/certificate:Certificate")}
    assert {"origin.shop.example.com", "shop.example.com"} <= certificates


def test_access_lists_let_cloudfront_in_by_whichever_address_it_shows() -> None:
    flows = set(derived.flows(parse(as_engine(changed(PRIVATE)), "prod")))
    assert Flow(source="0.0.0.0/0", destination=Tier.PRIVATE, port=443) in flows
    assert Tier.PUBLIC not in {flow.destination for flow in flows}


def test_another_balancer_gets_another_way_in_beside_the_old_one() -> None:
    """CloudFront refuses a change of one that a distribution uses."""
    before, after = graph(PRIVATE), graph(PRIVATE)
    way = after.one("aws:cloudfront/vpcOrigin:VpcOrigin")
    config: Any = way.inputs["vpcOriginEndpointConfig"]
    way.inputs["vpcOriginEndpointConfig"] = {**config, "arn": f"{config['arn']}0", "name": f"{config['name']}0"}  # type: ignore[index]
    (change,) = [one for one in compare(before, after).changed if one.resource.urn == way.urn]
    assert (change.kind, change.deleted_first) == ("replaced", False)


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
