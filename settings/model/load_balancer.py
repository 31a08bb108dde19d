"""`slipway:loadBalancer`: the application load balancer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

import limits
from settings.model.route import Priority, RouteConditions
from settings.model.section import CERTIFICATE_ARN, Host, Section
from settings.model.web_acl import Waf
from settings.rules import Rule, form

TARGET_PATH: Final = form(
    r"/(?:[A-Za-z0-9_.$/~\"'@:+&*?-]|#\{(?:host|path|port|query|protocol)\}){0,127}",
    "a path to go to, such as /new or /new/#{path}",
)


class Redirect(RouteConditions):
    """Requests that are sent elsewhere instead of to a service."""

    priority: Priority = Field(examples=[5])
    """The order among all routes and redirects, lowest first. The rule is known by it, and changes in place."""
    to_host: Host | None = None
    """The host to go to, such as example.com for those who ask www.example.com; the same when left out."""
    to_path: Annotated[str, TARGET_PATH] | None = None
    """The path to go to, such as `/new`; `#{path}` in it is what was asked for, without its first slash. The same when left out. The query stays."""
    permanent: bool = True
    """Whether browsers and search engines are to remember it (301), or to ask again (302)."""


class LoadBalancer(Section):
    """The application load balancer: the only part that faces the internet, unless `cdn` stands in front or it is `internal`."""

    name: Annotated[str, Rule(limits.load_balancer_name)] | None = None
    """Its name in AWS, such as shop-prod: at most 32 characters; generated when left out. A change replaces it."""
    internal: bool = False
    """Whether it has private addresses alone: reached in the VPC and in networks that are joined to it (peering, VPN, a transit gateway), not from the
    internet. The domain's records, public as before, lead to those addresses; with `cdn` they lead to CloudFront, which reaches it by a VPC origin. A
    change replaces it and starts all tasks anew; with `protection.deletionProtection` the update leaves the former one, and fails."""
    sources: Annotated[Sequence[Annotated[str, Rule(limits.address_range)]], Field(max_length=30)] = Field(
        default=(), examples=[["10.0.0.0/8"]]
    )
    """IPv4 ranges from which an `internal` one is reached, such as `[10.0.0.0/8]`; default the VPC's own, so without those of networks that are
    joined to it, and with `cdn` CloudFront alone. A change holds at once."""
    certificate_arn: Annotated[str, CERTIFICATE_ARN] | None = None
    """An existing ACM certificate of the same region, instead of one that is made for the domain's hosts: it has to be for all of them, or behind
    `cdn` for `cdn.originHost`, which AWS does not check. Needed where the domain is not managed here. A change takes effect at once, without an
    outage."""
    tls_policy: Annotated[str, Rule(limits.tls_policy, {"enum": list(limits.TLS_POLICIES)})] = (
        "ELBSecurityPolicy-TLS13-1-2-2021-06"
    )
    """The TLS policy of the HTTPS listener: which protocols and ciphers are spoken, such as `ELBSecurityPolicy-TLS13-1-3-2021-06` for TLS 1.3 alone. A
    stricter one turns old clients away at once."""
    http_redirect: bool = True
    """Whether port 80 is open and redirects to HTTPS; otherwise it is closed, and old `http://` links fail. A change takes effect at once."""
    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Seconds a connection may stay silent before it is closed, such as 120 for slow answers; an application should keep its connections open
    for longer. A change makes no outage."""
    access_log_days: Annotated[int, Field(ge=1, le=3653)] | None = 90
    """Days the access logs are kept, CloudFront's as well, such as 90; null switches them off. Billed as storage; a change makes no outage."""
    access_log_bucket: Annotated[str, Rule(limits.bucket_name)] | None = None
    """A bucket that is there already, in the stack's region, such as company-access-logs, for the access logs, CloudFront's as well, instead of one
    that is made. Its policy has to let their services write below `AWSLogs/` and the account's number, or the update fails; how long logs stay
    is its own affair."""
    redirects: Sequence[Redirect] = ()
    """Requests that are sent elsewhere, such as `[{hosts: [www.example.com], toHost: example.com, priority: 5}]`. No cost."""
    waf: Waf | None = None
    """The firewall; `{}` switches it on with its defaults."""
