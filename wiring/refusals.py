"""What a component refuses that the settings' checks did not foresee, told as a mistake of the stack file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import pulumi
from pydantic.alias_generators import to_camel

from settings import InvalidSettings, schema_lookup
from settings.problems import Place, Problem

_LINE: Final = re.compile(r"(?P<arguments>[A-Z]\w+)\.(?P<field>\w+)(?P<inside>[^:\s]*): (?P<problem>.+)")
"""What a component says of an argument: `CertificateArgs.domain: 'a b' is not a host name`."""
PLACES: Final[dict[str, Place]] = {
    "AlarmsArgs": ["alarms"],
    "AlarmTargets": ["alarms"],
    "ApplicationMetric": ["alarms", "metrics"],
    "BackupArgs": ["backup"],
    "BucketReplicationArgs": ["media", "replicate"],
    "BudgetArgs": ["budget"],
    "CacheArgs": ["cache"],
    "CdnArgs": ["cdn"],
    "CertificateArgs": ["domain"],
    "ClusterArgs": ["cluster"],
    "ConnectionStringSecretsArgs": ["services"],
    "CollectorArgs": ["telemetry"],
    "DashboardArgs": ["dashboard"],
    "DatabaseArgs": ["database"],
    "DatabaseUsersArgs": ["database", "users"],
    "DatabaseProxyArgs": ["database", "proxy"],
    "DeliveryArgs": ["delivery"],
    "DnsAliasArgs": ["domain"],
    "ExtensionArgs": ["extension"],
    "EncryptionKeyArgs": ["app"],
    "ExistingNetworkArgs": ["network", "existing"],
    "GitHubArgs": ["delivery", "github"],
    "HibernationArgs": ["hibernation"],
    "JobsArgs": ["jobs"],
    "LoadBalancerArgs": ["loadBalancer"],
    "LogPattern": ["alarms", "logs"],
    "LogRouterArgs": ["services"],
    "MediaBucketArgs": ["media"],
    "MediaCdnArgs": ["media", "cdn"],
    "MigrationArgs": ["services"],
    "MutedWindowArgs": ["alarms", "mutedDuring"],
    "NetworkAclsArgs": ["network"],
    "NetworkArgs": ["network"],
    "NotificationsArgs": ["notify"],
    "ObservabilityArgs": ["notify"],
    "OriginProtection": ["cdn"],
    "QueuesArgs": ["queues"],
    "RateLimitArgs": ["loadBalancer", "waf", "rateLimits"],
    "RedirectArgs": ["loadBalancer", "redirects"],
    "RegistryArgs": ["registry"],
    "RouteArgs": ["services"],
    "RolloutArgs": ["services"],
    "RollbackAlarmArgs": ["services"],
    "RotationRemindersArgs": ["secrets"],
    "SecretsArgs": ["secrets"],
    "SharedLoadBalancerArgs": ["services"],
    "ServiceArgs": ["services"],
    "TargetArgs": ["services"],
    "TargetHealthCheckArgs": ["services"],
    "Thresholds": ["alarms"],
    "TrafficShiftArgs": ["services"],
    "UptimeCheckArgs": ["uptimeCheck"],
    "DatabaseAlarmTarget": ["database"],
    "VolumesArgs": ["volumes"],
    "WebAclArgs": ["loadBalancer", "waf"],
}
"""The setting that a component's arguments are made from; of one that is not here, the whole file."""

_INSIDE: Final[dict[str, Place]] = {"LogRouterArgs": ["logRouter"]}
"""The section inside a service that arguments are made from, where it has settings of the service's names."""


@contextmanager
def told_as_settings(*around: str) -> Iterator[None]:
    """Turn what a component's arguments refuse into mistakes of the stack file, which are told without a stack trace.

    Args:
        around: the part of the stack file that everything inside is made from, such as `services` and a service's key.

    Raises:
        InvalidSettings: with every problem that the component told. Other errors stay what they are.
    """
    try:
        yield
    except ValueError as error:
        if not (problems := _problems(str(error), around)):
            raise
        raise InvalidSettings(pulumi.get_stack(), problems) from error


def _problems(text: str, around: Sequence[str]) -> Sequence[Problem]:
    """Return the problems in the words of a component; none where any line is in other words."""
    found = [_LINE.fullmatch(line) for line in text.splitlines()]
    return [_problem(match, around) for match in found if match] if all(found) else []


def _problem(match: re.Match[str], around: Sequence[str]) -> Problem:
    place = [*(around or PLACES.get(match["arguments"], ())), *(_INSIDE.get(match["arguments"], ()) if around else ())]
    field = to_camel(match["field"])
    model = schema_lookup.section(schema_lookup.annotation_at(place))
    if model and field in dict(schema_lookup.fields(model)):
        return Problem(place=[*place, field], message=match["problem"])
    return Problem(place=place, message=f"{match['field'].replace('_', ' ')}{match['inside']}: {match['problem']}")
