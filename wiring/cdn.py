"""CloudFront in front of the load balancer."""

from __future__ import annotations

from collections.abc import Mapping

from components.cdn import CdnArgs
from components.certificate import Certificate
from components.load_balancer import LoadBalancer
from components.shared_load_balancer import AnyLoadBalancer
from settings import derived
from wiring import web_acl
from wiring.certificate import CDN_CERTIFICATE, public_hosts
from wiring.context import StackContext


def args(
    context: StackContext, balancer: AnyLoadBalancer | None, certificates: Mapping[str, Certificate]
) -> CdnArgs | None:
    """Return the arguments of CloudFront in front of the load balancer, or None where the stack has none."""
    cdn, domain = context.settings.cdn, context.settings.domain
    # CloudFront stands in front of a balancer of the stack's own alone: another one answers everybody.
    if cdn is None or domain is None or not isinstance(balancer, LoadBalancer):
        return None
    own = certificates.get(CDN_CERTIFICATE)
    return CdnArgs(
        name_prefix=context.name_prefix,
        hosts=public_hosts(domain),
        certificate_arn=own.arn if own else str(cdn.certificate_arn),
        origin_host=derived.origin_host(cdn, domain),
        header_name=balancer.origin_header,
        header_value=balancer.origin_secret,
        internal_balancer_arn=None if balancer.origin_secret is not None else balancer.listening_arn,
        price_class=cdn.price_class,
        access_log_bucket=balancer.access_log_bucket,
        waf=web_acl.args(cdn.waf, context.edge_log_key_arn),
    )
