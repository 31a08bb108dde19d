"""The application load balancer: HTTPS in, target groups by path and host, access log, firewall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Input, Output, ResourceOptions

import limits
from components._access_logs import AccessLogArgs, access_log_bucket
from components._dependencies import with_dependencies
from components.web_acl import WebAclArgs, web_acl
from limits import LAST_PRIORITY, LAST_WEIGHTED_PRIORITY

_ANYWHERE: Final = "0.0.0.0/0"
_FEWEST_SUBNETS: Final = 2
_HTTP: Final = 80
_HTTPS: Final = 443
_MOST_VALUES: Final = 5
"""How many values the conditions of one rule may name together."""
_LONGEST_PREFIX: Final = 5
"""AWS takes 6 characters before what makes a generated name unique; the last is the hyphen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetHealthCheckArgs:
    """How a target's health is found out. All of it changes in place."""

    path: str = "/health"
    """The path asked for."""
    port: int | None = None
    """The port asked on; None: where requests go."""
    interval_seconds: int = 30
    """Seconds between two checks, 5 to 300."""
    timeout_seconds: int = 5
    """Seconds an answer may take, 2 to 120 and below the interval."""
    healthy_after: int = 2
    """Good answers in a row that make a target healthy, 2 to 10."""
    unhealthy_after: int = 3
    """Bad answers in a row that make it unhealthy, 2 to 10."""
    matcher: str = "200-299"
    """The status codes of a good answer, from 200 to 499: `200`, `200,204` or `200-299`."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = [f"TargetHealthCheckArgs.{name}: {problem}" for name, problem in self._problems() if problem]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "path", limits.health_path(self.path)
        for name, value, least, most in (
            ("port", self.port, 1, 65535),
            ("interval_seconds", self.interval_seconds, 5, 300),
            ("timeout_seconds", self.timeout_seconds, 2, 120),
            ("healthy_after", self.healthy_after, 2, 10),
            ("unhealthy_after", self.unhealthy_after, 2, 10),
        ):
            if value is not None:
                yield name, _outside(value, least, most)
        if self.timeout_seconds >= self.interval_seconds:
            yield "timeout_seconds", f"{self.timeout_seconds} is not below the interval of {self.interval_seconds}"
        yield "matcher", limits.status_codes(self.matcher)


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetArgs:
    """Where requests go, and which."""

    port: int
    """The port that targets listen on. A change replaces the target group."""
    health: TargetHealthCheckArgs = field(default_factory=TargetHealthCheckArgs)
    """How their health is found out."""
    deregistration_seconds: int = 30
    """Seconds a leaving target may finish its requests, 0 to 3600."""
    paths: Sequence[str] = ()
    """Path patterns; `/api/*` includes `/api` itself."""
    hosts: Sequence[str] = ()
    """Host names; a request must have one of them, and one of the paths."""
    priority: int | None = None
    """The order among targets, lowest first, 1 to 50000; with paths or hosts only, and required there."""
    default: bool = False
    """Whether it gets what no other target asks for."""
    protocol: Literal["HTTP", "HTTPS"] = "HTTP"
    """How targets are spoken to. A change replaces the target group."""
    blue_green: bool = False
    """Whether ECS moves requests between two target groups of it. A change makes another rule, which needs another priority."""
    stickiness_seconds: int | None = None
    """Seconds a visitor stays with the same target, by a cookie, 1 to 604800; None: never."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = [f"TargetArgs.{name}: {problem}" for name, problem in self._problems() if problem]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        for name, value, least, most in (
            ("port", self.port, 1, 65535),
            ("deregistration_seconds", self.deregistration_seconds, 0, 3600),
            ("stickiness_seconds", self.stickiness_seconds, 1, 604800),
            ("priority", self.priority, 1, LAST_PRIORITY),
        ):
            if value is not None:
                yield name, _outside(value, least, most)
        for path in self.paths:
            yield "paths", limits.path_pattern(path)
        for host in self.hosts:
            yield "hosts", limits.host(host)
        asks = bool(self.paths or self.hosts)
        if self.default and (asks or self.priority is not None):
            yield "default", "True does not go with paths, hosts or a priority: it gets what is left over"
        if not self.default and not asks:
            yield "paths", "none given, nor hosts: a target that is not the default one needs some"
        if asks and self.priority is None:
            yield "priority", f"None does not go with paths or hosts; give 1 to {LAST_PRIORITY}"

    @property
    def patterns(self) -> Sequence[str]:
        """The paths as a rule needs them: `/api/*` does not match `/api`."""
        both = (pattern for path in self.paths for pattern in (path, path.removesuffix("/*")) if pattern)
        return list(dict.fromkeys(both))


