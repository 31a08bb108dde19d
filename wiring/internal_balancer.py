"""The internal load balancer beside one that faces the internet."""

from __future__ import annotations

from collections.abc import Mapping

from components.certificate import Certificate
from components.existing_network import AnyNetwork
from components.load_balancer import LoadBalancerArgs
from components.shared_load_balancer import AnyLoadBalancer
from settings import Settings, derived
from wiring.certificate import INTERNAL_CERTIFICATE
from wiring.context import StackContext
from wiring.load_balancer import targets
from wiring.refusals import told_as_settings


def args(
    context: StackContext,
    network: AnyNetwork,
    certificates: Mapping[str, Certificate],
    outward: AnyLoadBalancer | None,
) -> LoadBalancerArgs | None:
    """Return its arguments, or None where the stack has none.

    Args:
        context: what every part may need to know.
        network: where it stands.
        certificates: those that are made.
        outward: the load balancer that faces the internet, whose bucket it logs to.
    """
    settings, balancer = context.settings, context.settings.internal_balancer
    if balancer is None:
        return None
    own = certificates.get(INTERNAL_CERTIFICATE)
    with told_as_settings("internalBalancer"):
        return LoadBalancerArgs(
            name_prefix=context.name_prefix,
            account_id=context.account_id,
            region=context.region,
            load_balancer_name=balancer.name,
            vpc_id=network.vpc_id,
            subnet_ids=network.private_subnet_ids,
            internal=True,
            sources=balancer.sources,
            certificate_arn=own.arn if own else str(balancer.certificate_arn),
            tls_policy=balancer.tls_policy,
            http_redirect=False,
            idle_timeout_seconds=balancer.idle_timeout_seconds,
            access_log_days=_own_log_days(settings),
            given_access_log_bucket=outward.access_log_bucket if outward else None,
            deletion_protection=settings.protection.deletion_protection,
            empty_on_destroy=settings.protection.empty_on_destroy,
            protect=settings.protection.protect,
            targets=targets(settings, inside=True),
        )


def _own_log_days(settings: Settings) -> int | None:
    """Return how long a log of its own is kept; None where it logs to the other's bucket, which a shared one does not show."""
    other = settings.load_balancer
    return other.access_log_days if other and derived.shares(settings, "loadBalancer") else None
