import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi_aws as aws
import pytest

from components._listener_rules import RedirectArgs
from components._target_groups import RouteArgs, TargetArgs, TargetHealthCheckArgs
from components.load_balancer import LoadBalancer, LoadBalancerArgs, OriginProtection
from components.web_acl import WebAclArgs
from preview.graph import Graph, Resource
from tests.components.conftest import ACCOUNT, build, check_contract

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
BUCKET = "aws:s3/bucket:Bucket"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LISTENER = "aws:lb/listener:Listener"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
RULE = "aws:lb/listenerRule:ListenerRule"
SECRET = "random:index/randomPassword:RandomPassword"
SERVICE = "aws:ecs/service:Service"
TARGETS = "aws:lb/targetGroup:TargetGroup"

LOCK = OriginProtection(prefix_list_id="pl-cloudfront")
MANY = ["/a", "/b", "/c", "/d", "/e", "/f"]
API = TargetArgs(port=8000, paths=["/api/*"], priority=100)
WEB = TargetArgs(port=8080, default=True)


def args(**changes: Any) -> LoadBalancerArgs:
    given: dict[str, Any] = {
        "name_prefix": "storefront-production",
        "region": "us-east-1",
        "account_id": ACCOUNT,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/own",
        "targets": {"api": API, "frontend": WEB},
    }
    return LoadBalancerArgs(**{**given, **changes})


def recorded(**changes: Any) -> Graph:
    return build(lambda: LoadBalancer("load-balancer", args(**changes)))


def https(graph: Graph) -> Resource:
    return graph.one(LISTENER, port=443)


def action(resource: Resource) -> Mapping[str, Any]:
    actions: Any = resource.inputs.get("defaultActions") or resource.inputs["actions"]
    assert len(actions) == 1
    return dict(actions[0])


def conditions(rule: Resource) -> dict[str, Any]:
    found: Any = rule.inputs["conditions"]
    merged: dict[str, Any] = {}
    for condition in found:
        merged.update(condition)
    assert len(merged) == len(found)
    return merged


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"origin_protection": LOCK},
        {"waf": WebAclArgs(), "access_log_of_cdn": True},
        {"access_log_days": None, "http_redirect": False, "targets": {}},
        {"load_balancer_name": "storefront"},
        {"internal": True, "sources": ["10.0.0.0/16"], "targets": {"api": replace(API, blue_green=True)}},
    ],
)
def test_contract(changes: dict[str, Any]) -> None:
    check_contract(lambda: LoadBalancer("load-balancer", args(**changes)))


def test_balancer() -> None:
    graph = recorded(idle_timeout_seconds=120)
    assert graph.one(
        BALANCER,
        loadBalancerType="application",
        internal=False,
        subnets=["subnet-a", "subnet-b"],
        idleTimeout=120,
        dropInvalidHeaderFields=True,
        enableDeletionProtection=True,
    )


def test_deletion_protection_off() -> None:
    assert recorded(deletion_protection=False).has(BALANCER, enableDeletionProtection=False)


def test_generated_names_fit_what_aws_takes() -> None:
    graph = recorded(targets={"recommendations": WEB})
    for resource in (*graph.of(BALANCER), *graph.of(TARGETS)):
        assert "name" not in resource.inputs
        assert len(str(resource.inputs["namePrefix"])) <= 6
    assert len(str(graph.one(BUCKET).inputs["bucketPrefix"])) <= 37


def test_given_name() -> None:
    graph = recorded(load_balancer_name="storefront")
    balancer = graph.one(BALANCER)
    assert balancer.inputs["name"] == "storefront"
    assert "namePrefix" not in balancer.inputs
    assert balancer.delete_before_replace
    assert not recorded().one(BALANCER).delete_before_replace