@dataclass(frozen=True, kw_only=True, slots=True)
class OriginProtection:
    """Answer only a CloudFront distribution of ours: by CloudFront's addresses, and by a header that only we know."""

    prefix_list_id: Input[str]
    """AWS's list of the addresses from which CloudFront reaches origins. It counts as 55 rules of a security group."""
    header_name: str = "X-Origin-Verify"
    """The header, at most 40 letters, digits and hyphens; not X-Amz- or X-Edge-."""

    def __post_init__(self) -> None:
        """Check what CloudFront and load balancers take for a header.

        Raises:
            ValueError: they do not take it.
        """
        if not re.fullmatch(r"(?i)(?!x-amz-|x-edge-)[a-z0-9-]{1,40}", self.header_name):
            shown = repr(self.header_name[:48])
            message = f"OriginProtection.header_name: {shown} is not at most 40 letters, digits and hyphens, not X-Amz- or X-Edge-"
            raise ValueError(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadBalancerArgs:
    """What a load balancer is made of."""

    label: str
    """The stack's name in AWS, such as storefront-production: the beginning of the parts' names."""
    region: str
    """The region."""
    account_id: Input[str]
    """The AWS account."""
    load_balancer_name: str | None = None
    """Its name in AWS; None: generated. A change replaces it, and its address."""
    vpc_id: Input[str]
    """The network. A change replaces it."""
    subnet_ids: Sequence[Input[str]]
    """Public subnets of at least two zones."""
    certificate_arn: Input[str]
    """The certificate of its host names, in its region."""
    tls_policy: str = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    """What TLS it speaks, one of `limits.TLS_POLICIES`."""
    http_redirect: bool = True
    """Whether port 80 is open and sends visitors to HTTPS; otherwise it is closed, as it always is with `origin_protection`."""
    idle_timeout_seconds: int = 60
    """Seconds a connection may stay idle, 1 to 4000."""
    access_log_days: int | None = 90
    """Days the access log is kept, 1 to 3653, billed as storage; None: no access log."""
    access_log_of_cdn: bool = False
    """Whether CloudFront may write its access logs into the same bucket."""
    waf: WebAclArgs | None = None
    """The firewall; None: none. Not with `origin_protection`: it would see CloudFront's addresses only, so it belongs there."""
    deletion_protection: bool = True
    """Whether AWS refuses to delete it. To delete it, switch this off in an update of its own."""
    empty_on_destroy: bool = False
    """Whether its access log is deleted with it; otherwise the log's bucket stays until it is empty."""
    protect: bool = True
    """Whether Pulumi refuses to delete the access log's bucket."""
    origin_protection: OriginProtection | None = None
    """Answer CloudFront only; None: everybody."""
    targets: Mapping[str, TargetArgs] = field(default_factory=dict)
    """Where requests go, by a name of lower-case letters, digits and hyphens."""

    def __post_init__(self) -> None:
        """Check AWS's limits.

        Raises:
            ValueError: with every problem, a line each.
        """
        problems = [f"LoadBalancerArgs.{name}: {problem}" for name, problem in self._problems() if problem]
        if problems:
            raise ValueError("\n".join(problems))

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "region", limits.region(self.region)
        if self.load_balancer_name is not None:
            yield "load_balancer_name", limits.load_balancer_name(self.load_balancer_name)
        if len(self.subnet_ids) < _FEWEST_SUBNETS:
            yield "subnet_ids", f"{len(self.subnet_ids)} given; at least two, in different zones, are needed"
        yield "tls_policy", limits.tls_policy(self.tls_policy)
        yield "idle_timeout_seconds", _outside(self.idle_timeout_seconds, 1, 4000)
        if self.access_log_days is not None:
            yield "access_log_days", _outside(self.access_log_days, 1, 3653)
        if self.waf and self.origin_protection:
            yield (
                "waf",
                "does not go with origin_protection: behind CloudFront it sees CloudFront's addresses only; give it to the CDN",
            )
        yield from self._target_problems()

    def _target_problems(self) -> Iterator[tuple[str, str | None]]:
        for key, target in self.targets.items():
            if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
                yield "targets", f"{key!r} is not a name of lower-case letters, digits and hyphens, a letter first"
            values = len(target.patterns) + len(target.hosts) + (1 if self.origin_protection else 0)
            if values > _MOST_VALUES:
                yield (
                    "targets",
                    f"{key} names {values} values to match, a path that ends in /* counted twice; at most {_MOST_VALUES}",
                )
        defaults = [key for key, target in self.targets.items() if target.default]
        if len(defaults) > 1:
            yield "targets", f"{', '.join(defaults)} are all default; only one can be"
        rules = {
            key: _priority(target, locked=self.origin_protection is not None) for key, target in self.targets.items()
        }
        for priority in sorted({priority for priority in rules.values() if priority is not None}):
            same = [key for key, own in rules.items() if own == priority]
            if len(same) > 1:
                yield "targets", f"{', '.join(same)} share the priority {priority}; each needs its own"


@dataclass(frozen=True, kw_only=True, slots=True)
class GreenTargetGroup:
    """A target group that takes turns with another: ECS writes into their rule which of the two gets requests."""

    arn: Output[str]
    """Its ARN, usable only once the rule names it."""
    arn_suffix: Output[str]
    """The end of its ARN, what metrics call it."""
    rule_arn: Output[str]
    """The listener's rule."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A target group that gets requests."""

    arn: Output[str]
    """Its ARN, usable only once a listener sends it requests: a service cannot join it before."""
    arn_suffix: Output[str]
    """The end of its ARN, what metrics call it."""
    green: GreenTargetGroup | None = None
    """The second target group; None where deployments are not blue/green."""


class LoadBalancer(pulumi.ComponentResource):
    """The only part of the stack that faces the internet: it takes HTTPS and passes requests on inside the network.

    It reaches nothing by itself: what receives requests adds the egress rule to `security_group_id`.
    """

    arn: Output[str]
    """Its ARN."""
    arn_suffix: Output[str]
    """The end of its ARN, what metrics call it."""
    dns_name: Output[str]
    """Its address, the target of DNS records."""
    zone_id: Output[str]
    """The hosted zone AWS keeps that address in."""
    security_group_id: Output[str]
    """The group its requests come from."""
    targets: Mapping[str, Target]
    """Its target groups, by the names in the arguments."""
    origin_header: str
    """The header that CloudFront must send; empty without an origin lock."""
    origin_secret: Output[str] | None
    """What must be in it, a secret made here; None without an origin lock."""
    access_log_bucket: Output[str] | None
    """The bucket of its access log, usable once it may be written to; None without one."""

    def __init__(self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:LoadBalancer", name, None, opts)
        lock = args.origin_protection
        self.origin_header = lock.header_name if lock else ""
        self.origin_secret = self._origin_secret(name) if lock else None

        group = self._group(f"{name}-group", args, f"Load balancer of {args.label}")
        groups = [group, self._cloudfront_group(name, args, lock)] if lock else [group]
        if not lock:
            self._open(name, args, group)
        self.access_log_bucket = self._access_log(name, args, args.access_log_days) if args.access_log_days else None
        balancer = self._balancer(name, args, groups)
        if args.waf:
            aws.wafv2.WebAclAssociation(
                f"{name}-firewall-association",
                resource_arn=balancer.arn,
                web_acl_arn=web_acl(name, args.waf, label=args.label, scope="REGIONAL", parent=self),
                opts=ResourceOptions(parent=self),
            )
        if args.http_redirect and not lock:
            self._redirect(name, balancer)

        target_groups = {
            key: self._target_group(f"{name}-{key}-targets", args, key, target) for key, target in args.targets.items()
        }
        listener = self._listener(name, args, balancer, target_groups)
        self.targets = {key: self._target(name, args, listener, key, group) for key, group in target_groups.items()}
        self.arn = balancer.arn
        self.arn_suffix = balancer.arn_suffix
        self.dns_name = balancer.dns_name
        self.zone_id = balancer.zone_id
        self.security_group_id = group.id
        self.register_outputs(
            {
                "arn": self.arn,
                "arn_suffix": self.arn_suffix,
                "dns_name": self.dns_name,
                "zone_id": self.zone_id,
                "security_group_id": self.security_group_id,
                "targets": {
                    key: {"arn": target.arn, "arn_suffix": target.arn_suffix} for key, target in self.targets.items()
                },
                "alternates": {
                    key: {"arn": target.green.arn, "arn_suffix": target.green.arn_suffix}
                    for key, target in self.targets.items()
                    if target.green
                },
                "origin_header": self.origin_header,
                "origin_secret": self.origin_secret,
                "access_log_bucket": self.access_log_bucket,
            }
        )

    def _origin_secret(self, name: str) -> Output[str]:
        return random.RandomPassword(
            f"{name}-origin-secret", length=40, special=False, opts=ResourceOptions(parent=self)
        ).result

    def _group(self, name: str, args: LoadBalancerArgs, description: str) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            name,
            name_prefix=f"{args.label}-{name}-",
            description=description,
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.label}-{name}"},
            opts=ResourceOptions(parent=self),
        )

    def _cloudfront_group(self, name: str, args: LoadBalancerArgs, lock: OriginProtection) -> aws.ec2.SecurityGroup:
        """Let CloudFront in, in a group of its own: the list of its addresses fills one."""
        group = self._group(f"{name}-cloudfront", args, f"CloudFront to the load balancer of {args.label}")
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-cloudfront-https",
            security_group_id=group.id,
            description="HTTPS from CloudFront",
            prefix_list_id=lock.prefix_list_id,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            opts=ResourceOptions(parent=self),
        )
        return group

    def _open(self, name: str, args: LoadBalancerArgs, group: aws.ec2.SecurityGroup) -> None:
        """Let everybody in on HTTPS, and on HTTP where it redirects."""
        ports = {"https": _HTTPS, "http": _HTTP} if args.http_redirect else {"https": _HTTPS}
        for scheme, port in ports.items():
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-group-{scheme}",
                security_group_id=group.id,
                description=f"{scheme.upper()} from the internet",
                cidr_ipv4=_ANYWHERE,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                opts=ResourceOptions(parent=self),
            )

    def _balancer(
        self, name: str, args: LoadBalancerArgs, groups: Sequence[aws.ec2.SecurityGroup]
    ) -> aws.lb.LoadBalancer:
        return aws.lb.LoadBalancer(
            f"{name}-balancer",
            name=args.load_balancer_name,
            name_prefix=None if args.load_balancer_name else f"{args.label[:_LONGEST_PREFIX]}-",
            load_balancer_type="application",
            internal=False,
            subnets=list(args.subnet_ids),
            security_groups=[group.id for group in groups],
            idle_timeout=args.idle_timeout_seconds,
            drop_invalid_header_fields=True,
            enable_deletion_protection=args.deletion_protection,
            access_logs=aws.lb.LoadBalancerAccessLogsArgs(bucket=self.access_log_bucket, enabled=True)
            if self.access_log_bucket
            else None,
            tags={"Name": args.label},
            # A name that is given cannot be had twice at a time.
            opts=ResourceOptions(parent=self, delete_before_replace=True if args.load_balancer_name else None),
        )

    def _access_log(self, name: str, args: LoadBalancerArgs, days: int) -> Output[str]:
        return access_log_bucket(
            f"{name}-log",
            AccessLogArgs(
                label=args.label,
                region=args.region,
                cdn=args.access_log_of_cdn,
                account_id=args.account_id,
                days=days,
                empty_on_destroy=args.empty_on_destroy,
                protect=args.protect,
            ),
            self,
        )

    def _redirect(self, name: str, balancer: aws.lb.LoadBalancer) -> None:
        aws.lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=_HTTP,
            protocol="HTTP",
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="redirect",
                    redirect=aws.lb.ListenerDefaultActionRedirectArgs(
                        protocol="HTTPS", port=str(_HTTPS), status_code="HTTP_301"
                    ),
                )
            ],
            opts=ResourceOptions(parent=self),
        )

    def _target_group(self, name: str, args: LoadBalancerArgs, key: str, target: TargetArgs) -> aws.lb.TargetGroup:
        health = target.health
        return aws.lb.TargetGroup(
            name,
            # Pulumi's own names would not fit: it wants the whole logical name and a suffix in 32 characters.
            name_prefix=f"{key[:_LONGEST_PREFIX]}-",
            vpc_id=args.vpc_id,
            target_type="ip",
            port=target.port,
            protocol=target.protocol,
            deregistration_delay=target.deregistration_seconds,
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                enabled=True,
                path=health.path,
                port=str(health.port) if health.port else "traffic-port",
                protocol=target.protocol,
                interval=health.interval_seconds,
                timeout=health.timeout_seconds,
                healthy_threshold=health.healthy_after,
                unhealthy_threshold=health.unhealthy_after,
                matcher=health.matcher,
            ),
            stickiness=aws.lb.TargetGroupStickinessArgs(
                type="lb_cookie", enabled=True, cookie_duration=target.stickiness_seconds
            )
            if target.stickiness_seconds
            else None,
            tags={"Name": f"{args.label}-{key}"},
            opts=ResourceOptions(parent=self),
        )

    def _listener(
        self,
        name: str,
        args: LoadBalancerArgs,
        balancer: aws.lb.LoadBalancer,
        target_groups: Mapping[str, aws.lb.TargetGroup],
    ) -> aws.lb.Listener:
        default = next((target_groups[key] for key, target in args.targets.items() if target.default), None)
        code, text = ("403", "Forbidden") if args.origin_protection else ("404", "Not found")
        action = (
            aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=default.arn)
            if default and not args.origin_protection
            else aws.lb.ListenerDefaultActionArgs(
                type="fixed-response",
                fixed_response=aws.lb.ListenerDefaultActionFixedResponseArgs(
                    content_type="text/plain", status_code=code, message_body=text
                ),
            )
        )
        return aws.lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            port=_HTTPS,
            protocol="HTTPS",
            ssl_policy=args.tls_policy,
            certificate_arn=args.certificate_arn,
            default_actions=[action],
            opts=ResourceOptions(parent=self),
        )

    def _target(
        self, name: str, args: LoadBalancerArgs, listener: aws.lb.Listener, key: str, group: aws.lb.TargetGroup
    ) -> Target:
        target = args.targets[key]
        if not target.blue_green:
            rule = self._rule(name, args, listener, key, group)
            return Target(arn=with_dependencies(group.arn, rule or listener), arn_suffix=group.arn_suffix)
        other = self._target_group(f"{name}-{key}-alternate", args, key, target)
        weighted = self._weighted_rule(name, args, listener, key, (group, other))
        green = GreenTargetGroup(
            arn=with_dependencies(other.arn, weighted), arn_suffix=other.arn_suffix, rule_arn=weighted.arn
        )
        return Target(arn=with_dependencies(group.arn, weighted), arn_suffix=group.arn_suffix, green=green)

    def _rule(
        self, name: str, args: LoadBalancerArgs, listener: aws.lb.Listener, key: str, group: aws.lb.TargetGroup
    ) -> aws.lb.ListenerRule | None:
        """Make the rule that sends a target its requests; None where the listener's default action does."""
        target = args.targets[key]
        if target.default and not args.origin_protection:
            return None
        return aws.lb.ListenerRule(
            f"{name}-{key}-rule",
            listener_arn=listener.arn,
            priority=_priority(target, locked=args.origin_protection is not None),
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", target_group_arn=group.arn)],
            conditions=self._conditions(target),
            tags={"Name": f"{args.label}-{key}"},
            opts=ResourceOptions(parent=self),
        )

    def _weighted_rule(
        self,
        name: str,
        args: LoadBalancerArgs,
        listener: aws.lb.Listener,
        key: str,
        groups: Sequence[aws.lb.TargetGroup],
    ) -> aws.lb.ListenerRule:
        """Make the rule in which ECS moves requests from one target group to the other.

        It is another resource than the rule of rolling deployments, and another for each port: what its action is at first,
        updates leave alone, while another port brings other target groups.
        """
        forward = aws.lb.ListenerRuleActionForwardArgs(
            target_groups=[
                aws.lb.ListenerRuleActionForwardTargetGroupArgs(arn=group.arn, weight=weight)
                for group, weight in zip(groups, (100, 0), strict=True)
            ]
        )
        return aws.lb.ListenerRule(
            f"{name}-{key}-weighted-rule-{args.targets[key].port}",
            listener_arn=listener.arn,
            priority=_priority(args.targets[key], locked=args.origin_protection is not None),
            actions=[aws.lb.ListenerRuleActionArgs(type="forward", forward=forward)],
            conditions=self._conditions(args.targets[key]),
            tags={"Name": f"{args.label}-{key}"},
            opts=ResourceOptions(parent=self, ignore_changes=["actions"]),
        )

    def _conditions(self, target: TargetArgs) -> Sequence[aws.lb.ListenerRuleConditionArgs]:
        conditions = []
        # A rule needs a condition; this one every request meets.
        patterns = target.patterns or (["/*"] if target.default and target.blue_green else [])
        if patterns:
            paths = aws.lb.ListenerRuleConditionPathPatternArgs(values=list(patterns))
            conditions.append(aws.lb.ListenerRuleConditionArgs(path_pattern=paths))
        if target.hosts:
            hosts = aws.lb.ListenerRuleConditionHostHeaderArgs(values=list(target.hosts))
            conditions.append(aws.lb.ListenerRuleConditionArgs(host_header=hosts))
        if self.origin_secret is not None:
            header = aws.lb.ListenerRuleConditionHttpHeaderArgs(
                http_header_name=self.origin_header, values=[self.origin_secret]
            )
            conditions.append(aws.lb.ListenerRuleConditionArgs(http_header=header))
        return conditions


def _priority(target: TargetArgs, *, locked: bool) -> int | None:
    """Return the priority of a target's rule: the default one has a rule too where the listener refuses everybody, or ECS needs one."""
    if target.default and target.blue_green:
        return LAST_WEIGHTED_PRIORITY
    return LAST_PRIORITY if target.default and locked else target.priority


def _outside(value: int, least: int, most: int) -> str | None:
    return None if least <= value <= most else f"{value} is outside {least} to {most}"
