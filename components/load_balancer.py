"""The application load balancer: HTTPS in, target groups by path and host, access log, firewall."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Input, Output, ResourceOptions

import limits
from components._access_logs import AccessLogArgs, access_log_bucket
from components._checked import Checked
from components._dependencies import with_dependencies
from components._listener_rules import ListenerRules, RedirectArgs
from components._target_groups import LONGEST_PREFIX, Target, TargetArgs, outside, target_group
from components.web_acl import WebAclArgs, web_acl
from limits import route

_ANYWHERE: Final = "0.0.0.0/0"
_FEWEST_SUBNETS: Final = 2
_HTTP: Final = 80
HTTPS: Final = 443
"""The port that it is asked on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OriginProtection(Checked):
    """Answer only a CloudFront distribution of ours: by CloudFront's addresses, and by a header that only we know."""

    prefix_list_id: Input[str]
    """AWS's list of the addresses from which CloudFront reaches origins. It counts as 55 rules of a security group."""
    header_name: str = "X-Origin-Verify"
    """The header, at most 40 letters, digits and hyphens; not X-Amz- or X-Edge-."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not re.fullmatch(r"(?i)(?!x-amz-|x-edge-)[a-z0-9-]{1,40}", self.header_name):
            shown = repr(self.header_name[:48])
            yield "header_name", f"{shown} is not at most 40 letters, digits and hyphens, not X-Amz- or X-Edge-"


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadBalancerArgs(Checked):
    """What a load balancer is made of."""

    name_prefix: str
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
    """Public subnets of at least two zones; private ones of an `internal` one."""
    internal: bool = False
    """Whether it has private addresses alone, which the internet does not reach. A change replaces it, its listeners and its target groups."""
    sources: Sequence[str] = (_ANYWHERE,)
    """IPv4 ranges from which it is reached. Not with `origin_protection`."""
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
    given_access_log_bucket: Input[str] | None = None
    """A bucket for the access log that is there already; not with `access_log_days`."""
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
    cloudfront_prefix_list_id: Input[str] | None = None
    """AWS's list of CloudFront's addresses, for an `internal` one that it reaches by a VPC origin; None: it does not."""
    targets: Mapping[str, TargetArgs] = field(default_factory=dict)
    """Where requests go, by a name of lower-case letters, digits and hyphens."""
    redirects: Sequence[RedirectArgs] = ()
    """Which requests are sent elsewhere."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield "region", limits.region(self.region)
        if self.load_balancer_name is not None:
            yield "load_balancer_name", limits.load_balancer_name(self.load_balancer_name)
        if len(self.subnet_ids) < _FEWEST_SUBNETS:
            yield "subnet_ids", f"{len(self.subnet_ids)} given; at least two, in different zones, are needed"
        yield "tls_policy", limits.tls_policy(self.tls_policy)
        yield "idle_timeout_seconds", outside(self.idle_timeout_seconds, 1, 4000)
        for source in self.sources:
            yield "sources", limits.address_range(source)
        if self.internal:
            yield "sources", limits.internal_sources(self.sources)
        if self.access_log_days is not None:
            yield "access_log_days", outside(self.access_log_days, 1, 3653)
            if self.given_access_log_bucket is not None:
                yield "access_log_days", f"{self.access_log_days} does not go with given_access_log_bucket: give None"
        if self.cloudfront_prefix_list_id is not None and not self.internal:
            yield "cloudfront_prefix_list_id", "is of an internal one: give origin_protection, which has its own"
        if self.waf and self.origin_protection:
            yield (
                "waf",
                "does not go with origin_protection: behind CloudFront it sees CloudFront's addresses only; give it to the CDN",
            )
        yield from self._target_problems()

    def _target_problems(self) -> Iterator[tuple[str, str | None]]:
        taken = 1 if self.origin_protection else 0
        for key, target in self.targets.items():
            if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
                yield "targets", f"{key!r} is not a name of lower-case letters, digits and hyphens, a letter first"
            for asked in (target, *target.routes):
                if problem := route.unfit(asked, taken=taken):
                    yield "targets", f"{key}: {problem}"
            if target.blue_green and len(route.rules(target, taken=taken)) > 1:
                yield "targets", f"{key} needs several rules, of which ECS moves the requests of one"
        for redirect in self.redirects:
            yield "redirects", route.unfit(redirect, taken=taken)
        yield from self._shared(taken)

    def _shared(self, taken: int) -> Iterator[tuple[str, str | None]]:
        defaults = [key for key, target in self.targets.items() if target.default]
        if len(defaults) > 1:
            yield "targets", f"{', '.join(defaults)} are all default; only one can be"
        rules = list(self._numbered(taken))
        for priority in sorted({priority for _, priority in rules}):
            same = [key for key, own in rules if own == priority]
            if len(same) > 1:
                yield "targets", f"{', '.join(same)} share the priority {priority}; each needs its own"

    def _numbered(self, taken: int) -> Iterator[tuple[str, int]]:
        """Yield whose each rule is, and its priority."""
        for key, target in self.targets.items():
            own = target.rule_priority(locked=taken > 0)
            listed = [(target, own), *((further, further.priority) for further in target.routes)]
            for conditions, priority in listed:
                if priority is not None:
                    yield from ((key, priority + place) for place in route.rules(conditions, taken=taken))
        for redirect in self.redirects:
            yield from (("redirect", redirect.priority + place) for place in route.rules(redirect, taken=taken))


