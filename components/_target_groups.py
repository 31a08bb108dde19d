"""Where a load balancer sends requests: target groups, and how the health of what is in them is found out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from limits import LAST_PRIORITY, LAST_WEIGHTED_PRIORITY, route
from limits.route import Conditions

LONGEST_PREFIX: Final = 5
"""AWS takes 6 characters before what makes a generated name unique; the last is the hyphen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetHealthCheckArgs(Checked):
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
    """The status codes of a good answer, from 200 to 499: `200`, `200,204` or `200-299`; by gRPC its own, from 0 to 99."""

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
                yield name, outside(value, least, most)
        if self.timeout_seconds >= self.interval_seconds:
            yield "timeout_seconds", f"{self.timeout_seconds} is not below the interval of {self.interval_seconds}"
        yield "matcher", limits.success_codes(self.matcher)


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteArgs(Conditions, Checked):
    """More requests that a target gets."""

    priority: int
    """The order among all rules, lowest first, 1 to 50000. What the rule is known by."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        yield from condition_problems(self)
        yield "priority", outside(self.priority, 1, LAST_PRIORITY)


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetArgs(Conditions, Checked):
    """Where requests go, and which."""

    port: int
    """The port that targets listen on. A change replaces the target group."""
    health: TargetHealthCheckArgs = field(default_factory=TargetHealthCheckArgs)
    """How their health is found out."""
    deregistration_seconds: int = 30
    """Seconds a leaving target may finish its requests, 0 to 3600."""
    priority: int | None = None
    """The order among targets, lowest first, 1 to 50000; with conditions only, and required there."""
    default: bool = False
    """Whether it gets what no other target asks for."""
    routes: Sequence[RouteArgs] = ()
    """What else it gets; not with `blue_green`."""
    protocol: Literal["HTTP", "HTTPS"] = "HTTP"
    """How targets are spoken to. A change makes another target group."""
    protocol_version: Literal["HTTP1", "HTTP2", "GRPC"] = "HTTP1"
    """Which HTTP, or gRPC. A change makes another target group."""
    blue_green: bool = False
    """Whether ECS moves requests between two target groups of it. A change makes another rule, which needs another priority."""
    stickiness_seconds: int | None = None
    """Seconds a visitor stays with the same target, by a cookie, 1 to 604800; None: never."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        for name, value, least, most in (
            ("port", self.port, 1, 65535),
            ("deregistration_seconds", self.deregistration_seconds, 0, 3600),
            ("stickiness_seconds", self.stickiness_seconds, 1, 604800),
            ("priority", self.priority, 1, LAST_PRIORITY),
        ):
            if value is not None:
                yield name, outside(value, least, most)
        yield from condition_problems(self)
        asks = self.given
        if self.default and (asks or self.priority is not None):
            yield "default", "True does not go with paths, hosts or a priority: it gets what is left over"
        if not self.default and not asks:
            yield "paths", "none given, nor hosts: a target that is not the default one needs some"
        if asks and self.priority is None:
            yield "priority", f"None does not go with paths or hosts; give 1 to {LAST_PRIORITY}"
        if self.blue_green and self.routes:
            yield "routes", "do not go with blue_green: ECS moves the requests of one rule"
        codes = limits.grpc_codes if self.protocol_version == "GRPC" else limits.status_codes
        yield "health", codes(self.health.matcher)

    def rule_priority(self, *, locked: bool) -> int | None:
        """Return the priority of its rule; None where the listener's default action sends it its requests.

        The default target has a rule too where the listener refuses everybody (`locked`), or where ECS needs one.
        """
        if self.default and self.blue_green:
            return LAST_WEIGHTED_PRIORITY
        return LAST_PRIORITY if self.default and locked else self.priority

    @property
    def spoken(self) -> str:
        """What names of what goes with another protocol end in: nothing for HTTP/1.1 in clear, which running stacks have."""
        version = "" if self.protocol_version == "HTTP1" else f"-{self.protocol_version.lower()}"
        return version if self.protocol == "HTTP" else f"{version}-tls"


def condition_problems(conditions: Conditions) -> Iterator[tuple[str, str | None]]:
    """Check what AWS takes in the conditions of a rule."""
    for name, check, values in (
        ("paths", limits.path_pattern, conditions.paths),
        ("hosts", limits.host, conditions.hosts),
        ("methods", route.method, conditions.methods),
        ("sources", limits.address_range, conditions.sources),
        ("headers", route.header_name, conditions.headers),
        ("headers", route.compared, itertools.chain(*conditions.headers.values())),
        ("query", route.compared, itertools.chain(conditions.query, *conditions.query.values())),
    ):
        for value in values:
            yield name, check(value)


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


def target_group(
    parent: pulumi.Resource, name: str, key: str, target: TargetArgs, *, name_prefix: str, vpc_id: Input[str]
) -> aws.lb.TargetGroup:
    """Make a target group.

    Args:
        parent: the component it belongs to.
        name: its logical name.
        key: what its physical name and its tag say.
        target: what it is made of.
        name_prefix: what generated names start with.
        vpc_id: the network.
    """
    health = target.health
    return aws.lb.TargetGroup(
        name,
        # Pulumi's own names would not fit: it wants the whole logical name and a suffix in 32 characters.
        name_prefix=f"{key[:LONGEST_PREFIX]}-",
        vpc_id=vpc_id,
        target_type="ip",
        port=target.port,
        protocol=target.protocol,
        # Where it is taken out AWS keeps it, so what goes with another one has another logical name.
        protocol_version=None if target.protocol_version == "HTTP1" else target.protocol_version,
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
        # What the provider is not told it leaves as it is.
        stickiness=aws.lb.TargetGroupStickinessArgs(
            type="lb_cookie",
            enabled=target.stickiness_seconds is not None,
            cookie_duration=target.stickiness_seconds,
        ),
        tags={"Name": f"{name_prefix}-{key}"},
        opts=ResourceOptions(parent=parent),
    )


def outside(value: int, least: int, most: int) -> str | None:
    """Return what is wrong with a number that is outside a range, or None."""
    return None if least <= value <= most else f"{value} is outside {least} to {most}"
