"""Whatever a stack file can do that the pack finds fault with, the finding names the setting to change."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pytest

from policy.rules import CONTROLS
from policy.settings_fixes import SETTINGS
from preview import policies
from tests.settings.files import GONE, as_engine, changed
from tests.stacks import ROOT, registered

API: Final = "slipway:services.api"
SWITCHED_OFF: Final[Mapping[str, object]] = {
    "slipway:protection": {
        "protect": False, "deletionProtection": False, "finalSnapshot": False, "emptyOnDestroy": True, "secretRecoveryDays": 0,
        "keyDeletionDays": 7,
    },
    "slipway:database.version": "14.22",
    "slipway:database.multiAz": False,
    "slipway:database.backupDays": 1,
    "slipway:database.monitoringSeconds": 0,
    "slipway:database.insightsDays": None,
    "slipway:database.autoMinorUpgrade": False,
    "slipway:database.iamAuthentication": False,
    "slipway:database.extendedSupport": True,
    "slipway:cache.replicas": 0,
    "slipway:cache.snapshotDays": 0,
    "slipway:media.replicate": GONE,
    "slipway:media.versioning": False,
    "slipway:media.cdn": {},
    "slipway:network.nat": "single",
    "slipway:network.endpoints": [],
    "slipway:network.flowLogDays": None,
    "slipway:loadBalancer": {"httpRedirect": False, "tlsPolicy": "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", "accessLogDays": None},
    "slipway:registry.scanOnPush": False,
    "slipway:registry.immutableTags": False,
    "slipway:logs.customerKey": False,
    "slipway:backup": GONE,
    "slipway:alarms": GONE,
    "slipway:notify": GONE,
    "slipway:uptimeCheck": GONE,
    "slipway:budget.notify": GONE,
    "slipway:tags": GONE,
    f"{API}.exec": True,
    f"{API}.readOnlyRoot": False,
    f"{API}.user": "0",
    f"{API}.environment.OLD_PASSWORD": "hunter2hunter2",
    f"{API}.notSecret": {"OLD_PASSWORD": "that of the last century"},
    f"{API}.permissions": [
        {"actions": ["s3:Get*"], "resources": ["arn:aws:s3:::*"]},
        {"actions": ["secretsmanager:GetSecretValue"], "resources": ["arn:aws:secretsmanager:us-east-1:123456789012:secret:*"]},
    ],
    "slipway:services.frontend.tasks": {"count": 1},
    "slipway:services.frontend.image": {"uri": "public.ecr.aws/nginx/nginx:latest", "allowMutableTag": True},
    "slipway:secrets": {"storefront/session-key": {"description": "Signs"}, "storefront/payments": {"keys": ["api_key"]}},
}  # fmt: skip
OTHERWISE: Final[Mapping[str, object]] = {
    "slipway:cdn": {},
    "slipway:loadBalancer.waf": GONE,
    "slipway:media.replicate": GONE,
    "slipway:network.endpoints": [],
    "slipway:backup": GONE,
    "slipway:delivery.boundaryArn": "arn:aws:iam::123456789012:policy/tasks",
    "slipway:database": {
        "engine": "aurora-postgresql",
        "version": "17",
        "instanceClass": "db.t4g.medium",
        "readers": {"count": 0},
        "urlSecret": "storefront/database-url",
    },
    f"{API}.permissions": [{"actions": ["iam:PutRolePolicy"], "resources": ["arn:aws:iam::123456789012:role/x"]}],
}


@cache
def found() -> Mapping[str, str]:
    """What the whole pack says about the two files, a message a control."""
    messages: dict[str, str] = {}
    for changes in (SWITCHED_OFF, OTHERWISE):
        values = as_engine(changed(changes))
        graph = registered("prod", values)
        config: Any = {control.name: {"enforcementLevel": "advisory"} for control in CONTROLS}
        with policies.Pack(
            ROOT / "policy", project="slipway", stack="prod", values=values, dry_run=False, config=config
        ) as pack:
            for finding in pack.evaluate(graph).findings:
                messages.setdefault(finding.policy, finding.message)
    return messages


UNREACHABLE: Final[Mapping[str, str]] = {
    "alarm-has-actions": "alarms without somebody to tell are refused",
    "alarms-muted-for-hours": "a window of more than twelve hours is refused, and none begins more than once a day",
    "bucket-acls-disabled": "all buckets have them off",
    "bucket-lifecycle-set": "all buckets have one",
    "cache-version-supported": "a version whose support has ended is refused",
    "container-images-pinned": "`allowMutableTag` is a suppression, and told as one",
    "container-secrets-not-in-environment": "refused by the same judge, unless `notSecret` says why",
    "database-tls-forced": "the parameter is the program's",
    "database-version-supported": "a version whose support has ended is refused",
    "load-balancer-behind-cdn-only": "behind a CDN the program lets in CloudFront alone",
    "load-balancer-http-redirects": "without the redirect there is no listener for HTTP",
    "load-balancer-tls-policy": "a policy with less than TLS 1.2 is refused",
    "log-retention-set": "all log groups have one",
    "malware-scan-blocks-reads": "whatever is scanned is held back",
    "network-spans-zones": "one zone is refused",
    "no-privilege-escalation": "a boundary is on every role, and what leads beyond it is refused",
    "no-resource-wildcards": "refused by the same judge",
    "no-service-wildcards": "refused by the same judge",
    "repository-tags-immutable": "`immutableTags: false` is a suppression, and told as one",
    "web-acl-logged": "all firewalls are",
    "web-acl-rate-limited": "all firewalls are",
}
"""Controls that no stack file violates today, and why. Their setting is named all the same: another version's graph may."""
NO_SETTING: Final = {
    "bucket-access-logged", "bucket-events-notified", "bucket-mfa-delete", "bucket-object-lock", "cache-port-not-default",
    "cdn-geo-restricted", "cdn-origin-failover", "database-events-subscribed", "endpoint-policy-limited", "exec-sessions-encrypted",
    "function-code-signed", "function-concurrency-limited", "function-environment-under-own-key", "function-failures-kept",
    "function-in-network", "function-traced", "load-balancer-connections-logged", "no-inline-policies",
    "role-has-boundary", "role-trust-bound-to-account", "subscription-failures-kept", "topic-deliveries-logged",
}  # fmt: skip
"""Controls that ask for what the program does not do, whatever the stack file says: off unless somebody asks for them."""


@pytest.mark.parametrize("control", sorted(set(SETTINGS) - set(UNREACHABLE)))
def test_the_finding_about_a_stack_file_names_the_setting(control: str) -> None:
    place, value = SETTINGS[control]
    assert found()[control].endswith(f"Fix: {place}: {value}")


def test_what_no_stack_file_violates_is_refused_or_fixed() -> None:
    assert set(UNREACHABLE) & set(found()) == set()


def test_each_finding_names_a_setting_or_has_none_by_decision() -> None:
    about_suppressions = {"exempted-findings"}
    assert set(found()) - set(SETTINGS) - about_suppressions == NO_SETTING


def test_what_has_no_setting_is_off_unless_asked_for() -> None:
    on = {control.name for control in CONTROLS if any(level != "disabled" for level in control.levels.values())}
    assert on & NO_SETTING == set()
