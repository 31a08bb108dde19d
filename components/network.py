"""The VPC: public, private and isolated subnets in each zone, ways out, endpoints, flow logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pulumi
import pulumi_aws as aws
from pulumi import CustomResource, Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components._checked import Checked
from components._dependencies import with_dependencies
from components._role import service_role
from components.network_acls import NetworkAcls, NetworkAclsArgs
from limits.network_acls import Flow
from limits.subnets import ZoneSubnets, layout

_ANYWHERE = "0.0.0.0/0"
_HTTPS = 443


class Nat(StrEnum):
    """Where the private subnets' way out to the internet is."""

    NONE = "none"
    """Nowhere: only endpoints lead out."""
    SINGLE = "single"
    """In the first zone. When that zone fails, no zone has a way out."""
    PER_ZONE = "perZone"
    """In every zone."""
    REGIONAL = "regional"
    """In no subnet: one that AWS spreads over the zones that have something in them, with addresses of AWS's choice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkArgs(Checked):
    """What a network is made of."""

    name_prefix: str
    """The stack's name in AWS, such as storefront-production: the beginning of the parts' names."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The region."""
    cidr: str
    """The private IPv4 range, /16 to /22. A change replaces the network and all in it."""
    zones: Sequence[str]
    """Two to six availability zones; the first holds a single NAT gateway. A zone keeps its subnets whatever happens to the others."""
    nat: Nat = Nat.PER_ZONE
    """NAT gateways, each billed by the hour and by traffic. A change interrupts connections that are open through them."""
    nat_allocation_ids: Sequence[str] = ()
    """The addresses of the NAT gateways, one for each in the order of the zones; none: they are made. A change replaces the gateways."""
    endpoints: Sequence[str] = ()
    """AWS services reached inside the network, by the names in `limits.ENDPOINT_SERVICES`. Billed by the hour in each zone. S3 is always there, free."""
    flow_log_days: int | None = 90
    """Days the record of connections is kept, as CloudWatch Logs offers them; None: no record."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts that record; None: AWS's own."""
    flows: Sequence[Flow] | None = None
    """Connections that access lists let through, a second layer under the security groups; None: there are no lists."""
    acl_rules: int = 20
    """The account's quota of rules per list and direction, 20 to 40."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""
    protect: bool = False
    """Whether Pulumi refuses to delete it, as other stacks stand in it."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "region", limits.region(self.region)
        yield "cidr", limits.network_cidr(self.cidr)
        yield "zones", limits.zones(self.zones)
        for zone in self.zones:
            yield "zones", limits.zone(zone, self.region)
        for endpoint in self.endpoints:
            if endpoint not in limits.ENDPOINT_SERVICES:
                allowed = limits.listed(list(limits.ENDPOINT_SERVICES))
                yield "endpoints", f"{endpoint!r} is not an endpoint on offer; allowed: {allowed}"
        if self.nat_allocation_ids and len(self.nat_allocation_ids) != len(self.nat_zones):
            yield (
                "nat_allocation_ids",
                f"{len(self.nat_allocation_ids)} given for {len(self.nat_zones)} NAT gateways; give one for each, or none",
            )
        if self.flow_log_days is not None:
            yield "flow_log_days", limits.log_retention(self.flow_log_days)

    @property
    def nat_zones(self) -> Sequence[str]:
        """The zones with a NAT gateway of their own."""
        homes: Mapping[Nat, Sequence[str]] = {Nat.SINGLE: self.zones[:1], Nat.PER_ZONE: self.zones}
        return homes.get(self.nat, ())


