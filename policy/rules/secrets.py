"""Secrets: their keys, their rotation, who may read them, and where their values come from."""

import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Graph, Resource, is_aws_key
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.resource_policies import public_findings
from policy.values import UNKNOWN, Unknown, Value

ENTRY: Final = "aws:secretsmanager/secret:Secret"


ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"


ENTRY_POLICY: Final = "aws:secretsmanager/secretPolicy:SecretPolicy"


VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"


_DAYS: Final = {"hour": 1 / 24, "day": 1}


_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


_DAYS_OF_MONTH: Final = 31


@resource_rule(
    Control(
        name="secrets-under-own-key",
        title="Secrets are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="With the account's default key, IAM alone decides who reads, and no key policy limits it.",
        remediation="aws.secretsmanager.Secret(..., kms_key_id=key.arn)",
        url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_149",),
        cdk_nag=("SecretsManagerUsingKMSKey",),
    ),
    ENTRY,
)
def secrets_under_own_key(secret: Resource, _config: Config) -> Iterator[Finding]:
    """A key policy then says who may read, besides IAM. Each copy in another region has a key of its own."""
    fix = "kms_key_id=key.arn"
    yield from secret.must_have_own_key("kmsKeyId", fix=fix)
    for index, copy in enumerate(values.items(secret.get("replicas"))):
        key = values.at(copy, "kmsKeyId")
        if copy is UNKNOWN:
            yield secret.unknown("replicas are not known yet")
        elif key in (None, "") or is_aws_key(key):
            yield secret.fails(f"replicas.{index}.kmsKeyId is not set to a key of one's own", fix=fix)


@stack_rule(
    Control(
        name="secret-rotated",
        title="The secret's value is rotated by itself",
        category="Secrets",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="What somebody copied once works for ever. It takes a function that knows how to change the value at its source.",
        remediation='aws.secretsmanager.SecretRotation("rotation", secret_id=secret.id, rotation_lambda_arn=function.arn, ...)',
        url=HUB + "secretsmanager-controls.html#secretsmanager-1",
        fsbp=("SecretsManager.1",),
        nist=("IA-5", "SC-12"),
        checkov=("CKV2_AWS_57",),
        prowler=("secretsmanager_automatic_rotation_enabled",),
        cdk_nag=("SMG4", "SecretsManagerRotationEnabled"),
    ),
    ENTRY,
)
def secret_rotated(graph: Graph, _config: Config) -> Iterator[Finding]:
    """The password that RDS manages is no resource of the program, and RDS rotates it."""
    for secret in graph.of(ENTRY):
        rotations, vague = graph.companions(secret, "secretId", ROTATION)
        rotated = values.some(
            [*(rotation.flag("rotationEnabled", default=True) for rotation in rotations), *[UNKNOWN] * vague]
        )
        yield from secret.must_hold(
            rotated,
            "nothing rotates its value",
            about="its rotation",
            fix="aws.secretsmanager.SecretRotation(..., secret_id=secret.id, rotation_lambda_arn=function.arn, "
            'rotation_rules={"automatically_after_days": 90})',
        )


@resource_rule(
    Control(
        name="secret-rotation-frequent",
        title="Rotation leaves no value older than 90 days",
        category="Secrets",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="The longer a value lives, the more copies of it there are. Parameter: maxDays.",
        remediation='aws.secretsmanager.SecretRotation(..., rotation_rules={"automatically_after_days": 90})',
        url=HUB + "secretsmanager-controls.html#secretsmanager-4",
        fsbp=("SecretsManager.4",),
        nist=("IA-5", "SC-12"),
        checkov=("CKV_AWS_304",),
        prowler=("secretsmanager_secret_rotated_periodically",),
    ),
    ROTATION,
    maxDays=Parameter({"type": "integer", "minimum": 1, "maximum": 1000}, 90),
)
def secret_rotation_frequent(rotation: Resource, config: Config) -> Iterator[Finding]:
    """By number of days, or by a schedule, of which only the distance between two runs counts."""
    if rotation.flag("rotationEnabled", default=True) is False:
        return
    most = config.number("maxDays")
    days = _days(rotation.get("rotationRules"))
    if days is UNKNOWN:
        yield rotation.unknown("rotationRules are not known yet")
    elif days > most:
        yield rotation.fails(
            f"its value lives up to {values.show(round(days))} days, wanted at most {values.show(most)}",
            fix=f'rotation_rules={{"automatically_after_days": {most}}}',
        )


