"""Exposure of load balancers: where they stand, and what stands before them."""

from collections.abc import Collection, Iterator
from typing import Final

from policy import values
from policy.control import HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.model import Finding, Graph, ResolvedRefs, Resource, Verdict
from policy.rule import Config, resource_rule, stack_rule
from policy.rules.bucket import DISTRIBUTION
from policy.rules.exposure import spans_two_zones
from policy.rules.load_balancer import is_application
from policy.topology import (
    CLASSIC_BALANCER,
    DEFAULT_GROUP,
    GROUP,
    LOAD_BALANCER,
    SUBNET,
    Topology,
    faces_world,
    ingresses,
)
from policy.values import UNKNOWN, Answer, Unknown

FIREWALL: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"


FIREWALL_CLASSIC: Final = "aws:wafregional/webAclAssociation:WebAclAssociation"


RECORD: Final = "aws:route53/record:Record"


def _faces_internet(balancer: Resource) -> Answer:
    internal = balancer.flag("internal")
    return internal if internal is UNKNOWN else not internal


@stack_rule(
    Control(
        name="load-balancer-spans-zones",
        title="Load balancers span two zones",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A balancer in one zone goes down with it.",
        remediation="aws.lb.LoadBalancer(..., subnets=<one of each zone>)",
        url=HUB + "elb-controls.html#elb-13",
        fsbp=("ELB.10", "ELB.13"),
        nist=("CP-10", "SC-36"),
        prowler=("elbv2_is_in_multiple_az", "elb_is_in_multiple_az"),
    ),
    LOAD_BALANCER,
    CLASSIC_BALANCER,
)
def spans_zones(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A balancer in one zone goes down with it."""
    topology = Topology(graph)
    for balancer in (item.inputs for item in graph.of(LOAD_BALANCER, CLASSIC_BALANCER)):
        path = "subnets" if balancer.has("subnets") else "subnetMappings.*.subnetId"
        if balancer.type == CLASSIC_BALANCER and not balancer.has("subnets"):
            zones = values.items(balancer.get("availabilityZones"))
            yield from balancer.must_hold(
                len(set(values.strings(zones))) > 1 or (UNKNOWN if UNKNOWN in zones else False),
                "availabilityZones names fewer than two zones",
                about="availabilityZones",
                fix="a subnet of each of two availability zones",
            )
        else:
            yield from spans_two_zones(graph, topology, balancer, path)


@resource_rule(
    Control(
        name="load-balancer-firewall-fails-closed",
        title="Nothing passes a load balancer that its firewall could not judge",
        category="Firewall",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Whoever can keep the firewall busy gets past it.",
        remediation="aws.lb.LoadBalancer(...) without enable_waf_fail_open=True",
        url="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-waf.html",
        nist=("SC-7", "SC-24"),
    ),
    LOAD_BALANCER,
)
def firewall_fails_closed(balancer: Resource, _config: Config) -> Iterator[Finding]:
    """What the firewall cannot judge does not pass."""
    fix = "enable_waf_fail_open=False, the default"
    yield from balancer.must_be("enableWafFailOpen", wanted=False, fix=fix)


@stack_rule(
    Control(
        name="load-balancer-in-matching-subnets",
        title="Load balancers face the internet from public subnets, and are internal in private ones",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="In a private subnet nobody outside reaches it; in a public one an internal balancer is one flag away from the world.",
        remediation="aws.lb.LoadBalancer(..., internal=False, subnets=network.public_subnet_ids)",
        url="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
        nist=("SC-7",),
        prowler=("elbv2_internet_facing",),
    ),
    LOAD_BALANCER,
)
def in_matching_subnets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Facing the internet: in subnets with a route to it. Internal: in subnets without."""
    topology = Topology(graph)
    for balancer in graph.of(LOAD_BALANCER):
        yield from _in_matching_subnets(graph, topology, balancer)


def _in_matching_subnets(graph: Graph, topology: Topology, balancer: Resource) -> Iterator[Finding]:
    path = "subnets" if balancer.has("subnets") else "subnetMappings.*.subnetId"
    chosen = graph.refers(balancer, path, SUBNET)
    outward = _faces_internet(balancer)
    if outward is UNKNOWN:
        yield balancer.unknown("internal is not known yet")
        return
    reaches = [(subnet, topology.subnet(subnet)) for subnet in chosen.found]
    wrong = [
        (subnet, reach) for subnet, reach in reaches if reach.verdict is (Verdict.PASS if outward else Verdict.FAIL)
    ]
    if wrong and (chosen.exact or len(wrong) == len(reaches)):
        subnet, reach = wrong[0]
        what = (
            f"it faces the internet, and subnet {subnet.name} has no route to an internet gateway"
            if outward
            else f"it is internal, and {reach.why}"
        )
        yield balancer.fails(what, fix="public subnets for internal=False, private ones for internal=True")
    elif wrong or not chosen.certain or any(reach.verdict is Verdict.UNKNOWN for _, reach in reaches):
        yield balancer.unknown("whether its subnets lead to the internet is not known yet")


@stack_rule(
    Control(
        name="load-balancer-behind-firewall",
        title="Load balancers that face the internet stand behind a web ACL",
        category="Firewall",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Known attacks and floods of requests reach the application. Behind CloudFront, its web ACL counts.",
        remediation="aws.wafv2.WebAclAssociation(..., resource_arn=balancer.arn, web_acl_arn=acl.arn)",
        url=HUB + "elb-controls.html#elb-16",
        fsbp=("ELB.16",),
        nist=("SC-5", "SC-7"),
        checkov=("CKV2_AWS_28",),
        prowler=("elbv2_waf_acl_attached",),
        cdk_nag=("ALBWAFEnabled",),
    ),
    LOAD_BALANCER,
)
def behind_firewall(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Its own web ACL. Behind CloudFront that is the distribution's: cdn-behind-firewall."""
    fronted, _ = _behind_cdn(graph)
    for balancer in graph.of(LOAD_BALANCER):
        outward, application = _faces_internet(balancer), is_application(balancer)
        if outward is False or application is False or balancer.urn in fronted:
            continue
        firewalls, vague = graph.companions(balancer, "resourceArn", FIREWALL, FIREWALL_CLASSIC)
        if not firewalls:
            yield from balancer.must_hold(
                UNKNOWN if vague or UNKNOWN in (outward, application) else False,
                "it faces the internet without a web ACL",
                about="whether it has a web ACL",
                fix="an aws.wafv2.WebAclAssociation with resource_arn=balancer.arn",
            )


@stack_rule(
    Control(
        name="load-balancer-behind-cdn-only",
        title="A load balancer behind CloudFront is reached through CloudFront only",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=IN_PRODUCTION,
        why="Whoever finds its address goes round CloudFront, its firewall and its limits; a secret header stops requests, not floods.",
        remediation='ingress by prefix_list_id=aws.ec2.get_managed_prefix_list(name="com.amazonaws.global.cloudfront.origin-facing").id',
        url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
        nist=("SC-7", "AC-4"),
    ),
    LOAD_BALANCER,
)
def behind_cdn_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """An origin that everybody reaches is a way round CloudFront, its firewall and its limits."""
    fronted, vague = _behind_cdn(graph)
    for balancer in graph.of(LOAD_BALANCER):
        outward = _faces_internet(balancer)
        if outward is False or not (balancer.urn in fronted or vague) or not balancer.inputs.has("securityGroups"):
            continue
        chosen = graph.refers(balancer, "securityGroups", GROUP, DEFAULT_GROUP)
        exposed = _lets_in_the_world(graph, chosen)
        if exposed:
            yield from balancer.must_hold(
                UNKNOWN if UNKNOWN in (exposed, outward) or balancer.urn not in fronted else False,
                "its security group lets in the internet, wanted CloudFront's prefix list alone",
                about="whom it lets in besides CloudFront",
                fix="prefix_list_id of com.amazonaws.global.cloudfront.origin-facing, or internal=True and a VPC origin",
            )


def _lets_in_the_world(graph: Graph, chosen: ResolvedRefs) -> Answer:
    """Whether any of the security groups that a balancer names lets the internet in."""
    groups = {group.urn for group in chosen.found}
    open_: list[Answer] = [] if chosen.certain else [UNKNOWN]
    for way in ingresses(graph):
        if not way.groups.found or not groups.isdisjoint(group.urn for group in way.groups.found):
            world = values.some(UNKNOWN if cidr is UNKNOWN else faces_world(cidr) for cidr in way.cidrs)
            sure = way.groups.certain and chosen.exact
            open_.append(world if sure and not way.unread else UNKNOWN if world or way.unread else False)
    return values.some(open_)


def _behind_cdn(graph: Graph) -> tuple[set[str], bool]:
    """The balancers that distributions have as origins, by URN, and whether there may be others.

    An origin names the balancer's address, or a DNS record that leads to it.
    """
    found: set[str] = set()
    vague = False
    for distribution in graph.of(DISTRIBUTION):
        hosts = {values.text(values.at(origin, "domainName")) for origin in values.items(distribution.get("origins"))}
        direct = graph.refers(distribution, "origins", LOAD_BALANCER).found
        named = [b for b in graph.of(LOAD_BALANCER) if b.text("dnsName") in hosts - {UNKNOWN, ""}]
        through, unsure = _through_records(graph, distribution, hosts)
        found |= {balancer.urn for balancer in (*direct, *named)} | through
        vague = vague or unsure or (UNKNOWN in hosts and not distribution.dependencies.get("origins"))
    return found, vague


def _through_records(graph: Graph, distribution: Resource, hosts: Collection[str | Unknown]) -> tuple[set[str], bool]:
    """The balancers to which DNS records of a distribution's origins lead, by URN, and whether there may be others."""
    found: set[str] = set()
    vague = False
    names = {_plain(host) for host in hosts if host is not UNKNOWN}
    linked = {record.urn for record in graph.refers(distribution, "origins", RECORD).found}
    for record in graph.of(RECORD):
        name = record.text("name")
        elsewhere = name is not UNKNOWN and _plain(name) not in names
        if elsewhere and record.urn not in linked:
            continue
        path = "aliases" if record.has("aliases") else "records"
        behind = graph.refers(record, path, LOAD_BALANCER).found
        if name is not UNKNOWN or record.urn in linked:
            found |= {balancer.urn for balancer in behind}
        lost = values.has_unknown(record.get(path)) and not record.dependencies.get(path)
        leads = name is UNKNOWN and bool(behind)
        vague = any((vague, lost, leads))
    return found, vague


def _plain(host: str) -> str:
    return host.rstrip(".").lower()