class Network(pulumi.ComponentResource):
    """A VPC with three tiers in each zone: public for load balancers, private for services, isolated for data.

    Each subnet id is usable only once the subnet's routes are in place, so that nothing starts in a subnet without its way out.
    """

    vpc_id: Output[str]
    """The VPC's id."""
    cidr: str
    """Its range."""
    public_subnet_ids: Sequence[Output[str]]
    """Subnets with a route to the internet, in the order of the zones."""
    private_subnet_ids: Sequence[Output[str]]
    """Subnets whose way out is NAT, or the endpoints where there is no NAT; in the order of the zones."""
    isolated_subnet_ids: Sequence[Output[str]]
    """Subnets without a way out, in the order of the zones."""
    private_route_table_ids: Sequence[Output[str]]
    """Route tables of the private subnets, in the order of the zones."""
    s3_prefix_list_id: Output[str]
    """The addresses of S3 in this region, for security group rules."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Network", name, None, opts)
        zones = layout(args.cidr, args.zones)
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": args.name_prefix},
            opts=ResourceOptions(parent=self, protect=True if args.protect else None),
        )
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-group",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags={"Name": f"{args.name_prefix}-default-closed"},
            opts=ResourceOptions(parent=self),
        )
        if args.flow_log_days is not None:
            self._flow_log(name, args, vpc, args.flow_log_days)

        internet = aws.ec2.InternetGateway(
            f"{name}-internet", vpc_id=vpc.id, tags={"Name": args.name_prefix}, opts=ResourceOptions(parent=self)
        )
        public = self._public(name, args, vpc, internet, zones)
        gateways = self._nat_gateways(name, args, internet, public)

        private = {z.zone: self._subnet(name, args, vpc, z, "private", z.private) for z in zones}
        tables = {z.zone: self._route_table(name, args, vpc, f"private-{z.letter}") for z in zones}
        isolated = {z.zone: self._subnet(name, args, vpc, z, "isolated", z.isolated) for z in zones}
        closed = self._route_table(name, args, vpc, "isolated")
        s3 = aws.ec2.VpcEndpoint(
            f"{name}-endpoint-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{args.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[*(table.id for table in tables.values()), closed.id],
            tags={"Name": f"{args.name_prefix}-s3"},
            opts=ResourceOptions(parent=self),
        )
        endpoints = self._interface_endpoints(name, args, vpc, list(private.values()))

        ways_out: dict[str, Sequence[CustomResource]] = {
            z.zone: [self._way_out(name, z, tables[z.zone], gateways[z.zone])] if gateways else [s3, *endpoints]
            for z in zones
        }
        self.vpc_id = vpc.id
        self.cidr = args.cidr
        self.public_subnet_ids = list(public.values())
        self.private_subnet_ids = [
            with_dependencies(
                private[z.zone].id,
                self._association(f"{name}-private-{z.letter}", private[z.zone], tables[z.zone]),
                *ways_out[z.zone],
            )
            for z in zones
        ]
        self.isolated_subnet_ids = [
            with_dependencies(
                isolated[z.zone].id, self._association(f"{name}-isolated-{z.letter}", isolated[z.zone], closed)
            )
            for z in zones
        ]
        if args.flows is not None:
            self._acls(name, args, args.flows)
        self.private_route_table_ids = [table.id for table in tables.values()]
        self.s3_prefix_list_id = s3.prefix_list_id
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "cidr": self.cidr,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
                "isolated_subnet_ids": self.isolated_subnet_ids,
                "private_route_table_ids": self.private_route_table_ids,
                "s3_prefix_list_id": self.s3_prefix_list_id,
            }
        )

    def _public(
        self,
        name: str,
        args: NetworkArgs,
        vpc: aws.ec2.Vpc,
        internet: aws.ec2.InternetGateway,
        zones: Sequence[ZoneSubnets],
    ) -> Mapping[str, Output[str]]:
        """Make the public subnets with their way to the internet; return their ids by zone."""
        table = self._route_table(name, args, vpc, "public")
        route = aws.ec2.Route(
            f"{name}-public-internet",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=internet.id,
            opts=ResourceOptions(parent=self),
        )
        subnets = {z: self._subnet(name, args, vpc, z, "public", z.public) for z in zones}
        return {
            z.zone: with_dependencies(subnet.id, self._association(f"{name}-public-{z.letter}", subnet, table), route)
            for z, subnet in subnets.items()
        }

    def _nat_gateways(
        self, name: str, args: NetworkArgs, internet: aws.ec2.InternetGateway, public: Mapping[str, Output[str]]
    ) -> Mapping[str, aws.ec2.NatGateway]:
        """Make the NAT gateways; return for each zone the one it goes through, or nothing where there are none."""
        if args.nat is Nat.REGIONAL:
            gateway = aws.ec2.NatGateway(
                f"{name}-nat-regional",
                availability_mode="regional",
                vpc_id=internet.vpc_id,
                tags={"Name": f"{args.name_prefix}-regional"},
                opts=ResourceOptions(parent=self, depends_on=[internet]),
            )
            return dict.fromkeys(args.zones, gateway)
        made: dict[str, aws.ec2.NatGateway] = {}
        for index, zone in enumerate(args.nat_zones):
            letter = zone[-1]
            given = args.nat_allocation_ids
            made[zone] = aws.ec2.NatGateway(
                f"{name}-nat-{letter}",
                subnet_id=public[zone],
                allocation_id=given[index] if given else self._nat_address(name, args, letter, internet),
                tags={"Name": f"{args.name_prefix}-{letter}"},
                opts=ResourceOptions(
                    parent=self,
                    depends_on=[internet],
                    # What only a regional one has the provider never reads of this one, and plans to read at each update.
                    ignore_changes=["regionalNatGatewayAddresses"],
                ),
            )
        return {zone: made.get(zone, made[args.zones[0]]) for zone in args.zones} if made else {}

    def _nat_address(self, name: str, args: NetworkArgs, letter: str, internet: aws.ec2.InternetGateway) -> Output[str]:
        # AWS gives out the address and starts the gateway only in a network with an internet gateway.
        return aws.ec2.Eip(
            f"{name}-nat-{letter}-address",
            domain="vpc",
            tags={"Name": f"{args.name_prefix}-nat-{letter}"},
            opts=ResourceOptions(parent=self, depends_on=[internet]),
        ).allocation_id

    def _way_out(
        self, name: str, zone: ZoneSubnets, table: aws.ec2.RouteTable, gateway: aws.ec2.NatGateway
    ) -> aws.ec2.Route:
        return aws.ec2.Route(
            f"{name}-private-{zone.letter}-nat",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            nat_gateway_id=gateway.id,
            opts=ResourceOptions(parent=self),
        )

    def _interface_endpoints(
        self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, subnets: Sequence[aws.ec2.Subnet]
    ) -> Sequence[aws.ec2.VpcEndpoint]:
        services = dict.fromkeys(service for key in args.endpoints for service in limits.ENDPOINT_SERVICES[key])
        if not services:
            return ()
        group = aws.ec2.SecurityGroup(
            f"{name}-endpoints",
            name_prefix=f"{args.name_prefix}-endpoints-",
            description=f"Interface endpoints of {args.name_prefix}",
            vpc_id=vpc.id,
            tags={"Name": f"{args.name_prefix}-endpoints"},
            opts=ResourceOptions(parent=self),
        )
        rule = aws.vpc.SecurityGroupIngressRule(
            f"{name}-endpoints-https",
            security_group_id=group.id,
            description="HTTPS from inside the network",
            cidr_ipv4=args.cidr,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            opts=ResourceOptions(parent=self),
        )
        return [
            aws.ec2.VpcEndpoint(
                f"{name}-endpoint-{service.replace('.', '-')}",
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{args.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=[subnet.id for subnet in subnets],
                security_group_ids=[with_dependencies(group.id, rule)],
                tags={"Name": f"{args.name_prefix}-{service}"},
                opts=ResourceOptions(parent=self),
            )
            for service in services
        ]

    def _acls(self, name: str, args: NetworkArgs, flows: Sequence[Flow]) -> None:
        NetworkAcls(
            f"{name}-acls",
            NetworkAclsArgs(
                name_prefix=args.name_prefix,
                vpc_id=self.vpc_id,
                cidr=args.cidr,
                zones=args.zones,
                public_subnet_ids=self.public_subnet_ids,
                private_subnet_ids=self.private_subnet_ids,
                isolated_subnet_ids=self.isolated_subnet_ids,
                flows=flows,
                nat=args.nat is not Nat.NONE,
                rule_quota=args.acl_rules,
            ),
            ResourceOptions(parent=self),
        )

    def _flow_log(self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, days: int) -> None:
        group = aws.cloudwatch.LogGroup(
            f"{name}-flow-log-group",
            name=f"/vpc/{args.name_prefix}/flow-log",
            retention_in_days=days,
            kms_key_id=args.log_key_arn,
            opts=ResourceOptions(parent=self),
        )
        role = service_role(
            self,
            f"{name}-flow-log-role",
            service="vpc-flow-logs.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Writes the flow log of {args.name_prefix}",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        policy = aws.iam.RolePolicy(
            f"{name}-flow-log-policy",
            role=role.name,
            policy=documents.policy(
                documents.allow(
                    ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    [group.arn, Output.concat(group.arn, ":*")],
                ),
                documents.allow(["logs:DescribeLogGroups"], ["*"]),
            ),
            opts=ResourceOptions(parent=self),
        )
        aws.ec2.FlowLog(
            f"{name}-flow-log",
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags={"Name": args.name_prefix},
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _subnet(
        self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, zone: ZoneSubnets, tier: str, cidr: str
    ) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            f"{name}-{tier}-{zone.letter}",
            vpc_id=vpc.id,
            availability_zone=zone.zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags={"Name": f"{args.name_prefix}-{tier}-{zone.letter}"},
            opts=ResourceOptions(parent=self),
        )

    def _route_table(self, name: str, args: NetworkArgs, vpc: aws.ec2.Vpc, role: str) -> aws.ec2.RouteTable:
        return aws.ec2.RouteTable(
            f"{name}-{role}-routes",
            vpc_id=vpc.id,
            tags={"Name": f"{args.name_prefix}-{role}"},
            opts=ResourceOptions(parent=self),
        )

    def _association(
        self, name: str, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable
    ) -> aws.ec2.RouteTableAssociation:
        return aws.ec2.RouteTableAssociation(
            f"{name}-association",
            subnet_id=subnet.id,
            route_table_id=table.id,
            opts=ResourceOptions(parent=self),
        )