def test_https_listener() -> None:
    graph = recorded(tls_policy="ELBSecurityPolicy-TLS13-1-3-2021-06")
    listener = https(graph)
    assert listener.inputs["protocol"] == "HTTPS"
    assert listener.inputs["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"
    assert listener.inputs["certificateArn"] == "arn:aws:acm:us-east-1:123456789012:certificate/own"
    assert listener.inputs["loadBalancerArn"] == graph.one(BALANCER).outputs["arn"]


def test_default_target_gets_what_is_left_over() -> None:
    graph = recorded()
    assert action(https(graph)) == {
        "type": "forward",
        "targetGroupArn": graph.one(TARGETS, "load-balancer-frontend-targets").outputs["arn"],
    }
    assert [rule.name for rule in graph.of(RULE)] == ["load-balancer-api-rule"]


def test_without_default_target_nothing_is_found() -> None:
    graph = recorded(targets={"api": API})
    assert action(https(graph))["fixedResponse"] == {
        "contentType": "text/plain",
        "statusCode": "404",
        "messageBody": "Not found",
    }


def test_rules_match_paths_and_hosts() -> None:
    graph = recorded(
        targets={
            "api": TargetArgs(port=8000, paths=["/api/*", "/api", "/*"], hosts=["a.example.com"], priority=7),
            "admin": TargetArgs(port=8001, hosts=["admin.example.com"], priority=8),
        }
    )
    api, admin = (graph.one(RULE, f"load-balancer-{key}-rule") for key in ("api", "admin"))
    assert conditions(api) == {
        "pathPattern": {"values": ["/api/*", "/api", "/*"]},
        "hostHeader": {"values": ["a.example.com"]},
    }
    assert conditions(admin) == {"hostHeader": {"values": ["admin.example.com"]}}
    assert (api.inputs["priority"], admin.inputs["priority"]) == (7, 8)
    assert api.inputs["listenerArn"] == https(graph).outputs["arn"]
    targets = graph.one(TARGETS, "load-balancer-api-targets").outputs["arn"]
    assert action(api) == {"type": "forward", "targetGroupArn": targets}


def test_rules_match_headers_methods_queries_and_addresses() -> None:
    asked = TargetArgs(
        port=8000,
        headers={"X-Tenant": ["acme*"]},
        methods=["GET"],
        query={"v": ["2", "3"]},
        sources=["198.51.100.0/24"],
        priority=7,
    )
    rule = recorded(targets={"api": asked}).one(RULE, "load-balancer-api-rule")
    assert conditions(rule) == {
        "httpHeader": {"httpHeaderName": "X-Tenant", "values": ["acme*"]},
        "httpRequestMethod": {"values": ["GET"]},
        "queryStrings": [{"key": "v", "value": "2"}, {"key": "v", "value": "3"}],
        "sourceIp": {"values": ["198.51.100.0/24"]},
    }


@pytest.mark.parametrize("lock", [None, LOCK])
def test_more_than_five_values_are_rules_at_the_next_priorities(lock: OriginProtection | None) -> None:
    graph = recorded(targets={"api": replace(API, paths=MANY), "frontend": WEB}, origin_protection=lock)
    rules = [rule for rule in graph.of(RULE) if rule.name != "load-balancer-frontend-rule"]
    group = graph.one(TARGETS, "load-balancer-api-targets").outputs["arn"]
    found = {rule.name: rule.inputs["priority"] for rule in rules}
    assert len(found) > 1
    for rule in rules:
        priority = int(str(rule.inputs["priority"]))
        assert 100 <= priority < 110
        assert rule.name == ("load-balancer-api-rule" if priority == 100 else f"load-balancer-rule-{priority}")
        assert action(rule) == {"type": "forward", "targetGroupArn": group}
        assert ("httpHeader" in conditions(rule)) == (lock is not None)
    paths = [path for rule in rules for path in conditions(rule)["pathPattern"]["values"]]
    assert sorted(paths) == sorted(MANY)


def test_the_first_rule_gives_values_up_only_when_others_have_them() -> None:
    """Which values stay in the first is the values' own affair: these leave it one."""
    graph = recorded(targets={"api": replace(API, paths=[f"/p{n}" for n in range(20)])})
    first = graph.one(RULE, "load-balancer-api-rule")
    others = {rule.urn for rule in graph.of(RULE)} - {first.urn}
    assert others
    assert others <= set(first.dependencies)


def test_further_routes_are_known_by_their_priorities() -> None:
    routes = [RouteArgs(paths=["/docs/*"], priority=5), RouteArgs(hosts=["a.example.com"], priority=6)]
    graph = recorded(targets={"api": API, "frontend": replace(WEB, routes=routes)})
    group = graph.one(TARGETS, "load-balancer-frontend-targets").outputs["arn"]
    for name, priority, asked in (
        ("load-balancer-rule-5", 5, {"pathPattern": {"values": ["/docs/*", "/docs"]}}),
        ("load-balancer-rule-6", 6, {"hostHeader": {"values": ["a.example.com"]}}),
    ):
        rule = graph.one(RULE, name)
        assert (rule.inputs["priority"], conditions(rule)) == (priority, asked)
        assert action(rule) == {"type": "forward", "targetGroupArn": group}


def test_redirects_lead_elsewhere_over_https() -> None:
    redirects = [
        RedirectArgs(hosts=["www.example.com"], to_host="example.com", priority=5),
        RedirectArgs(paths=["/old/*"], to_path="/new/#{path}", permanent=False, priority=6),
    ]
    graph = recorded(redirects=redirects)
    host, path = (graph.one(RULE, f"load-balancer-rule-{number}") for number in (5, 6))
    assert conditions(host) == {"hostHeader": {"values": ["www.example.com"]}}
    assert action(host) == {
        "type": "redirect",
        "redirect": {"protocol": "HTTPS", "port": "443", "host": "example.com", "statusCode": "HTTP_301"},
    }
    assert action(path)["redirect"] == {
        "protocol": "HTTPS",
        "port": "443",
        "path": "/new/#{path}",
        "statusCode": "HTTP_302",
    }


@pytest.mark.parametrize(("version", "matcher"), [("HTTP2", "200-299"), ("GRPC", "0")])
def test_another_protocol_is_another_target_group(version: Any, matcher: str) -> None:
    target = replace(API, protocol_version=version, health=TargetHealthCheckArgs(matcher=matcher))
    graph = recorded(targets={"api": target})
    group = graph.one(TARGETS)
    assert group.name == f"load-balancer-api-targets-{version.lower()}"
    assert (group.inputs["protocol"], group.inputs["protocolVersion"]) == ("HTTP", version)
    assert action(graph.one(RULE))["targetGroupArn"] == group.outputs["arn"]
    assert "protocolVersion" not in recorded(targets={"api": API}).one(TARGETS).inputs


def test_tls_is_another_target_group_too() -> None:
    plain, newer = replace(API, protocol="HTTPS"), replace(API, protocol="HTTPS", protocol_version="HTTP2")
    for target, spoken in ((plain, "tls"), (newer, "http2-tls")):
        assert recorded(targets={"api": target}).one(TARGETS).name == f"load-balancer-api-targets-{spoken}"


def test_another_protocol_is_another_rule_where_requests_are_moved() -> None:
    target = replace(API, protocol_version="HTTP2", blue_green=True)
    graph = recorded(targets={"api": target})
    assert graph.one(RULE).name == "load-balancer-api-weighted-rule-8000-http2"
    assert {group.name for group in graph.of(TARGETS)} == {
        "load-balancer-api-targets-http2",
        "load-balancer-api-alternate-http2",
    }


def test_target_group() -> None:
    health = TargetHealthCheckArgs(
        path="/well",
        port=9000,
        interval_seconds=5,
        timeout_seconds=4,
        healthy_after=3,
        unhealthy_after=4,
        matcher="200,204",
    )
    graph = recorded(
        targets={"api": TargetArgs(port=8000, default=True, health=health, stickiness_seconds=60, protocol="HTTPS")}
    )
    group = graph.one(TARGETS, targetType="ip", vpcId="vpc-1", port=8000, protocol="HTTPS", deregistrationDelay=30)
    assert group.inputs["healthCheck"] == {
        "enabled": True,
        "path": "/well",
        "port": "9000",
        "protocol": "HTTPS",
        "interval": 5,
        "timeout": 4,
        "healthyThreshold": 3,
        "unhealthyThreshold": 4,
        "matcher": "200,204",
    }
    assert group.inputs["stickiness"] == {"type": "lb_cookie", "enabled": True, "cookieDuration": 60}


def test_target_group_defaults() -> None:
    group = recorded(targets={"web": WEB}).one(TARGETS, protocol="HTTP")
    health: Any = group.inputs["healthCheck"]
    assert (health["path"], health["port"], health["protocol"]) == ("/health", "traffic-port", "HTTP")
    assert group.inputs["stickiness"] == {"type": "lb_cookie", "enabled": False}, (
        "it is said, or it stays once it was on"
    )


def test_redirect() -> None:
    graph = recorded()
    assert action(graph.one(LISTENER, port=80, protocol="HTTP")) == {
        "type": "redirect",
        "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"},
    }
    assert open_ports(graph) == {443, 80}


