"""A load balancer that another stack makes: this one adds its target groups, its rules and its certificate, and changes nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components._checked import Checked
from components._dependencies import with_dependencies
from components._listener_rules import ListenerRules, RedirectArgs
from components._target_groups import Target, TargetArgs, target_group
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from limits import route


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedLoadBalancerArgs(Checked):
    """Which load balancer it is, and what of it is this stack's."""

    name_prefix: str
    """The stack's name in AWS, such as storefront-production: the beginning of the parts' names."""
    vpc_id: Input[str]
    """The network of its target groups, which is the balancer's. A change replaces them."""
    arn: str
    """The load balancer."""
    arn_suffix: str
    """The end of its ARN, what metrics call it."""
    dns_name: str
    """Its address, the target of DNS records."""
    zone_id: str
    """The hosted zone AWS keeps that address in."""
    security_group_id: str
    """The group its requests come from, which gets a rule for each port of tasks."""
    listener_arn: str
    """The listener of HTTPS, at which the rules stand. A change replaces them."""
    certificate_arn: Input[str] | None = None
    """The certificate of this stack's host names, shown beside the balancer's own; None: that one is for them."""
    targets: Mapping[str, TargetArgs] = field(default_factory=dict)
    """Where requests go, by a name of lower-case letters, digits and hyphens; none of them the default."""
    redirects: Sequence[RedirectArgs] = ()
    """Which requests are sent elsewhere."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        for key, target in self.targets.items():
            if target.default:
                yield (
                    "targets",
                    f"{key} is the default, which is the business of the stack that makes the balancer: give it hosts",
                )
            for asked in (target, *target.routes):
                yield from self._asked(key, asked)
        for redirect in self.redirects:
            yield from self._asked("redirect", redirect)

    def _asked(self, key: str, asked: route.Conditions) -> Iterator[tuple[str, str | None]]:
        if not asked.hosts:
            yield "targets", f"{key} asks for no host, so it would take requests of other stacks"
        if problem := route.unfit(asked):
            yield "targets", f"{key}: {problem}"


class SharedLoadBalancer(pulumi.ComponentResource):
    """The same as `LoadBalancer` has, of a balancer that another stack makes."""

    arn: Output[str]
    """Its ARN."""
    arn_suffix: Output[str]
    """The end of its ARN, what metrics call it."""
    dns_name: Output[str]
    """Its address, usable once it shows this stack's certificate."""
    zone_id: Output[str]
    """The hosted zone AWS keeps that address in."""
    security_group_id: Output[str]
    """The group its requests come from."""
    targets: Mapping[str, Target]
    """Its target groups, by the names in the arguments."""
    origin_header: str = ""
    """It answers everybody."""
    origin_secret: Output[str] | None = None
    """It answers everybody."""
    access_log_bucket: Output[str] | None = None
    """Its log is the other stack's."""

    def __init__(self, name: str, args: SharedLoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:SharedLoadBalancer", name, None, opts)
        # A target group goes with one balancer, so those of a balancer of the stack's own have other names.
        shared = "-shared"
        groups = {
            key: target_group(
                self,
                f"{name}-{key}-targets{target.spoken}{shared}",
                key,
                target,
                name_prefix=args.name_prefix,
                vpc_id=args.vpc_id,
            )
            for key, target in args.targets.items()
        }
        rules = ListenerRules(
            parent=self,
            name=name,
            name_prefix=args.name_prefix,
            vpc_id=args.vpc_id,
            inside=shared,
            listener_arn=args.listener_arn,
            origin_header="",
            origin_secret=None,
        )
        self.targets = {key: rules.lead_to(key, args.targets[key], group) for key, group in groups.items()}
        for redirect in args.redirects:
            rules.redirect(redirect)
        self.arn = Output.from_input(args.arn)
        self.arn_suffix = Output.from_input(args.arn_suffix)
        self.dns_name = self._shown(name, args)
        self.zone_id = Output.from_input(args.zone_id)
        self.security_group_id = Output.from_input(args.security_group_id)
        self.register_outputs(
            {
                "arn": self.arn,
                "dns_name": self.dns_name,
                "targets": {
                    key: {"arn": target.arn, "arn_suffix": target.arn_suffix} for key, target in self.targets.items()
                },
            }
        )

    def _shown(self, name: str, args: SharedLoadBalancerArgs) -> Output[str]:
        """Show the certificate of this stack's hosts; return the address, which depends on that."""
        if args.certificate_arn is None:
            return Output.from_input(args.dns_name)
        shown = aws.lb.ListenerCertificate(
            f"{name}-certificate",
            listener_arn=args.listener_arn,
            certificate_arn=args.certificate_arn,
            opts=ResourceOptions(parent=self),
        )
        return with_dependencies(args.dns_name, shown)


AnyLoadBalancer = LoadBalancer | SharedLoadBalancer
"""A load balancer of the stack's own, or another stack's."""


def load_balancer(
    name: str, args: LoadBalancerArgs | SharedLoadBalancerArgs, opts: ResourceOptions | None = None
) -> AnyLoadBalancer:
    """Make a load balancer, or what goes with another stack's."""
    if isinstance(args, SharedLoadBalancerArgs):
        return SharedLoadBalancer(name, args, opts)
    return LoadBalancer(name, args, opts)
