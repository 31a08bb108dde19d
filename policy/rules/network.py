"""VPCs: their logs, names, subnets and endpoints."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.documents import allows, covers, everyone, limited_by, statements
from policy.model import Finding, Graph, Resource, Verdict
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.topology import ENDPOINT, SUBNET, VPC, Topology
from policy.values import UNKNOWN, Answer, Value

BLOCK_OPTIONS: Final = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"


DEFAULT_SUBNET: Final = "aws:ec2/defaultSubnet:DefaultSubnet"


DEFAULT_VPC: Final = "aws:ec2/defaultVpc:DefaultVpc"


ENDPOINT_POLICY: Final = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"


FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"


_TRAFFIC: Final = "ACCEPT|REJECT|ALL"


_BLOCK_MODE: Final = "off|block-bidirectional|block-ingress"


ZONE_NAME: Final = r"[a-z]{2,3}(-[a-z]{2,4})?-[a-z]+-\d[a-z]?(-[a-z]{3}-\d[a-z])?|[a-z]{3,5}\d-az\d"


_ENDPOINT_CALLERS: Final = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
)


@stack_rule(
    Control(
        name="network-flow-logged",
        title="Each VPC logs its flows",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Without them nobody can say after an incident which address talked to which.",
        remediation='aws.ec2.FlowLog(..., vpc_id=vpc.id, traffic_type="ALL", log_destination=group.arn, iam_role_arn=role.arn)',
        url=HUB + "ec2-controls.html#ec2-6",
        fsbp=("EC2.6",),
        cis=("3.7",),
        nist=("AU-12", "SI-4"),
        checkov=("CKV2_AWS_11",),
        prowler=("vpc_flow_logs_enabled",),
        cdk_nag=("VPC7", "VPCFlowLogsEnabled"),
    ),
    VPC,
    FLOW_LOG,
)
def flow_logged(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Refused connections are the first sign of somebody looking around."""
    for network in graph.of(VPC):
        logs, vague = graph.companions(network, "vpcId", FLOW_LOG)
        yield from network.must_hold(
            values.some([bool(logs), *[UNKNOWN] * vague]),
            "it has no flow log",
            about="its flow log",
            fix='aws.ec2.FlowLog(..., vpc_id=vpc.id, traffic_type="ALL", log_destination=group.arn, iam_role_arn=role.arn)',
        )
    for log in graph.of(FLOW_LOG):
        traffic = log.text("trafficType", default="ALL")
        yield from log.must_hold(
            UNKNOWN if traffic is UNKNOWN else traffic in ("ALL", "REJECT"),
            f"trafficType is {values.show(traffic, _TRAFFIC)}, wanted ALL or REJECT",
            about="trafficType",
            fix='traffic_type="ALL"',
        )


