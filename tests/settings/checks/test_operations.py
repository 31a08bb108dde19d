# ruff: noqa: E501 - a case reads best on one line
"""Rules of delivery, backups, budget, off-hours, access lists and copies: each with what breaks it, the exact message, and a twin that keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.settings.files import GONE, changed, mistakes

DELIVERY, BACKUP, BUDGET, NIGHT, NET = (
    f"slipway:{name}" for name in ("delivery", "backup", "budget", "hibernation", "network")
)
GITHUB = "slipway:delivery.github"
A = "slipway:services.api.scaling.schedule"
DAY = {"cron": "0 7 ? * MON-FRI *", "min": 3, "max": 8}
SLEEPS: dict[str, Any] = {
    A: GONE,
    "slipway:uptimeCheck": GONE,
    NIGHT: {"sleep": "20:00", "wake": "07:00", "timeZone": "Europe/Berlin", "allowInProduction": True},
    "slipway:database.backupWindow": "10:00-11:00",
    "slipway:database.maintenanceWindow": "wed:12:00-wed:13:00",
}

PAYMENTS = "slipway:secrets.storefront/payments"
CASES: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({f"{GITHUB}.repository": "storefront"}, f"{GITHUB}.repository: 'storefront' is not a repository, such as octo-org/storefront", {f"{GITHUB}.repository": "a/b.c"}),
    ({f"{GITHUB}.environment": GONE}, f"{GITHUB}: give environment or branch, whose jobs may deploy, and not both", {f"{GITHUB}.environment": GONE, f"{GITHUB}.branch": "main"}),
    ({f"{GITHUB}.branch": "main"}, f"{GITHUB}: give environment or branch, whose jobs may deploy, and not both", {f"{GITHUB}.environment": "live"}),
    ({f"{GITHUB}.environment": "*"}, f"{GITHUB}.environment: '*' is not an environment: 1 to 255 characters without * ? :", {f"{GITHUB}.environment": "live 2"}),
    ({f"{DELIVERY}.previewReadsState": True, f"{DELIVERY}.previewRoleName": GONE}, f"{DELIVERY}.previewReadsState: is of no use without previewRoleName, the role that would read it: give that, or leave it out", {f"{DELIVERY}.previewReadsState": True, f"{DELIVERY}.previewRoleName": "p"}),
    ({f"{DELIVERY}.previewRoleName": "storefront-production-deploy"}, f"{DELIVERY}.previewRoleName: 'storefront-production-deploy' is the deploying role; the other needs a name of its own", {f"{DELIVERY}.previewRoleName": "looks"}),
    ({f"{DELIVERY}.boundaryArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, f"{DELIVERY}.boundaryArn: AdministratorAccess leaves everything of IAM allowed, so it is no boundary: leave the line out, and the stack makes one", {f"{DELIVERY}.boundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess"}),
    ({f"{DELIVERY}.boundaryArn": "arn:aws:iam::210987654321:policy/tasks", "aws:allowedAccountIds": ["123456789012"]}, f"{DELIVERY}.boundaryArn: the account 210987654321 is not the stack's (123456789012): AWS takes a boundary of the role's own account, or of its own", {f"{DELIVERY}.boundaryArn": "arn:aws:iam::123456789012:policy/tasks", "aws:allowedAccountIds": ["123456789012"]}),
    ({f"{DELIVERY}.roleName": "a b"}, f"{DELIVERY}.roleName: 'a b' is not a role's name: at most 64 letters, digits and + = , . @ _ -", {f"{DELIVERY}.roleName": "github-actions-deploy"}),
    ({f"{DELIVERY}.providerArn": "arn:aws:iam::123456789012:role/x"}, f"{DELIVERY}.providerArn: 'arn:aws:iam::123456789012:role/x' is not the ARN of GitHub's identity provider, arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", {f"{DELIVERY}.providerArn": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}),
    ({f"{BACKUP}.copyRegion": "us-east-1"}, f"{BACKUP}.copyRegion: us-east-1 is the stack's own region; name another", {f"{BACKUP}.copyRegion": "eu-west-1"}),
    ({f"{BACKUP}.copyRegion": "cn-north-1"}, f"{BACKUP}.copyRegion: cn-north-1 cannot be reached from us-east-1: they are of two AWS partitions", {f"{BACKUP}.copyRegion": "us-west-1"}),
    ({BACKUP: {"copyDays": 7}}, f"{BACKUP}.copyDays: there are no copies: give copyRegion", {BACKUP: {"copyDays": 7, "copyRegion": "us-west-2"}}),
    ({f"{BACKUP}.at": "6:00"}, f"{BACKUP}.at: '6:00' is not a time of day, such as 20:00", {f"{BACKUP}.at": "23:59"}),
    ({"slipway:media.versioning": False, "slipway:media.replicate": GONE}, f"{BACKUP}: AWS Backup saves only versioned buckets: leave media.versioning on", {BACKUP: {"enabled": False}, "slipway:media.versioning": False, "slipway:media.replicate": GONE}),
    ({"slipway:media.versioning": False, BACKUP: {"enabled": False}}, "slipway:media.replicate: S3 copies only versioned buckets: leave media.versioning on", {"slipway:media.versioning": True}),
    ({"slipway:media.replicate.region": "us-east-1"}, "slipway:media.replicate.region: us-east-1 is the stack's own region; name another", {"slipway:media.replicate.region": "us-east-2"}),
    ({"slipway:media.bucket": "own", "slipway:media.replicate.bucket": "own"}, "slipway:media.replicate.bucket: 'own' is the bucket itself", {"slipway:media.bucket": "own", "slipway:media.replicate.bucket": "other"}),
    ({f"{BUDGET}.monthlyUsd": 0}, f"{BUDGET}.monthlyUsd: 0 is outside what is allowed, at least 1 (US dollars a month, such as 600)", {f"{BUDGET}.monthlyUsd": 265}),
    ({BUDGET: {"monthlyUsd": 5}}, f"{BUDGET}: nobody would be told: give emails or notify", {BUDGET: {"monthlyUsd": 5, "notify": "team"}}),
    ({f"{BUDGET}.emails": ["ops"]}, f"{BUDGET}.emails[0]: 'ops' is not an e-mail address, such as ops@example.com", {f"{BUDGET}.emails": ["ops@example.com"]}),
    ({f"{BUDGET}.notify": "team", "slipway:notify.team": []}, f"{BUDGET}.notify: nobody is in notify.team: add somebody, or name another", {f"{BUDGET}.notify": "page", "slipway:notify.team": []}),
    ({f"{BUDGET}.byTag": "costCenter"}, f"{BUDGET}.byTag: nothing carries the tag 'costCenter'; did you mean costCentre?; allowed: owner, costCentre, app, environment or managed-by", {f"{BUDGET}.byTag": "app"}),
    ({**SLEEPS, f"{NIGHT}.allowInProduction": False}, f"{NIGHT}: production would be away at night; leave it out, or say allowInProduction: true", SLEEPS),
    ({**SLEEPS, f"{NIGHT}.timeZone": "Europe/Berln"}, f"{NIGHT}.timeZone: 'Europe/Berln' is not a time zone, such as Europe/Berlin or UTC", {**SLEEPS, f"{NIGHT}.timeZone": "UTC"}),
    ({**SLEEPS, f"{NIGHT}.sleep": "8 pm"}, f"{NIGHT}.sleep: '8 pm' is not a time of day, such as 20:00", {**SLEEPS, f"{NIGHT}.sleep": "20:30"}),
    ({**SLEEPS, f"{NIGHT}.sleep": "23:50"}, f"{NIGHT}.sleep: 23:50 is outside 00:00 to 23:44: the database stops later, starts earlier", {**SLEEPS, f"{NIGHT}.sleep": "23:44"}),
    ({**SLEEPS, f"{NIGHT}.wake": "20:00"}, f"{NIGHT}.wake: 20:00 is also sleep", {**SLEEPS, f"{NIGHT}.wake": "06:00"}),
    ({**SLEEPS, A: [DAY]}, f"{A}: would wake what slipway:hibernation puts to rest: take one of the two out", SLEEPS),
    ({**SLEEPS, "slipway:database.backupWindow": "18:30-19:30"}, "slipway:database.backupWindow: 18:30-19:30 (UTC) is not within 07:00 to 20:00 Europe/Berlin, Monday to Friday, when the database is awake", {**SLEEPS, "slipway:database.backupWindow": "17:00-18:00"}),
    ({**SLEEPS, "slipway:database.maintenanceWindow": "sat:12:00-sat:13:00"}, "slipway:database.maintenanceWindow: sat:12:00-sat:13:00 (UTC) is not within 07:00 to 20:00 Europe/Berlin, Monday to Friday, when the database is awake", {**SLEEPS, f"{NIGHT}.weekends": True, "slipway:database.maintenanceWindow": "sat:12:00-sat:13:00"}),
    ({f"{PAYMENTS}.keyRotateDays": {"c": 90}}, 'slipway:secrets["storefront/payments"].keyRotateDays.c: \'c\' is not among the secret\'s keys; declared: api_key, webhook_secret', {f"{PAYMENTS}.keyRotateDays": {"api_key": 90}}),
    ({A: [{**DAY, "cron": "7:00"}]}, f"{A}[0].cron: '7:00' is not a schedule: six fields are needed, such as 0 8 ? * MON-FRI *", {A: [DAY]}),
    ({A: [{**DAY, "timeZone": "Mars"}]}, f"{A}[0].timeZone: 'Mars' is not a time zone, such as Europe/Berlin or UTC", {A: [{**DAY, "timeZone": "Asia/Tokyo"}]}),
    ({A: [{**DAY, "min": 9}]}, f"{A}[0]: min 9 must not be above max 8", {A: [{**DAY, "min": 8}]}),
    ({f"{NET}.zones": [f"us-east-1{z}" for z in "abcdef"]}, f"{NET}.acls: they need 22 rules in of the private subnets; at most 19 fit network.aclRules beside AWS's own: take fewer ports or zones, or raise it", {f"{NET}.zones": [f"us-east-1{z}" for z in "abcdef"], f"{NET}.aclRules": 40}),
]  # fmt: skip


@pytest.mark.parametrize(("broken", "message", "kept"), CASES, ids=[case[1][:60] for case in CASES])
def test_a_rule(broken: dict[str, Any], message: str, kept: dict[str, Any]) -> None:
    assert mistakes(config(broken)) == [message]
    assert mistakes(config(kept)) == []


def config(changes: dict[str, Any]) -> dict[str, Any]:
    return changed(
        {place: value for place, value in changes.items() if value is not GONE}
        | {p: GONE for p, v in changes.items() if v is GONE}
    )


def test_a_schedule_alone_is_scaling_enough() -> None:
    assert mistakes(changed({"slipway:services.api.scaling": {"schedule": [DAY]}})) == []


def test_access_lists_are_not_judged_by_zones_that_are_wrong() -> None:
    told = mistakes(changed({f"{NET}.zones": ["eu-west-1a", "eu-west-1b"]}))
    assert told
    assert not [line for line in told if "acls" in line]
