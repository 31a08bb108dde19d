"""What to write in a stack file of Slipway's own program, where a finding is about one of its resources.

Whoever has that program has one YAML file and none of Pulumi's Python. Findings about any other program keep their fix.
"""

from collections.abc import Mapping
from typing import Final

_SERVICE: Final = "slipway:services.<service>"
_SIDECAR: Final = "; a sidecar's is in sidecars.<name>"
_OWN: Final = "slipway:index:"
_ADDED: Final = f"{_OWN}Extension$"

SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "alarms-on-what-matters": ("slipway:alarms", "{}"),
    "malware-scan-blocks-reads": ("slipway:media", "{malwareScan: {}}"),
    "alarms-muted-for-hours": ("slipway:alarms", "{mutedDuring: {NAME: {minutes: 60, ...}}}"),
    "alarm-has-actions": ("slipway:notify", "{team: [...]}"),
    "bucket-acls-disabled": ("slipway:media", "{}"),
    "bucket-lifecycle-set": ("slipway:media", "{noncurrentDays: 90}"),
    "bucket-not-emptied-on-destroy": ("slipway:protection", "{emptyOnDestroy: false}"),
    "bucket-replicated": ("slipway:media", "{replicate: ...}"),
    "bucket-versioned": ("slipway:media", "{versioning: true}"),
    "cache-final-snapshot-kept": ("slipway:protection", "{finalSnapshot: true}"),
    "cache-multi-az": ("slipway:cache", "{replicas: 1, multiAz: true}"),
    "cache-snapshots-kept": ("slipway:cache", "{snapshotDays: 7}"),
    "cache-version-supported": ("slipway:cache", "{version: ...}"),
    "cdn-access-logged": ("slipway:loadBalancer", "{accessLogDays: 90}"),
    "cdn-behind-firewall": ("slipway:cdn", "{waf: {}}"),
    "cdn-own-certificate": ("slipway:media.cdn", "{host: ...}"),
    "container-images-from-own-registries": (f"{_SERVICE}.image", "{repository: ..., tag: ...}"),
    "container-images-pinned": (f"{_SERVICE}.image", "{digest: ...}, or a tag that never moves"),
    "container-not-root": (_SERVICE, f"{{user: '1000'}}{_SIDECAR}"),
    "container-root-filesystem-read-only": (_SERVICE, f"{{readOnlyRoot: true, exec: false}}{_SIDECAR}"),
    "container-secrets-not-in-environment": (_SERVICE, f"{{secrets: {{...}}}}{_SIDECAR}"),
    "created-roles-bounded": (_SERVICE, "{permissions: ...} without it"),
    "data-access-names-resources": (_SERVICE, "{permissions: ...} with the ARNs that are read"),
    "database-backups-kept": ("slipway:database", "{backupDays: 7}"),
    "database-cluster-has-standby": ("slipway:database", "{readers: {count: 1}}"),
    "database-deletion-protected": ("slipway:protection", "{deletionProtection: true}"),
    "database-enhanced-monitoring": ("slipway:database", "{monitoringSeconds: 60}"),
    "database-extended-support-off": ("slipway:database", "{extendedSupport: false}"),
    "database-final-snapshot-kept": ("slipway:protection", "{finalSnapshot: true}"),
    "database-iam-authentication": ("slipway:database", "{iamAuthentication: true}"),
    "database-in-backup-plan": ("slipway:backup", "{}"),
    "database-insights-on": ("slipway:database", "{insightsDays: 7}"),
    "database-minor-upgrades-automatic": ("slipway:database", "{autoMinorUpgrade: true}"),
    "database-multi-az": ("slipway:database", "{multiAz: true}"),
    "database-port-not-default": ("slipway:database", "{port: ...}"),
    "database-queries-logged": ("slipway:database", "{parameters: {log_min_duration_statement: '1000'}}"),
    "database-tls-forced": ("slipway:database", "{parameters: {...}} without the parameter that switches TLS off"),
    "database-version-supported": ("slipway:database", "{version: ...}"),
    "key-deletion-slow": ("slipway:protection", "{keyDeletionDays: 30}"),
    "load-balancer-access-logged": ("slipway:loadBalancer", "{accessLogDays: 90}"),
    "load-balancer-behind-cdn-only": ("slipway:cdn", "{}"),
    "load-balancer-behind-firewall": ("slipway:loadBalancer", "{waf: {}}"),
    "load-balancer-deletion-protected": ("slipway:protection", "{deletionProtection: true}"),
    "load-balancer-http-redirects": ("slipway:loadBalancer", "{httpRedirect: true}"),
    "load-balancer-targets-on-https": ("slipway:services.<service>", "{tls: true}"),
    "load-balancer-tls-policy": ("slipway:loadBalancer", "{tlsPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06}"),
    "log-groups-under-own-key": ("slipway:logs", "{customerKey: true}"),
    "log-retention-set": ("slipway:logs", "{retentionDays: 90}"),
    "nat-gateway-per-zone": ("slipway:network", "{nat: perZone}"),
    "network-endpoints-present": ("slipway:network", "{endpoints: [...]}"),
    "network-flow-logged": ("slipway:network", "{flowLogDays: 90}"),
    "network-spans-zones": ("slipway:network", "{zones: [...]}"),
    "no-privilege-escalation": (_SERVICE, "{permissions: ...} without it"),
    "no-resource-wildcards": (_SERVICE, "{permissions: ...} with the ARNs that are needed"),
    "no-service-wildcards": (_SERVICE, "{permissions: ...} with the actions that are needed"),
    "repository-not-emptied-on-destroy": ("slipway:protection", "{emptyOnDestroy: false}"),
    "repository-scanned": ("slipway:registry", "{scanOnPush: true}"),
    "repository-tags-immutable": ("slipway:registry", "{immutableTags: true}"),
    "required-tags": ("slipway:tags", "{...}"),
    "secret-recoverable": ("slipway:protection", "{secretRecoveryDays: 30}"),
    "secret-rotated": ("slipway:secrets.<secret>", "{rotateDays: 90}"),
    "services-exec-off": (_SERVICE, "{exec: false}"),
    "services-scale": (_SERVICE, "{tasks: {min: 2, max: 4}}"),
    "services-spread-over-zones": (_SERVICE, "{tasks: {count: 2}}, and two zones in slipway:network"),
    "stateful-resources-protected": ("slipway:protection", "{protect: true}"),
    "web-acl-logged": ("slipway:loadBalancer.waf", "{logDays: 90}"),
    "web-acl-rate-limited": ("slipway:loadBalancer.waf", "{rateLimit: 2000}"),
}
"""By control: the place in the stack file, and what to write there."""


def fix(control: str, urn: str) -> str:
    """What to write in the stack file about a finding; empty where the resource is none of Slipway's own components'.

    Args:
        control: the control's name.
        urn: the resource of the finding.
    """
    kinds = urn.split("::")[2:3]
    if control not in SETTINGS or not kinds or _OWN not in kinds[0] or _ADDED in kinds[0]:
        return ""
    place, value = SETTINGS[control]
    return f"{place}: {value}"


def told(control: str, urn: str, message: str) -> str:
    """A finding's message with the setting in place of the Python that mends it, where the resource is the program's own."""
    setting = fix(control, urn)
    what, mark, _ = message.partition(". Fix: ")
    return f"{what}{mark}{setting}" if setting and mark else message