def test_no_redirect_port_80_is_closed() -> None:
    graph = recorded(http_redirect=False)
    assert [listener.inputs["port"] for listener in graph.of(LISTENER)] == [443]
    assert open_ports(graph) == {443}


def open_ports(graph: Graph) -> set[object]:
    group = graph.one(GROUP)
    rules = graph.all(INGRESS, cidrIpv4="0.0.0.0/0", ipProtocol="tcp", securityGroupId=group.outputs["id"])
    assert len(rules) == len(graph.of(INGRESS))
    assert all(rule.inputs["fromPort"] == rule.inputs["toPort"] and rule.inputs["description"] for rule in rules)
    assert graph.one(BALANCER).inputs["securityGroups"] == [group.outputs["id"]]
    return {rule.inputs["fromPort"] for rule in rules}


class TestInternal:
    def test_has_private_addresses_and_is_reached_from_its_sources(self) -> None:
        graph = recorded(internal=True, sources=["10.8.0.0/16", "10.0.0.0/16"])
        assert graph.one(BALANCER).inputs["internal"] is True
        rules = {
            rule.name: (rule.inputs["cidrIpv4"], rule.inputs["fromPort"], rule.inputs["toPort"])
            for rule in graph.of(INGRESS)
        }
        assert rules == {
            f"load-balancer-group-{scheme}-10-{second}-0-0-16": (f"10.{second}.0.0/16", port, port)
            for scheme, port in (("https", 443), ("http", 80))
            for second in (0, 8)
        }

    def test_its_target_groups_and_moved_rules_are_others_than_those_of_a_public_one(self) -> None:
        """A target group goes with one balancer, and the new one is made before the old one goes."""
        targets = {"api": replace(API, blue_green=True), "frontend": WEB}
        graphs = [recorded(targets=targets), recorded(targets=targets, internal=True, sources=["10.0.0.0/16"])]
        before, after = ({r.name for r in graph.resources if r.type in (TARGETS, RULE)} for graph in graphs)
        assert not before & after
        assert {name.removesuffix("-internal") for name in after} == before

    def test_cloudfront_comes_in_by_a_group_of_its_own(self) -> None:
        graph = recorded(internal=True, sources=[], cloudfront_prefix_list_id="pl-cloudfront")
        rule = graph.one(INGRESS)
        assert (rule.inputs["prefixListId"], rule.inputs["fromPort"], rule.inputs["toPort"]) == (
            "pl-cloudfront",
            443,
            443,
        )
        assert len(graph.of(GROUP)) == 2
        assert action(https(graph))["type"] == "forward"
        with pytest.raises(ValueError, match="cloudfront_prefix_list_id: is of an internal one"):
            args(cloudfront_prefix_list_id="pl-cloudfront")

    @pytest.mark.parametrize(
        ("source", "problem"),
        [
            ("0.0.0.0/0", "0.0.0.0/0 is everybody, and the internet does not reach it: name the networks"),
            ("10.0.0.1/16", "'10.0.0.1/16' is not an IPv4 range: bits are set beyond its length; use 10.0.0.0/16"),
        ],
    )
    def test_its_sources_are_networks(self, source: str, problem: str) -> None:
        with pytest.raises(ValueError, match=r"LoadBalancerArgs\.sources") as error:
            args(internal=True, sources=[source])
        assert str(error.value) == f"LoadBalancerArgs.sources: {problem}"


