"""The DNS records of the hosts that people use."""

from __future__ import annotations

from collections.abc import Mapping

from components.cdn import Cdn
from components.dns_alias import DnsAliasArgs
from components.media_bucket import MediaBucket
from components.shared_load_balancer import AnyLoadBalancer
from settings import derived
from wiring.certificate import balancer_hosts, media_host, public_hosts
from wiring.context import StackContext


def args(
    context: StackContext,
    balancer: AnyLoadBalancer | None,
    internal: AnyLoadBalancer | None,
    cdn: Cdn | None,
    media: MediaBucket | None,
) -> Mapping[str, DnsAliasArgs]:
    """Return the arguments of every DNS record, by its component's name."""
    settings, domain = context.settings, context.settings.domain
    if domain is None or balancer is None:
        return {}
    fronts = dict.fromkeys(balancer_hosts(settings, domain), (balancer.dns_name, balancer.zone_id, False))
    if cdn:
        fronts |= dict.fromkeys(public_hosts(domain), (cdn.domain_name, cdn.zone_id, True))
    if internal:
        fronts |= dict.fromkeys(derived.internal_hosts(settings), (internal.dns_name, internal.zone_id, False))
    host = media_host(settings)
    if host and media and media.cdn_domain_name and media.cdn_zone_id:
        fronts[host] = (media.cdn_domain_name, media.cdn_zone_id, True)
    return {
        f"dns-{host.replace('-', '--').replace('.', '-')}": DnsAliasArgs(
            zone_id=context.zone_id, host=host, target=target, target_zone_id=zone, ipv6=ipv6
        )
        for host, (target, zone, ipv6) in fronts.items()
        if not host.startswith("*.")
    }
