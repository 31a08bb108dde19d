"""`slipway:cdn`: CloudFront in front of the load balancer."""

from __future__ import annotations

from typing import Annotated

from settings.model.section import CERTIFICATE_ARN, Host, PriceClass, Section
from settings.model.web_acl import Waf


class Cdn(Section):
    """CloudFront in front of the load balancer, which then answers nobody else; with `loadBalancer.internal` nothing but CloudFront faces the internet."""

    origin_host: Host | None = None
    """The load balancer's own host name, on its own certificate, such as `origin.app.example.com`; default `origin.` before the domain's host. A
    change makes another certificate and record."""
    certificate_arn: Annotated[str, CERTIFICATE_ARN] | None = None
    """An existing ACM certificate in us-east-1, instead of one that is made for the domain's hosts: it has to be for all of them. A change takes
    minutes, without an outage."""
    price_class: PriceClass = "PriceClass_100"
    """Which of CloudFront's locations serve: PriceClass_100 in North America and Europe, 200 in most others too, All everywhere, dearer with
    each. A change takes minutes, without an outage."""
    waf: Waf | None = None
    """The firewall at the edge; `{}` switches it on with its defaults."""