class TestOriginLock:
    def test_only_cloudfront_gets_in(self) -> None:
        graph = recorded(origin_protection=LOCK)
        rule = graph.one(INGRESS)
        assert rule.inputs["prefixListId"] == "pl-cloudfront"
        assert "cidrIpv4" not in rule.inputs
        assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (443, 443)
        own, cloudfront = (graph.one(GROUP, f"load-balancer-{role}") for role in ("group", "cloudfront"))
        assert rule.inputs["securityGroupId"] == cloudfront.outputs["id"]
        assert graph.one(BALANCER).inputs["securityGroups"] == [own.outputs["id"], cloudfront.outputs["id"]]

    def test_port_80_is_closed(self) -> None:
        assert [listener.inputs["port"] for listener in recorded(origin_protection=LOCK).of(LISTENER)] == [443]

    def test_who_does_not_know_the_header_is_refused(self) -> None:
        found = action(https(recorded(origin_protection=LOCK)))
        assert found["type"] == "fixed-response"
        assert found["fixedResponse"]["statusCode"] == "403"

    def test_every_target_wants_the_header(self) -> None:
        graph = recorded(origin_protection=LOCK)
        header = {"httpHeader": {"httpHeaderName": "X-Origin-Verify", "values": [graph.one(SECRET).outputs["result"]]}}
        found = {rule.name: (rule.inputs["priority"], conditions(rule)) for rule in graph.of(RULE)}
        assert found == {
            "load-balancer-api-rule": (100, {"pathPattern": {"values": ["/api/*", "/api"]}, **header}),
            "load-balancer-frontend-rule": (50000, header),
        }

    def test_the_header_is_secret(self) -> None:
        graph = recorded(origin_protection=LOCK)
        assert all(rule.secrets == {"conditions"} for rule in graph.of(RULE))
        result = graph.one(SECRET).outputs["result"]
        for resource in graph.resources:
            plain = {key: value for key, value in resource.inputs.items() if key not in resource.secrets}
            assert str(result) not in str(plain)

    def test_outputs(self) -> None:
        graph = recorded(origin_protection=OriginProtection(prefix_list_id="pl-1", header_name="X-Mine"))
        outputs = graph.registered_outputs[graph.one("slipway:index:LoadBalancer").urn]
        assert outputs["origin_header"] == "X-Mine"
        assert outputs["origin_secret"] == graph.one(SECRET).outputs["result"]

    def test_no_lock_no_secret(self) -> None:
        graph = recorded()
        outputs = graph.registered_outputs[graph.one("slipway:index:LoadBalancer").urn]
        assert not graph.of(SECRET)
        assert outputs["origin_header"] == ""
        assert outputs.get("origin_secret") is None


