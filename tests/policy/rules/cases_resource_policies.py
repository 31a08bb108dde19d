import json
from typing import Any

from tests.policy.harness import UNKNOWN, Case, Sample, res


def everybody(**more: Any) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **more}],
        }
    )


NAMED = everybody(Principal={"AWS": "arn:aws:iam::123456789012:root"})
OWN = everybody(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}})

HOLDERS = [
    ("queue-policy-not-public", "sqs/queuePolicy:QueuePolicy", "policy"),
    ("queue-policy-not-public", "sqs/queue:Queue", "policy"),
    ("table-policy-not-public", "dynamodb/resourcePolicy:ResourcePolicy", "policy"),
    ("file-system-policy-not-public", "efs/fileSystemPolicy:FileSystemPolicy", "policy"),
    ("event-bus-policy-not-public", "cloudwatch/eventBusPolicy:EventBusPolicy", "policy"),
    ("backup-vault-policy-not-public", "backup/vaultPolicy:VaultPolicy", "policy"),
    ("log-policy-not-public", "cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument"),
]


def held(token: str, path: str, document: Any) -> Sample:
    given: dict[str, Any] = {path: document}
    return res(token, "p", **given)


CASES: list[Case] = [
    *(
        Case(control, "fail", [held(token, path, everybody())], f'{path} allows Principal "*" without')
        for control, token, path in HOLDERS
    ),
    *(Case(control, "pass", [held(token, path, NAMED)]) for control, token, path in HOLDERS),
    *(Case(control, "pass", [held(token, path, OWN)]) for control, token, path in HOLDERS),
    *(Case(control, "unknown", [held(token, path, UNKNOWN)]) for control, token, path in HOLDERS),
    *(
        Case(
            control,
            "fail",
            [held(token, path, everybody(Principal={"AWS": "*"}))],
            f'{path} allows Principal "*" without',
        )
        for control, token, path in HOLDERS
    ),
    *(
        Case(
            control,
            "fail",
            [held(token, path, everybody(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}))],
            f'{path} allows Principal "*" without',
        )
        for control, token, path in HOLDERS
    ),
    Case(
        "file-system-policy-not-public",
        "pass",
        [
            res(
                "efs/fileSystemPolicy:FileSystemPolicy",
                "p",
                policy=everybody(Condition={"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}),
            )
        ],
    ),
]

PERMISSION = "cloudwatch/eventPermission:EventPermission"
BUS = "event-bus-policy-not-public"


def of_organisation(value: Any) -> dict[str, Any]:
    return {"key": "aws:PrincipalOrgID", "type": "StringEquals", "value": value}


CASES += [
    Case(BUS, "pass", [res(PERMISSION, "p", principal="123456789012")]),
    Case(BUS, "pass", [res(PERMISSION, "p", principal="*", condition=of_organisation("o-abcdefghij"))]),
    Case(BUS, "fail", [res(PERMISSION, "p", principal="*")], 'principal is "*"'),
    Case(BUS, "unknown", [res(PERMISSION, "p", principal=UNKNOWN)]),
    Case(BUS, "unknown", [res(PERMISSION, "p", principal="*", condition=of_organisation(UNKNOWN))]),
]

CASES += [
    Case(
        "queue-policy-not-public",
        verdict,
        [held("sqs/queuePolicy:QueuePolicy", "policy", everybody(Principal=whom))],
        says,
    )
    for verdict, whom, says in (
        ("fail", {"*": "*"}, "without a condition"),
        ("fail", {"AWS": "arn:aws:iam::*:role/deploy"}, "without a condition"),
        ("pass", {"AWS": "arn:aws:iam::123456789012:role/*"}, ""),
        ("pass", {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}, ""),
    )
]