class LoadBalancer(pulumi.ComponentResource):
    """The only part of the stack that faces the internet, or networks that are joined to it: it takes HTTPS and passes requests on inside.

    It reaches nothing by itself: what receives requests adds the egress rule to `security_group_id`.
    """

    arn: Output[str]
    """Its ARN."""
    listening_arn: Output[str]
    """The same, known once it listens for HTTPS: what CloudFront looks for before it reaches one inside."""
    arn_suffix: Output[str]
    """The end of its ARN, what metrics call it."""
    dns_name: Output[str]
    """Its address, the target of DNS records."""
    zone_id: Output[str]
    """The hosted zone AWS keeps that address in."""
    security_group_id: Output[str]
    """The group its requests come from."""
    listener_arn: Output[str]
    """The listener of HTTPS."""
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

        group = self._group(f"{name}-group", args, f"Load balancer of {args.name_prefix}")
        cloudfront = lock.prefix_list_id if lock else args.cloudfront_prefix_list_id
        groups = [group] if cloudfront is None else [group, self._cloudfront_group(name, args, cloudfront)]
        if not lock:
            self._open(name, args, group)
        self.access_log_bucket = self._log_bucket(name, args)
        balancer = self._balancer(name, args, groups)
        if args.waf:
            self._firewall(name, args, args.waf, balancer)
        if args.http_redirect and not lock:
            self._redirect(name, balancer)

        # A target group goes with one balancer, and an internal one is another.
        inside = "-internal" if args.internal else ""
        target_groups = {
            key: target_group(
                self,
                f"{name}-{key}-targets{target.spoken}{inside}",
                key,
                target,
                name_prefix=args.name_prefix,
                vpc_id=args.vpc_id,
            )
            for key, target in args.targets.items()
        }
        listener = self._listener(name, args, balancer, target_groups)
        rules = ListenerRules(
            parent=self,
            name=name,
            name_prefix=args.name_prefix,
            vpc_id=args.vpc_id,
            inside=inside,
            listener_arn=listener.arn,
            origin_header=self.origin_header,
            origin_secret=self.origin_secret,
            default=listener,
        )
        self.targets = {key: rules.lead_to(key, args.targets[key], group) for key, group in target_groups.items()}
        for redirect in args.redirects:
            rules.redirect(redirect)
        self.arn = balancer.arn
        self.listening_arn = with_dependencies(balancer.arn, listener)
        self.arn_suffix = balancer.arn_suffix
        self.dns_name = balancer.dns_name
        self.zone_id = balancer.zone_id
        self.security_group_id = group.id
        self.listener_arn = listener.arn
        self._register()

    def _register(self) -> None:
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
            name_prefix=f"{args.name_prefix}-{name}-",
            description=description,
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name_prefix}-{name}"},
            opts=ResourceOptions(parent=self),
        )

    def _cloudfront_group(self, name: str, args: LoadBalancerArgs, prefix_list_id: Input[str]) -> aws.ec2.SecurityGroup:
        """Let CloudFront in, in a group of its own: the list of its addresses fills one."""
        group = self._group(f"{name}-cloudfront", args, f"CloudFront to the load balancer of {args.name_prefix}")
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-cloudfront-https",
            security_group_id=group.id,
            description="HTTPS from CloudFront",
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            opts=ResourceOptions(parent=self),
        )
        return group

    def _open(self, name: str, args: LoadBalancerArgs, group: aws.ec2.SecurityGroup) -> None:
        """Let its sources in on HTTPS, and on HTTP where it redirects."""
        ports = {"https": HTTPS, "http": _HTTP} if args.http_redirect else {"https": HTTPS}
        for (scheme, port), source in itertools.product(ports.items(), args.sources):
            everybody = source == _ANYWHERE
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-group-{scheme}" if everybody else f"{name}-group-{scheme}-{limits.slug(source)}",
                security_group_id=group.id,
                description=f"{scheme.upper()} from {'the internet' if everybody else source}",
                cidr_ipv4=source,
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
            name_prefix=None if args.load_balancer_name else f"{args.name_prefix[:LONGEST_PREFIX]}-",
            load_balancer_type="application",
            internal=args.internal,
            subnets=list(args.subnet_ids),
            security_groups=[group.id for group in groups],
            idle_timeout=args.idle_timeout_seconds,
            drop_invalid_header_fields=True,
            enable_deletion_protection=args.deletion_protection,
            access_logs=aws.lb.LoadBalancerAccessLogsArgs(bucket=self.access_log_bucket, enabled=True)
            if self.access_log_bucket
            else None,
            tags={"Name": f"{args.name_prefix}-internal" if args.internal else args.name_prefix},
            # A name that is given cannot be had twice at a time.
            opts=ResourceOptions(parent=self, delete_before_replace=True if args.load_balancer_name else None),
        )

    def _log_bucket(self, name: str, args: LoadBalancerArgs) -> Output[str] | None:
        if args.access_log_days:
            return self._access_log(name, args, args.access_log_days)
        given = args.given_access_log_bucket
        return None if given is None else Output.from_input(given)

    def _firewall(self, name: str, args: LoadBalancerArgs, waf: WebAclArgs, balancer: aws.lb.LoadBalancer) -> None:
        aws.wafv2.WebAclAssociation(
            f"{name}-firewall-association",
            resource_arn=balancer.arn,
            web_acl_arn=web_acl(name, waf, name_prefix=args.name_prefix, scope="REGIONAL", parent=self),
            opts=ResourceOptions(parent=self),
        )

    def _access_log(self, name: str, args: LoadBalancerArgs, days: int) -> Output[str]:
        return access_log_bucket(
            f"{name}-log",
            AccessLogArgs(
                name_prefix=args.name_prefix,
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
                        protocol="HTTPS", port=str(HTTPS), status_code="HTTP_301"
                    ),
                )
            ],
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
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=args.tls_policy,
            certificate_arn=args.certificate_arn,
            default_actions=[action],
            opts=ResourceOptions(parent=self),
        )