@pytest.mark.parametrize("lock", [LOCK, None])
def test_target_is_known_after_what_sends_it_requests(lock: OriginProtection | None) -> None:
    def program() -> None:
        balancer = LoadBalancer("load-balancer", args(origin_protection=lock))
        for key, target in balancer.targets.items():
            aws.ecs.Service(
                key,
                load_balancers=[
                    aws.ecs.ServiceLoadBalancerArgs(container_name=key, container_port=80, target_group_arn=target.arn)
                ],
            )

    graph = build(program)
    api, frontend = graph.one(SERVICE, "api"), graph.one(SERVICE, "frontend")
    assert [rule.name for rule in graph.direct(api, RULE)] == ["load-balancer-api-rule"]
    assert [group.name for group in graph.direct(api, TARGETS)] == ["load-balancer-api-targets"]
    if lock:
        assert [rule.name for rule in graph.direct(frontend, RULE)] == ["load-balancer-frontend-rule"]
    else:
        assert graph.direct(frontend, LISTENER) == (https(graph),)


def test_outputs() -> None:
    graph = recorded()
    outputs = graph.registered_outputs[graph.one("slipway:index:LoadBalancer").urn]
    balancer = graph.one(BALANCER).outputs
    assert outputs["arn"] == balancer["arn"]
    assert outputs["arn_suffix"] == balancer["arnSuffix"]
    assert outputs["dns_name"] == balancer["dnsName"]
    assert outputs["zone_id"] == balancer["zoneId"]
    assert outputs["security_group_id"] == graph.one(GROUP).outputs["id"]
    assert outputs["targets"] == {
        key: {"arn": made["arn"], "arn_suffix": made["arnSuffix"]}
        for key in ("api", "frontend")
        for made in [graph.one(TARGETS, f"load-balancer-{key}-targets").outputs]
    }


