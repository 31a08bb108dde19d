"""`route` and `health` of a service: what it gets from the load balancer, and how that tells whether it is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

import limits
from limits import route
from settings.model.section import Host, Port, Section
from settings.rules import Rule, checked, form

Compared = Annotated[str, checked(route.compared, route.VALUE, route.VALUE_WORDS)]
HeaderName = Annotated[str, checked(route.header_name, route.HEADER, route.HEADER_WORDS)]
PathPattern = Annotated[str, checked(limits.path_pattern, limits.PATH_PATTERN, limits.PATH_PATTERN_WORDS)]


class RouteConditions(Section):
    """What a request must have: one value of each kind that is given."""

    paths: Sequence[PathPattern] = ()
    """Path patterns, such as `[/api/*]`, which includes `/api` itself. AWS compares five values in a rule: a pattern that ends in `/*` counts twice,
    `/api*`, CloudFront's header and everything else once. More of them become up to ten rules, at this priority and the nine after it, which have
    to be free; a value keeps its rule whatever comes or goes beside it."""
    hosts: Sequence[Host] = ()
    """Host names on the domain's certificate, such as `[admin.example.com]`, where not all that the domain has."""
    headers: Mapping[HeaderName, Annotated[Sequence[Compared], Field(min_length=1)]] = Field(
        default_factory=dict, examples=[{"X-Tenant": ["acme*"]}]
    )
    """Headers, each with the patterns of which its value must fit one; capitals do not matter. No secrets: whoever reads the rules sees them."""
    methods: Sequence[Annotated[str, checked(route.method, route.METHOD, route.METHOD_WORDS)]] = ()
    """Methods, such as `[GET, HEAD]`."""
    query: Mapping[Compared, Annotated[Sequence[Compared], Field(min_length=1)]] = Field(
        default_factory=dict, examples=[{"version": ["2"]}]
    )
    """Parameters of the query, each with the patterns of which its value must fit one; capitals do not matter. No secrets."""
    sources: Sequence[Annotated[str, Rule(limits.address_range)]] = Field(default=(), examples=[["198.51.100.0/24"]])
    """IPv4 ranges of who asks, as the load balancer sees them, so not behind `cdn`. Others go on to the next rule that fits, and are answered 404
    where there is none."""


Priority = Annotated[int, Field(ge=1, le=50000)]


class FurtherRoute(RouteConditions):
    """More requests that a service gets, beside those of its `route`."""

    priority: Priority = Field(examples=[20])
    """The order among all routes and redirects, lowest first. A rule is known by it: whatever else of it changes, and whichever service it is
    moved to, it changes in place."""


class Route(RouteConditions):
    """Which requests a service gets from the load balancer."""

    priority: Priority | None = None
    """The order among services, lowest first, such as 10; required with conditions. A request goes to the first whose conditions it meets. Two
    services cannot change places in one update, nor can one of another name take the place at once: give another number."""
    default: bool = False
    """Whether it gets what no other service asks for; one service may. Without any, such requests are answered 404."""
    through: Literal["loadBalancer", "internalBalancer"] = "loadBalancer"
    """The load balancer that it, and the service's `routes`, are of: `internalBalancer` is reached inside the network alone. A change rolls out new
    tasks behind the other, without an outage of either."""
    sticky_seconds: Annotated[int, Field(ge=1, le=604_800)] | None = None
    """Seconds a visitor stays with the same task, by a cookie, such as 3600; each request goes to any task when left out. A change makes no
    outage."""


class Health(Section):
    """How the load balancer tells whether a task is well."""

    path: Annotated[str, checked(limits.health_path, limits.HEALTH_PATH, limits.HEALTH_PATH_WORDS)] = "/health"
    """The path it asks for, such as `/health`; the answer's status must be one of `codes`. ECS replaces tasks that answer otherwise. With
    `protocol: grpc` a method, and /grpc.health.v1.Health/Check by default."""
    port: Port | None = None
    """The port it asks on, such as 9000; default the service's. A change takes effect at once."""
    interval_seconds: Annotated[int, Field(ge=5, le=300)] = 30
    """Seconds between questions, such as 10 to find a broken task sooner. A change makes no outage."""
    timeout_seconds: Annotated[int, Field(ge=2, le=120)] | None = None
    """Seconds it waits for an answer, such as 3, below the interval; default 5, or one less than a shorter interval."""
    healthy_after: Annotated[int, Field(ge=2, le=10)] = 2
    """Good answers in a row that make a task healthy, such as 2: with `intervalSeconds` the least time until a new task gets requests."""
    unhealthy_after: Annotated[int, Field(ge=2, le=10)] = 3
    """Bad answers in a row that make a task unhealthy, such as 3; ECS then replaces it."""
    codes: Annotated[
        str, checked(limits.success_codes, f"{limits.STATUS_CODES}|{limits.GRPC_CODES}", limits.STATUS_CODES_WORDS)
    ] = "200-299"
    """Status codes that count as good, such as `200-299` or `200,301`. With `protocol: grpc` those of gRPC, from 0 to 99, and `0` by default."""
    grace_seconds: Annotated[int, Field(ge=0, le=2_147_483_647)] = 60
    """Seconds after its start in which a task's bad answers do not count: as long as the application takes to start, such as 120. Too short, and
    tasks are replaced before they ever run."""
    deregistration_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds a leaving task may finish its requests in, such as 60: longer than the slowest answer. Each deployment waits for it."""


class Smoke(Section):
    """A question that `pulumi up` asks through the public address once every service runs its new version; a wrong answer fails the update."""

    path: Annotated[str, checked(limits.health_path, limits.HEALTH_PATH, limits.HEALTH_PATH_WORDS)] = Field(
        examples=["/api/health"]
    )
    """The path, with its query if it has one, such as /health?deep=1."""
    host: Host | None = None
    """Another host of the stack than `domain.host`, such as admin.example.com."""
    tls: bool = True
    """Whether it is asked by https, with a certificate that browsers trust; off: by http, to see it redirected."""
    status: Annotated[int, Field(ge=200, le=599)] = 200
    """The status code of the answer, such as 200. Redirects are not followed."""
    contains: Annotated[str, Field(max_length=1000)] = ""
    """Text that the answer's first MiB contains, such as `"status":"ok"`; nothing: any."""
    headers: Mapping[
        Annotated[str, form(r"[A-Za-z][A-Za-z0-9-]{0,99}", "a header's name, such as Cache-Control")], str
    ] = Field(default_factory=dict, examples=[{"Strict-Transport-Security": "max-age"}])
    """Headers of the answer, each with a text that its value contains, such as `{strict-transport-security: max-age}`."""
    redirect: Annotated[str, Field(max_length=2000)] = ""
    """Where the answer leads to: its Location, or the path of it, such as /login. Needs a `status` of 301 to 308."""
