"""The load balancer, and the target groups of the services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pulumi import Input

from components._listener_rules import RedirectArgs
from components._target_groups import RouteArgs, TargetArgs, TargetHealthCheckArgs
from components.certificate import Certificate
from components.existing_network import AnyNetwork
from components.load_balancer import LoadBalancerArgs, OriginProtection
from components.shared_load_balancer import SharedLoadBalancerArgs
from settings import Settings, derived, model
from wiring import web_acl
from wiring.certificate import BALANCER_CERTIFICATE
from wiring.context import StackContext


def args(
    context: StackContext, network: AnyNetwork, certificates: Mapping[str, Certificate]
) -> LoadBalancerArgs | SharedLoadBalancerArgs | None:
    """Return the arguments of the load balancer, or of what goes with another stack's; None where the stack has none."""
    settings, balancer = context.settings, context.settings.load_balancer
    if balancer is None:
        return None
    own = certificates.get(BALANCER_CERTIFICATE)
    if shared := _shared(context, network, own):
        return shared
    return LoadBalancerArgs(
        name_prefix=context.name_prefix,
        account_id=context.account_id,
        region=context.region,
        load_balancer_name=balancer.name,
        vpc_id=network.vpc_id,
        subnet_ids=network.private_subnet_ids if balancer.internal else network.public_subnet_ids,
        internal=balancer.internal,
        sources=derived.balancer_sources(settings),
        certificate_arn=own.arn if own else str(balancer.certificate_arn),
        tls_policy=balancer.tls_policy,
        http_redirect=balancer.http_redirect and settings.cdn is None,
        idle_timeout_seconds=balancer.idle_timeout_seconds,
        access_log_days=None if balancer.access_log_bucket else balancer.access_log_days,
        given_access_log_bucket=balancer.access_log_bucket,
        access_log_of_cdn=bool(settings.cdn or (settings.media and settings.media.cdn)),
        waf=web_acl.args(balancer.waf, context.log_key_arn),
        deletion_protection=settings.protection.deletion_protection,
        empty_on_destroy=settings.protection.empty_on_destroy,
        protect=settings.protection.protect,
        origin_protection=None if balancer.internal else _origin_protection(context.cloudfront_prefix_list),
        cloudfront_prefix_list_id=context.cloudfront_prefix_list if balancer.internal else None,
        targets=targets(settings, inside=False),
        redirects=[_redirect(settings, redirect) for redirect in balancer.redirects],
    )


def _shared(
    context: StackContext, network: AnyNetwork, certificate: Certificate | None
) -> SharedLoadBalancerArgs | None:
    """Return the arguments of what goes with another stack's load balancer; None where the stack has its own."""
    settings, balancer = context.settings, context.settings.load_balancer
    given = context.offer.load_balancer if context.offer else None
    if given is None or balancer is None or not derived.shares(settings, "loadBalancer"):
        return None
    return SharedLoadBalancerArgs(
        name_prefix=context.name_prefix,
        vpc_id=network.vpc_id,
        arn=given.arn,
        arn_suffix=given.arn_suffix,
        dns_name=given.dns_name,
        zone_id=given.zone_id,
        security_group_id=given.security_group_id,
        listener_arn=given.listener_arn,
        certificate_arn=certificate.arn if certificate else balancer.certificate_arn,
        targets=targets(settings, inside=False),
        redirects=[_redirect(settings, redirect) for redirect in balancer.redirects],
    )


def targets(settings: Settings, *, inside: bool) -> Mapping[str, TargetArgs]:
    """Return where requests go, by service: through the internal load balancer beside another, or through the other."""
    return {
        name: _target(settings, service, service.route, service.port)
        for name, service in settings.services.items()
        if service.route and service.port and derived.inside(service) == inside
    }


def _origin_protection(prefix_list_id: Input[str] | None) -> OriginProtection | None:
    return OriginProtection(prefix_list_id=prefix_list_id) if prefix_list_id else None


def _target(settings: Settings, service: model.Service, route: model.Route, port: int) -> TargetArgs:
    version: Mapping[str, Literal["HTTP1", "HTTP2", "GRPC"]] = {"http": "HTTP1", "http2": "HTTP2", "grpc": "GRPC"}
    inside = derived.inside(service)
    base = derived.priority_base(settings, inside=inside)
    own = base + model.LAST_OWN_PRIORITY + 1 if base and route.default else route.priority and base + route.priority
    return TargetArgs(
        port=port,
        protocol="HTTPS" if service.tls else "HTTP",
        protocol_version=version[service.protocol],
        health=_health(service),
        deregistration_seconds=service.health.deregistration_seconds,
        **derived.narrowed(settings, route, inside=inside),
        priority=own,
        default=route.default and not base,
        routes=[
            RouteArgs(**derived.narrowed(settings, further, inside=inside), priority=base + further.priority)
            for further in service.routes
        ],
        stickiness_seconds=route.sticky_seconds,
        blue_green=service.deployment.strategy != "rolling",
    )


def _redirect(settings: Settings, redirect: model.Redirect) -> RedirectArgs:
    return RedirectArgs(
        **derived.narrowed(settings, redirect),
        priority=derived.priority_base(settings) + redirect.priority,
        to_host=redirect.to_host,
        to_path=redirect.to_path,
        permanent=redirect.permanent,
    )


def _health(service: model.Service) -> TargetHealthCheckArgs:
    health = service.health
    return TargetHealthCheckArgs(
        path=derived.health_path(service),
        port=health.port,
        interval_seconds=health.interval_seconds,
        timeout_seconds=health.timeout_seconds or min(5, health.interval_seconds - 1),
        healthy_after=health.healthy_after,
        unhealthy_after=health.unhealthy_after,
        matcher=derived.health_codes(service),
    )