class TestAccessLog:
    def test_balancer_waits_for_the_policy(self) -> None:
        graph = recorded()
        balancer = graph.one(BALANCER)
        assert balancer.inputs["accessLogs"] == {"bucket": graph.one(BUCKET).outputs["bucket"], "enabled": True}
        assert graph.direct(balancer, POLICY)

    def test_changes_to_the_bucket_come_one_after_the_other(self) -> None:
        graph = recorded()
        kinds = (
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            POLICY,
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        )
        for later, earlier in itertools.pairwise(kinds):
            assert graph.direct(graph.one(later), earlier), f"{later} does not wait for {earlier}"

    def test_bucket_is_closed_and_encrypted_as_load_balancers_can(self) -> None:
        graph = recorded()
        assert graph.has(
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            blockPublicAcls=True,
            blockPublicPolicy=True,
            ignorePublicAcls=True,
            restrictPublicBuckets=True,
        )
        assert graph.has(
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls", rule={"objectOwnership": "BucketOwnerEnforced"}
        )
        encryption = graph.one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
        assert encryption.inputs["rules"] == [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]

    @pytest.mark.parametrize(
        ("region", "principals"),
        [
            (
                "us-east-1",
                [
                    {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                    {"AWS": "arn:aws:iam::127311923021:root"},
                ],
            ),
            ("ap-south-2", [{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}]),
        ],
    )
    def test_load_balancers_of_the_account_write(self, region: str, principals: list[dict[str, str]]) -> None:
        graph = recorded(region=region)
        arn = graph.one(BUCKET).outputs["arn"]
        statements = json.loads(str(graph.one(POLICY).inputs["policy"]))["Statement"]
        allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
        assert [statement["Principal"] for statement in allowed] == principals
        assert all(statement["Action"] == ["s3:PutObject"] for statement in allowed)
        assert all(statement["Resource"] == [f"{arn}/AWSLogs/{ACCOUNT}/*"] for statement in allowed)

    def test_cloudfront_of_the_account_writes_where_it_is_there(self) -> None:
        graph = recorded(access_log_of_cdn=True)
        arn = graph.one(BUCKET).outputs["arn"]
        statements = json.loads(str(graph.one(POLICY).inputs["policy"]))["Statement"]
        (allowed,) = (s for s in statements if s["Principal"] == {"Service": "delivery.logs.amazonaws.com"})
        assert (allowed["Effect"], allowed["Action"]) == ("Allow", ["s3:PutObject"])
        assert allowed["Resource"] == [f"{arn}/AWSLogs/{ACCOUNT}/*"]
        assert allowed["Condition"] == {
            "StringEquals": {"aws:SourceAccount": ACCOUNT, "s3:x-amz-acl": "bucket-owner-full-control"},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"},
        }

    def test_nothing_without_tls(self) -> None:
        graph = recorded()
        arn = graph.one(BUCKET).outputs["arn"]
        statements = json.loads(str(graph.one(POLICY).inputs["policy"]))["Statement"]
        (denied,) = (statement for statement in statements if statement["Effect"] == "Deny")
        assert denied["Principal"] == "*"
        assert denied["Action"] == ["s3:*"]
        assert denied["Resource"] == [arn, f"{arn}/*"]
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    def test_entries_go(self) -> None:
        lifecycle = recorded(access_log_days=7).one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
        (rule,) = _list(lifecycle.inputs["rules"])
        assert rule["expiration"] == {"days": 7}
        assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})

    @pytest.mark.parametrize("kept", [True, False])
    def test_kept_on_destroy(self, *, kept: bool) -> None:
        graph = recorded(protect=kept, empty_on_destroy=not kept)
        assert graph.one(BUCKET).inputs["forceDestroy"] is not kept
        assert [resource.name for resource in graph.resources if resource.protect] == (
            ["load-balancer-log-bucket"] if kept else []
        )

    def test_off(self) -> None:
        graph = recorded(access_log_days=None)
        assert not graph.of(BUCKET)
        assert "accessLogs" not in graph.one(BALANCER).inputs


def test_firewall() -> None:
    graph = recorded(waf=WebAclArgs(rate_limit=100))
    acl = graph.one("aws:wafv2/webAcl:WebAcl", scope="REGIONAL")
    association = graph.one("aws:wafv2/webAclAssociation:WebAclAssociation")
    assert association.inputs["webAclArn"] == acl.outputs["arn"]
    assert association.inputs["resourceArn"] == graph.one(BALANCER).outputs["arn"]


