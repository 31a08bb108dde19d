"""`slipway:cdn`: CloudFront in front of the load balancer."""

from __future__ import annotations

from settings.model.section import Host, PriceClass, Section
from settings.model.web_acl import Waf


class Cdn(Section):
    """CloudFront in front of the load balancer, which then answers nobody else."""

    origin_host: Host | None = None
    """The load balancer's own host name, on its own certificate; default `origin.` before the domain's host."""
    price_class: PriceClass = "PriceClass_100"
    """Which of CloudFront's locations serve."""
    waf: Waf | None = None
    """The firewall at the edge; `{}` switches it on with its defaults."""
