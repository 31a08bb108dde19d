"""The load balancer: its certificate and its firewall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import limits
from limits import quotas, route
from settings import derived
from settings.checks import web_acl
from settings.model import LoadBalancer, Redirect, Settings
from settings.problems import Place, Problem, at, found


def problems(settings: Settings) -> Iterator[Problem]:
    """Return what is wrong with the load balancer."""
    domain, balancer = settings.domain, settings.load_balancer
    if balancer is None:
        return
    if not domain and not balancer.certificate_arn:
        yield at(
            ["loadBalancer"],
            "it serves HTTPS and needs a certificate: add slipway:domain, or give certificateArn",
            ["domain"],
            ["loadBalancer", "certificateArn"],
        )
    if balancer.certificate_arn and (region := balancer.certificate_arn.split(":")[3]) != settings.aws.region:
        yield at(
            ["loadBalancer", "certificateArn"],
            f"the certificate is in {region}; a load balancer in {settings.aws.region} takes those of its own region",
            ["aws", "region"],
        )
    if balancer.access_log_bucket and "access_log_days" in balancer.model_fields_set:
        yield at(
            ["loadBalancer", "accessLogDays"],
            "is of the bucket that the program makes: leave it out, or accessLogBucket",
            ["loadBalancer", "accessLogBucket"],
        )
    yield from _internal(balancer)
    if settings.cdn and balancer.waf:
        yield at(
            ["loadBalancer", "waf"],
            "behind CloudFront its rate limit would count CloudFront's own addresses: give cdn.waf instead",
            ["cdn"],
        )
    if balancer.waf:
        yield from web_acl.problems(["loadBalancer", "waf"], balancer.waf)
    yield from _target_groups(settings)
    for index, redirect in enumerate(balancer.redirects):
        yield from _redirect(settings, ["loadBalancer", "redirects", index], redirect)


def _internal(balancer: LoadBalancer) -> Iterator[Problem]:
    """Check who reaches an internal one: networks, and nobody from the internet."""
    place = ["loadBalancer", "sources"]
    if not balancer.internal:
        if balancer.sources:
            yield at(
                place,
                "are of an internal one, and this one faces the internet: say internal: true, or give a route's sources",
                ["loadBalancer", "internal"],
            )
        return
    yield from found(place, limits.internal_sources(balancer.sources), [*place, "*"])


def _redirect(settings: Settings, place: Place, redirect: Redirect) -> Iterator[Problem]:
    """Check that a redirect is for some requests, and leads elsewhere than to itself."""
    asked = derived.conditions(redirect)
    to: Sequence[Place] = [[*place, "toHost"], [*place, "toPath"]]
    if not asked.given:
        yield at(place, "asks for nothing: give hosts or paths", [*place, "hosts", "*"], [*place, "paths", "*"])
    if redirect.to_host is None and redirect.to_path is None:
        yield at(place, "leads nowhere: give toHost or toPath", *to)
        return
    if asked.given and _leads_back(settings, redirect, asked):
        yield at(
            place,
            "leads to what it takes itself, so browsers would go round in a circle: give hosts or paths that it does not lead to",
            *to,
            [*place, "hosts", "*"],
            [*place, "paths", "*"],
            ["domain", "host"],
            ["domain", "alternativeHosts", "*"],
        )
    if redirect.to_host and redirect.to_host.startswith("*."):
        yield at([*place, "toHost"], f"{redirect.to_host} is many hosts; name the one to go to")


def _leads_back(settings: Settings, redirect: Redirect, asked: route.Conditions) -> bool:
    """Tell whether a redirect takes what it leads to."""
    host, path = redirect.to_host, (redirect.to_path or "").replace("#{path}", "*")
    ours = [settings.domain.host, *settings.domain.alternative_hosts] if settings.domain else []
    same_host = not host or any(limits.pattern_covers(one, host) for one in asked.hosts or ours)
    same_path = not path or not asked.patterns or any(limits.pattern_covers(one, path) for one in asked.patterns)
    return same_host and same_path


def _target_groups(settings: Settings) -> Iterator[Problem]:
    """Check that a balancer can lead to every service with a route through it; a blue/green one needs two groups."""
    for inside in (False, True):
        routed = [s for s in settings.services.values() if s.route and derived.inside(s) == inside]
        groups = len(routed) + sum(service.deployment.strategy != "rolling" for service in routed)
        if groups > (most := quotas.TARGET_GROUPS_PER_BALANCER):
            yield at(
                ["services"],
                f"{len(routed)} services with a route need {groups} target groups; a load balancer takes {most}: split them over two stacks",
                ["services", "*"],
            )


def warnings(settings: Settings) -> Iterator[Problem]:
    """Return what an account's usual quotas do not allow."""
    if settings.load_balancer is None:
        return
    for inside in (False, True):
        taken = derived.taken(settings, inside=inside)
        services = [service for service in settings.services.values() if derived.inside(service) == inside]
        asked = [
            *(service.route for service in services if service.route and not service.route.default),
            *(further for service in services for further in service.routes),
            *([] if inside else settings.load_balancer.redirects),
        ]
        rules = sum(
            len(route.rules(route.Conditions(**derived.narrowed(settings, one, inside=inside)), taken=taken))
            for one in asked
        )
        if rules > (usual := quotas.USUAL_RULES_PER_BALANCER):
            which = "internal load balancer" if inside else "load balancer"
            yield at(
                ["services"],
                f"{rules} rules of the {which}; AWS allows an account {usual} until it is asked for more",
            )