def test_no_firewall() -> None:
    assert not any(resource.type.startswith("aws:wafv2/") for resource in recorded().resources)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"region": "here"}, "region: 'here' is not an AWS region"),
        ({"load_balancer_name": "internal-one"}, "load_balancer_name: 'internal-one' is not a load balancer's name"),
        ({"load_balancer_name": "a" * 33}, "load_balancer_name: "),
        ({"subnet_ids": ["subnet-a"]}, "subnet_ids: 1 given; at least two, in different zones, are needed"),
        ({"tls_policy": "ELBSecurityPolicy-2016-08"}, "tls_policy: 'ELBSecurityPolicy-2016-08' lets TLSv1 in, and"),
        ({"idle_timeout_seconds": 0}, "idle_timeout_seconds: 0 is outside 1 to 4000"),
        ({"idle_timeout_seconds": 4001}, "idle_timeout_seconds: 4001 is outside 1 to 4000"),
        ({"access_log_days": 0}, "access_log_days: 0 is outside 1 to 3653"),
        (
            {"given_access_log_bucket": "logs"},
            "access_log_days: 90 does not go with given_access_log_bucket: give None",
        ),
        ({"waf": WebAclArgs(), "origin_protection": LOCK}, "waf: does not go with origin_protection"),
        ({"targets": {"Web": WEB}}, "targets: 'Web' is not a name of lower-case letters"),
        ({"targets": {"a": WEB, "b": WEB}}, "targets: a, b are all default; only one can be"),
        ({"targets": {"a": API, "b": API}}, "targets: a, b share the priority 100"),
        (
            {
                "origin_protection": LOCK,
                "targets": {"a": WEB, "b": TargetArgs(port=80, paths=["/b"], priority=50000)},
            },
            "targets: a, b share the priority 50000",
        ),
        (
            {"targets": {"a": TargetArgs(port=80, paths=[f"/{n}" for n in range(51)], priority=1)}},
            "targets: a: 51 values to match are too many for one route",
        ),
        (
            {"targets": {"a": replace(API, routes=[RouteArgs(paths=["/a/*"], headers={"X": "abcd"}, priority=1)])}},
            "targets: a: 6 values would have to stand in each rule",
        ),
        (
            {"targets": {"a": replace(API, routes=[RouteArgs(paths=["/a"], priority=100)])}},
            "targets: a, a share the priority 100; each needs its own",
        ),
        (
            {"targets": {"a": replace(API, blue_green=True, paths=MANY)}},
            "targets: a needs several rules, of which ECS moves the requests of one",
        ),
        (
            {"redirects": [RedirectArgs(hosts=["a.example.com"], to_path="/", headers={"X": "abcdef"}, priority=1)]},
            "redirects: 7 values would have to stand in each rule",
        ),
        (
            {"redirects": [RedirectArgs(hosts=["a.example.com"], to_path="/", priority=100)]},
            "targets: api, redirect share the priority 100; each needs its own",
        ),
    ],
)
def test_refuses(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^LoadBalancerArgs\.") as refused:
        args(**changes)
    assert str(refused.value).startswith(f"LoadBalancerArgs.{message}")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"priority": 0, "paths": ["/"], "to_path": "/a"}, "priority: 0 is outside 1 to 50000"),
        ({"priority": 1, "to_path": "/a"}, "paths: none given, nor anything else that tells which requests"),
        ({"priority": 1, "paths": ["/"]}, "to_host: None, as to_path is: it leads nowhere"),
    ],
)
def test_redirect_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^RedirectArgs\.") as refused:
        RedirectArgs(**given)
    assert str(refused.value) == f"RedirectArgs.{message}"


def test_route_refuses() -> None:
    with pytest.raises(ValueError, match=r"^RouteArgs\.paths: 'a' is not a path pattern.*\nRouteArgs\.priority: 0 is"):
        RouteArgs(paths=["a"], priority=0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"port": 0, "default": True}, "port: 0 is outside 1 to 65535"),
        ({"port": 80}, "paths: none given, nor hosts"),
        ({"port": 80, "paths": ["api"], "priority": 1}, "paths: 'api' is not a path pattern"),
        (
            {"port": 80, "paths": [f"/{'a' * 128}"], "priority": 1},
            "paths: a text of 129 characters is not a path pattern",
        ),
        ({"port": 80, "hosts": ["api"], "priority": 1}, "hosts: 'api' is not a host name"),
        ({"port": 80, "paths": ["/"]}, "priority: None does not go with paths or hosts; give 1 to 50000"),
        ({"port": 80, "paths": ["/"], "priority": 50001}, "priority: 50001 is outside 1 to 50000"),
        ({"port": 80, "paths": ["/"], "priority": 1, "default": True}, "default: True does not go with paths"),
        ({"port": 80, "priority": 1, "default": True}, "default: True does not go with paths"),
        ({"port": 80, "default": True, "deregistration_seconds": 3601}, "deregistration_seconds: 3601 is outside 0 to"),
        ({"port": 80, "default": True, "protocol_version": "GRPC"}, "health: '200-299' is not a list of gRPC's status"),
        ({"port": 80, "priority": 1, "methods": ["get"]}, "methods: 'get' is not a method in capitals"),
        ({"port": 80, "priority": 1, "headers": {"Host": ["a"]}}, "headers: 'Host' is not a header's name"),
        ({"port": 80, "priority": 1, "query": {"v": [""]}}, "query: '' is not 1 to 128 printable ASCII characters"),
        ({"port": 80, "priority": 1, "sources": ["10.0.0.1"]}, "sources: '10.0.0.1' is not an IPv4 range"),
        (
            {"port": 80, "default": True, "blue_green": True, "routes": [RouteArgs(paths=["/a"], priority=1)]},
            "routes: do not go with blue_green",
        ),
        ({"port": 80, "default": True, "stickiness_seconds": 0}, "stickiness_seconds: 0 is outside 1 to 604800"),
    ],
)
def test_target_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^TargetArgs\.") as refused:
        TargetArgs(**given)
    assert str(refused.value).startswith(f"TargetArgs.{message}")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": "health"}, "path: 'health' is not a path"),
        ({"port": 65536}, "port: 65536 is outside 1 to 65535"),
        ({"interval_seconds": 4, "timeout_seconds": 2}, "interval_seconds: 4 is outside 5 to 300"),
        ({"timeout_seconds": 1}, "timeout_seconds: 1 is outside 2 to 120"),
        ({"interval_seconds": 5}, "timeout_seconds: 5 is not below the interval of 5"),
        ({"healthy_after": 1}, "healthy_after: 1 is outside 2 to 10"),
        ({"unhealthy_after": 11}, "unhealthy_after: 11 is outside 2 to 10"),
        ({"matcher": "200-"}, "matcher: '200-' is not a list of status codes"),
        ({"matcher": "500"}, "matcher: '500' is not a list of status codes"),
    ],
)
def test_health_check_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=r"^TargetHealthCheckArgs\.") as refused:
        TargetHealthCheckArgs(**given)
    assert str(refused.value).startswith(f"TargetHealthCheckArgs.{message}")