@stack_rule(
    Control(
        name="subnets-give-no-public-ip",
        title="Subnets give no public addresses by themselves",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Whatever is started there faces the internet without anybody having said so.",
        remediation="aws.ec2.Subnet(..., map_public_ip_on_launch=False)",
        url=HUB + "ec2-controls.html#ec2-15",
        fsbp=("EC2.15",),
        nist=("SC-7",),
        checkov=("CKV_AWS_130",),
        prowler=("vpc_subnet_no_public_ip_by_default",),
        cdk_nag=("VPCSubnetAutoAssignPublicIpDisabled",),
    ),
    SUBNET,
)
def subnets_give_no_public_ip(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Load balancers and NAT gateways get theirs without it. IPv6 addresses count where the internet has a way in."""
    topology = Topology(graph)
    path = "assignIpv6AddressOnCreation"
    for subnet in graph.of(SUBNET):
        yield from subnet.must_be("mapPublicIpOnLaunch", wanted=False, fix="map_public_ip_on_launch=False")
        if not subnet.has(path) or subnet.flag(path) is False or subnet.flag("ipv6Native") is True:
            continue
        reach = topology.subnet(subnet)
        if reach.verdict is Verdict.FAIL:
            yield from subnet.must_be(path, wanted=False, fix="assign_ipv6_address_on_creation=False")
        elif reach.verdict is Verdict.UNKNOWN:
            yield subnet.unknown(f"{path} is not false, and {reach.why}")


@resource_rule(
    Control(
        name="default-network-unused",
        title="Nothing adopts the default VPC or its subnets",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="All its subnets are public, it has no flow log, and its addresses collide with every other account's.",
        remediation="aws.ec2.Vpc with subnets of its own",
        url="https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html",
        nist=("SC-7",),
        checkov=("CKV_AWS_148",),
    ),
    DEFAULT_VPC,
    DEFAULT_SUBNET,
)
def default_network_unused(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Every subnet of it is public, and all accounts use the same addresses. What is unknown does not matter."""
    yield resource.fails(
        "it adopts the default VPC, whose subnets are all public", fix="aws.ec2.Vpc and its own subnets"
    )


@resource_rule(
    Control(
        name="network-dns-on",
        title="VPCs have DNS support and hostnames",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Without both, private names of endpoints, databases and hosted zones do not resolve.",
        remediation="aws.ec2.Vpc(..., enable_dns_support=True, enable_dns_hostnames=True)",
        url="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html",
        nist=("SC-20",),
    ),
    VPC,
)
def dns_on(network: Resource, _config: Config) -> Iterator[Finding]:
    """Endpoints with private names and private hosted zones need both."""
    yield from network.must_be("enableDnsSupport", wanted=True, default=True, fix="enable_dns_support=True")
    yield from network.must_be("enableDnsHostnames", wanted=True, fix="enable_dns_hostnames=True")


@resource_rule(
    Control(
        name="network-public-access-blocked",
        title="Block Public Access of VPCs is on where it is declared",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="It holds for every VPC of the account, whatever its routes and groups say.",
        remediation='aws.ec2.VpcBlockPublicAccessOptions(..., internet_gateway_block_mode="block-ingress"), and exclusions',
        url=HUB + "ec2-controls.html#ec2-172",
        fsbp=("EC2.172",),
        nist=("SC-7", "AC-4"),
    ),
    BLOCK_OPTIONS,
)
def public_access_blocked(options: Resource, _config: Config) -> Iterator[Finding]:
    """Judged where a program declares it; that every account has it, no single program can tell."""
    mode = options.text("internetGatewayBlockMode")
    yield from options.must_hold(
        UNKNOWN if mode is UNKNOWN else mode in ("block-bidirectional", "block-ingress"),
        f"internetGatewayBlockMode is {values.show(mode, _BLOCK_MODE)}, wanted block-bidirectional or block-ingress",
        about="internetGatewayBlockMode",
        fix='internet_gateway_block_mode="block-ingress", and an exclusion for the VPC of the load balancer',
    )


def zone_of(subnet: Resource) -> Value:
    """The zone of a subnet, by name or id."""
    return subnet.get("availabilityZone") or subnet.get("availabilityZoneId")


@stack_rule(
    Control(
        name="network-spans-zones",
        title="The subnets of a VPC lie in two zones at least",
        category="Multi-AZ",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A failure of the one zone takes everything with it.",
        remediation="aws.ec2.Subnet(..., availability_zone=<another one>)",
        url="https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
        nist=("CP-10", "SC-36"),
        prowler=("vpc_subnet_different_az",),
    ),
    VPC,
)
def network_spans_zones(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A VPC whose subnets another stack makes says nothing."""
    for network in graph.of(VPC):
        subnets, vague = graph.companions(network, "vpcId", SUBNET)
        zones = [zone_of(subnet) for subnet in subnets]
        known = {zone for zone in zones if isinstance(zone, str)}
        if not subnets or len(known) > 1:
            continue
        if vague or not all(isinstance(zone, str) for zone in zones):
            yield network.unknown("the zones of its subnets are not known yet")
        else:
            where = values.show(next(iter(known)), ZONE_NAME)
            yield network.fails(
                f"all its subnets lie in {where}, wanted two zones", fix="a subnet in each of two zones"
            )


@stack_rule(
    Control(
        name="network-endpoints-present",
        title="Each VPC has endpoints for the AWS services that its application calls",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="Without them calls leave through a NAT gateway, which is as good for many. Parameter: services.",
        remediation="aws.ec2.VpcEndpoint(..., service_name=..., private_dns_enabled=True)",
        url=HUB + "ec2-controls.html#ec2-55",
        fsbp=("EC2.10", "EC2.55", "EC2.56", "EC2.57"),
        nist=("SC-7", "AC-4"),
        prowler=("vpc_endpoint_for_ec2_enabled",),
    ),
    VPC,
    services=Parameter(
        {"type": "array", "items": {"type": "string", "pattern": r"^[a-z0-9.-]{2,40}$"}},
        ["ecr.api", "ecr.dkr", "kms", "logs", "s3", "secretsmanager", "ssm"],
    ),
)
def endpoints_present(graph: Graph, config: Config) -> Iterator[Finding]:
    """An interface endpoint without private names is one that no SDK finds by itself."""
    for network in graph.of(VPC):
        endpoints, vague = graph.companions(network, "vpcId", ENDPOINT)
        for service in config.words("services"):
            yield from network.must_hold(
                values.some([*(_serves(endpoint, service) for endpoint in endpoints), *[UNKNOWN] * vague]),
                f"it has no endpoint with private DNS for {values.show(service, r'[a-z0-9.-]{2,40}')}",
                about="its endpoints",
                fix="aws.ec2.VpcEndpoint(..., private_dns_enabled=True) for each AWS service that the application calls",
            )


def _serves(endpoint: Resource, service: str) -> Answer:
    name = endpoint.text("serviceName")
    kind = endpoint.text("vpcEndpointType", default="Gateway")
    private = endpoint.flag("privateDnsEnabled")
    found = values.some([kind == "Gateway" if kind is not UNKNOWN else UNKNOWN, private])
    return values.every([UNKNOWN if name is UNKNOWN else name.endswith(f".{service}"), found])


@stack_rule(
    Control(
        name="endpoint-policy-limited",
        title="Policies of VPC endpoints are not open to everybody's resources",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="Through an endpoint with full access, data can be copied to an account of anybody.",
        remediation='aws.ec2.VpcEndpoint(..., policy=<with a condition on "aws:PrincipalOrgID" or "aws:ResourceAccount">)',
        url="https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        nist=("SC-7", "AC-4", "AC-6"),
        prowler=("vpc_endpoint_connections_trust_boundaries",),
    ),
    ENDPOINT,
    ENDPOINT_POLICY,
)
def endpoint_policy_limited(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A full-access endpoint carries data to anybody's bucket. Endpoints of other companies' services have no policy."""
    fix = "policy=<with a condition on aws:PrincipalOrgID or aws:ResourceAccount>"
    for resource in graph.of(ENDPOINT, ENDPOINT_POLICY):
        policy = values.document(resource.inputs.get("policy"))
        if resource.type == ENDPOINT and policy is None:
            apart, vague = graph.companions(resource, "vpcEndpointId", ENDPOINT_POLICY)
            if not apart and _takes_policy(resource):
                limited: Answer = UNKNOWN if vague else False
                what = "policy is not set, which allows everything to everybody"
                yield from resource.must_hold(limited, what, about="its policy", fix=fix)
        else:
            yield from resource.must_hold(
                _is_limited(policy),
                "policy allows every action on every resource to everybody, without a condition on whose they are",
                about="policy",
                fix=fix,
            )


def _takes_policy(endpoint: Resource) -> bool:
    kind = endpoint.get("vpcEndpointType")
    return kind in (None, "Gateway", "Interface", UNKNOWN) and ".vpce." not in values.show(
        endpoint.get("serviceName"), ".*"
    )


def _is_limited(policy: Value) -> Answer:
    if policy is None or any(
        allows(statement)
        and everyone(statement)
        and covers(statement, "Action")
        and covers(statement, "Resource")
        and not limited_by(statement, _ENDPOINT_CALLERS)
        for statement in statements(policy)
    ):
        return False
    return UNKNOWN if values.has_unknown(policy) else True
