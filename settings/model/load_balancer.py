"""`slipway:loadBalancer`: the application load balancer."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

import limits
from settings.model.section import Section
from settings.model.web_acl import Waf
from settings.rules import Rule, form

CERTIFICATE_ARN: Final = form(
    "arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+",
    "a certificate's ARN, such as arn:aws:acm:us-east-1:123456789012:certificate/...",
)


class LoadBalancer(Section):
    """The application load balancer: the only part that faces the internet, unless `cdn` stands in front."""

    name: Annotated[str, Rule(limits.load_balancer_name)] | None = None
    """Its name in AWS; generated when left out. A change replaces it."""
    certificate_arn: Annotated[str, CERTIFICATE_ARN] | None = None
    """An existing ACM certificate of the same region, where the domain is not managed here. A change takes effect at once, without an outage."""
    tls_policy: Annotated[str, Rule(limits.tls_policy, {"enum": list(limits.TLS_POLICIES)})] = (
        "ELBSecurityPolicy-TLS13-1-2-2021-06"
    )
    """The TLS policy of the HTTPS listener: which protocols and ciphers are spoken. A stricter one turns old clients away at once."""
    http_redirect: bool = True
    """Whether port 80 is open and redirects to HTTPS; otherwise it is closed."""
    idle_timeout_seconds: Annotated[int, Field(ge=1, le=4000)] = 60
    """Seconds a connection may stay silent before it is closed, such as 120 for slow answers; an application should keep its connections open
    for longer. A change makes no outage."""
    access_log_days: Annotated[int, Field(ge=1, le=3653)] | None = 90
    """Days the access logs are kept, CloudFront's as well; null switches them off."""
    waf: Waf | None = None
    """The firewall; `{}` switches it on with its defaults."""