@pytest.mark.parametrize("header", ["X Mine", "X-Amz-Mine", "x-edge-mine", "", "a" * 41])
def test_origin_lock_refuses(header: str) -> None:
    with pytest.raises(ValueError, match=r"^OriginProtection\.header_name: "):
        OriginProtection(prefix_list_id="pl-1", header_name=header)


def _list(value: object) -> list[Any]:
    assert isinstance(value, list)
    return value


class TestBlueGreen:
    SWITCHED = replace(API, blue_green=True)

    def test_two_target_groups_and_a_rule_that_ecs_writes_to(self) -> None:
        graph = recorded(targets={"api": self.SWITCHED, "frontend": WEB})
        blue, green = (graph.one(TARGETS, f"load-balancer-api-{end}") for end in ("targets", "alternate"))
        for key in ("port", "protocol", "healthCheck", "targetType", "vpcId", "deregistrationDelay"):
            assert blue.inputs[key] == green.inputs[key]
        rule = graph.one(RULE, "load-balancer-api-weighted-rule-8000")
        assert action(rule) == {
            "type": "forward",
            "forward": {
                "targetGroups": [
                    {"arn": blue.outputs["arn"], "weight": 100},
                    {"arn": green.outputs["arn"], "weight": 0},
                ]
            },
        }
        assert rule.ignore_changes == ("actions",)
        assert rule.inputs["priority"] == 100
        assert conditions(rule)["pathPattern"] == {"values": ["/api/*", "/api"]}
        assert not [r for r in graph.of(RULE) if r.name == "load-balancer-api-rule"]
        assert not [r for r in graph.of(TARGETS) if r.name == "load-balancer-frontend-alternate"]

    def test_the_default_target_has_a_rule_for_everything(self) -> None:
        web = replace(WEB, blue_green=True)
        for lock, wanted in ((None, {"pathPattern"}), (LOCK, {"pathPattern", "httpHeader"})):
            graph = recorded(targets={"api": API, "frontend": web}, origin_protection=lock)
            rule = graph.one(RULE, "load-balancer-frontend-weighted-rule-8080")
            assert rule.inputs["priority"] == 49999
            assert set(conditions(rule)) == wanted
            assert conditions(rule)["pathPattern"] == {"values": ["/*"]}

    def test_both_are_known_after_the_rule(self) -> None:
        def program() -> None:
            target = LoadBalancer("load-balancer", args(targets={"api": self.SWITCHED})).targets["api"]
            assert target.green
            for key, arn in (("blue", target.arn), ("green", target.green.arn)):
                aws.ecs.Service(
                    key,
                    load_balancers=[
                        aws.ecs.ServiceLoadBalancerArgs(container_name=key, container_port=80, target_group_arn=arn)
                    ],
                )

        graph = build(program)
        for key in ("blue", "green"):
            assert [rule.name for rule in graph.direct(graph.one(SERVICE, key), RULE)] == [
                "load-balancer-api-weighted-rule-8000"
            ]

    def test_a_default_that_is_switched_shares_its_priority_with_nobody(self) -> None:
        targets = {"api": replace(API, priority=49999), "frontend": replace(WEB, blue_green=True)}
        with pytest.raises(ValueError, match="share the priority 49999"):
            args(targets=targets)

    def test_contract(self) -> None:
        check_contract(lambda: LoadBalancer("load-balancer", args(targets={"api": self.SWITCHED, "frontend": WEB})))