def _days(rules: Value) -> float | Unknown:
    """The days between two rotations at most; those of a schedule that cannot be read are not known."""
    schedule = values.at(rules, "scheduleExpression")
    if schedule in (None, ""):
        return values.number(values.at(rules, "automaticallyAfterDays"), default=0) if rules is not UNKNOWN else UNKNOWN
    if not isinstance(schedule, str):
        return UNKNOWN
    if rate := re.fullmatch(r"rate\(\s*(\d+)\s+(hour|day)s?\s*\)", schedule):
        return int(rate[1]) * _DAYS[rate[2]]
    if cron := re.fullmatch(r"cron\(\s*\S+\s+\S+\s+\S+\s+(\S+)\s+\S+\s+\S+\s*\)", schedule):
        months = sorted({month for part in cron[1].upper().split(",") for month in _months(part)})
        later = [*months[1:], *(month + len(_MONTHS) for month in months[:1])]
        distances = [after - before for before, after in zip(months, later, strict=True)]
        return _DAYS_OF_MONTH * max(distances) if distances else UNKNOWN
    return UNKNOWN


def _months(part: str) -> range:
    """The months that a part of a cron expression's month field names; none where it cannot be read."""
    name = rf"\d{{1,2}}|{'|'.join(_MONTHS)}"
    match = re.fullmatch(rf"(?:[*?]|({name})(?:-({name}))?)(?:/(\d{{1,2}}))?", part)
    if not match:
        return range(0)
    first, last, step = match.groups()
    start = _month(first or "1")
    # Without a step a month is that month; with one it is where the steps begin.
    end = _month(last) if last else start if first and not step else len(_MONTHS)
    return range(start, end + 1, max(int(step or 1), 1))


def _month(name: str) -> int:
    return int(name) if name.isdigit() else _MONTHS.index(name) + 1


@resource_rule(
    Control(
        name="secret-recoverable",
        title="A deleted secret can be restored",
        category="Deletion protection",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="With a recovery window of 0 a deletion by mistake cannot be taken back. Parameter: minDays.",
        remediation="aws.secretsmanager.Secret(..., recovery_window_in_days=30)",
        url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
        nist=("CP-9", "SC-12"),
    ),
    ENTRY,
    minDays=Parameter({"type": "integer", "minimum": 7, "maximum": 30}, 7),
)
def secret_recoverable(secret: Resource, config: Config) -> Iterator[Finding]:
    """0 deletes at once."""
    least = config.number("minDays")
    yield from secret.must_reach(
        "recoveryWindowInDays", least=least, unit="days", fix=f"recovery_window_in_days={least}", default=30
    )


@resource_rule(
    Control(
        name="secret-policy-not-public",
        title="Secrets are not shared with everybody",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Whoever has an AWS account could read it.",
        remediation="aws.secretsmanager.SecretPolicy(..., block_public_policy=True)",
        url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
        nist=("AC-3", "AC-6"),
        prowler=("secretsmanager_not_publicly_accessible", "secretsmanager_has_restrictive_resource_policy"),
    ),
    ENTRY_POLICY,
    ENTRY,
)
def secret_policy_not_public(resource: Resource, _config: Config) -> Iterator[Finding]:
    """A policy of its own, or a property of the secret in one piece."""
    fix = "name the principal, and set block_public_policy=True on an aws.secretsmanager.SecretPolicy"
    yield from public_findings(resource, "policy", fix=fix)


@stack_rule(
    Control(
        name="secret-value-not-in-program",
        title="Secret values are generated or write-only, not part of the program",
        category="Secrets",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="A value from the program or its configuration is in the state, and often in version control.",
        remediation="aws.secretsmanager.SecretVersion(..., secret_string_wo=value, secret_string_wo_version=1)",
        url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
        nist=("IA-5",),
    ),
    VERSION,
)
def secret_value_not_in_program(graph: Graph, _config: Config) -> Iterator[Finding]:
    """What another resource generates is fine, and a placeholder that the program ignores later on."""
    for version in graph.of(VERSION):
        for path in ("secretString", "secretBinary"):
            if version.inputs.has(path) and not version.dependencies.get(path) and path not in version.ignore_changes:
                yield version.fails(
                    f"{path} comes from the program or its configuration, so the state holds it",
                    fix="secret_string_wo=..., secret_string_wo_version=1, or a random.RandomPassword",
                )
