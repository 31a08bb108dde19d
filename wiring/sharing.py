"""What other stacks may use of this one: the output that they find it by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi import Input

from components.load_balancer import LoadBalancer
from settings import derived, model
from wiring.context import Components, StackContext


def offer(context: StackContext, components: Components) -> Mapping[str, Input[object]] | None:
    """Return the output `shared`, in the form of `model.OfferedParts`; None where the stack shares nothing."""
    settings = context.settings
    if settings.sharing is None:
        return None
    parts: dict[str, Input[object]] = {}
    if derived.offers(settings, "network"):
        parts["network"] = _network(context, components)
    if derived.offers(settings, "cluster"):
        cluster = components.cluster
        insights = settings.cluster.container_insights
        parts["cluster"] = {"name": cluster.name, "arn": cluster.arn, "containerInsights": insights}
    balancer, domain = components.load_balancer, settings.domain
    if isinstance(balancer, LoadBalancer) and derived.offers(settings, "loadBalancer"):
        parts["loadBalancer"] = {
            "arn": balancer.arn,
            "arnSuffix": balancer.arn_suffix,
            "dnsName": balancer.dns_name,
            "zoneId": balancer.zone_id,
            "securityGroupId": balancer.security_group_id,
            "listenerArn": balancer.listener_arn,
        }
    if domain and derived.offers(settings, "zone"):
        parts["zone"] = {"zoneId": context.zone_id, **({"name": domain.zone} if domain.zone else {})}
    if components.registry and derived.offers(settings, "registry"):
        parts["registry"] = {"urls": components.registry.urls}
    return {
        "version": model.OFFER_VERSION,
        "namePrefix": context.name_prefix,
        "region": context.region,
        "accountId": context.account_id,
        **parts,
    }


def _network(context: StackContext, components: Components) -> Mapping[str, Input[object]]:
    network, given = components.network, context.settings.network

    def by_zone(ids: Sequence[Input[str]]) -> Mapping[str, Input[str]]:
        return dict(zip(given.zones, ids, strict=False))

    return {
        "vpcId": network.vpc_id,
        "cidr": network.cidr,
        "public": by_zone(network.public_subnet_ids),
        "private": by_zone(network.private_subnet_ids),
        "isolated": by_zone(network.isolated_subnet_ids),
        "wayOut": given.nat != "none",
    }
