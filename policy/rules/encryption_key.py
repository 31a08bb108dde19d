"""Keys: that they rotate, stay, and let in whom they must and nobody else."""

from collections.abc import Iterator, Sequence
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, OPT_IN, PRODUCTION_ALONE, Control, Severity
from policy.documents import (
    covers,
    everyone,
    grants,
    has_unread_condition,
    limited_by,
    matches,
    reaches_any,
    statements,
)
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.iam_policies import HOLDERS, documents_of
from policy.rules.resource_policies import public_findings
from policy.values import UNKNOWN, Answer, Value

KEY: Final = "aws:kms/key:Key"


ALIAS: Final = "aws:kms/alias:Alias"


EXTERNAL_KEY: Final = "aws:kms/externalKey:ExternalKey"


KEY_POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"


REPLICA_EXTERNAL_KEY: Final = "aws:kms/replicaExternalKey:ReplicaExternalKey"


REPLICA_KEY: Final = "aws:kms/replicaKey:ReplicaKey"


KEYS: Final = (KEY, EXTERNAL_KEY, REPLICA_KEY, REPLICA_EXTERNAL_KEY)


_ALARMS: Final = ("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm")


_EVENT_TARGET: Final = "aws:cloudwatch/eventTarget:EventTarget"


_LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"


_TOPIC: Final = "aws:sns/topic:Topic"


_LOGS: Final = "logs.*amazonaws.com*"


_DECRYPTION: Final = ("kms:Decrypt", "kms:ReEncryptFrom")


_SOME_KEYS: Final = (
    "aws:resourceaccount",
    "aws:resourcetag/",
    "kms:encryptioncontext:",
    "kms:resourcealiases",
    "kms:viaservice",
)
"""Conditions that leave some keys, or some use of them, of all."""


_SYMMETRIC: Final = "SYMMETRIC_DEFAULT"


@resource_rule(
    Control(
        name="key-rotated",
        title="Symmetric keys rotate every year",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="One key's material would protect years of data. Parameter: maxDays.",
        remediation="aws.kms.Key(..., enable_key_rotation=True)",
        url=HUB + "kms-controls.html#kms-4",
        fsbp=("KMS.4",),
        cis=("3.6",),
        nist=("SC-12", "SC-28"),
        checkov=("CKV_AWS_7",),
        prowler=("kms_cmk_rotation_enabled",),
        cdk_nag=("KMS5", "KMSBackingKeyRotationEnabled"),
    ),
    KEY,
    maxDays=Parameter({"type": "integer", "minimum": 90, "maximum": 2560}, 365),
)
def key_rotated(key: Resource, config: Config) -> Iterator[Finding]:
    """Symmetric keys whose material KMS makes; it can rotate no other."""
    kind = key.text("customerMasterKeySpec", default=_SYMMETRIC)
    if key.has("customKeyStoreId") or kind not in (_SYMMETRIC, UNKNOWN):
        return
    if kind is UNKNOWN and key.flag("enableKeyRotation") is not True:
        yield key.unknown("customerMasterKeySpec is not known yet")
        return
    yield from key.must_be("enableKeyRotation", wanted=True, fix="enable_key_rotation=True")
    most = config.number("maxDays")
    period = key.number("rotationPeriodInDays", default=365)
    if period is UNKNOWN:
        yield key.unknown("rotationPeriodInDays is not known yet")
    elif period > most:
        what = f"rotationPeriodInDays is {values.show(period)}, wanted at most {values.show(most)} days"
        yield key.fails(what, fix=f"rotation_period_in_days={most}")


@resource_rule(
    Control(
        name="key-deletion-slow",
        title="Deleting a key takes 30 days",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=PRODUCTION_ALONE,
        why="What is under a deleted key is lost; the window is the time to notice. Parameter: minDays.",
        remediation="aws.kms.Key(..., deletion_window_in_days=30)",
        url=HUB + "kms-controls.html#kms-3",
        fsbp=("KMS.3",),
        nist=("SC-12",),
        prowler=("kms_cmk_not_deleted_unintentionally",),
    ),
    *KEYS,
    minDays=Parameter({"type": "integer", "minimum": 7, "maximum": 30}, 30),
)
def key_deletion_slow(key: Resource, config: Config) -> Iterator[Finding]:
    """A key that is gone takes its data with it; the window is the time to notice."""
    least = config.number("minDays")
    yield from key.must_reach(
        "deletionWindowInDays", least=least, unit="days", fix=f"deletion_window_in_days={least}", default=30
    )


@resource_rule(
    Control(
        name="key-policy-not-public",
        title="Keys are not open to everybody",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Whoever has an AWS account could decrypt with it.",
        remediation="a key policy that names its principals",
        url=HUB + "kms-controls.html#kms-5",
        fsbp=("KMS.5",),
        nist=("AC-3", "SC-12"),
        checkov=("CKV_AWS_33",),
        prowler=("kms_key_not_publicly_accessible",),
    ),
    KEY_POLICY,
    *KEYS,
)
def key_policy_not_public(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Without a policy the account alone is let in."""
    fix = 'name the principal, or add {"StringEquals": {"kms:CallerAccount": account_id}}'
    yield from public_findings(resource, "policy", fix=fix)


@resource_rule(
    Control(
        name="key-lockout-checked",
        title="A key's policy cannot lock out its administrators",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Nobody, AWS support aside, can repair a key whose policy lets nobody change it.",
        remediation="leave bypass_policy_lockout_safety_check out",
        url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        nist=("SC-12",),
    ),
    KEY_POLICY,
    *KEYS,
)
def key_lockout_checked(resource: Resource, _config: Config) -> Iterator[Finding]:
    """KMS refuses a policy that locks out whoever writes it, unless told not to look."""
    path = "bypassPolicyLockoutSafetyCheck"
    yield from resource.must_be(path, wanted=False, fix="leave bypass_policy_lockout_safety_check out")


@resource_rule(
    Control(
        name="key-enabled",
        title="Keys are switched on",
        category="Encryption",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="Everything under it is out of reach.",
        remediation="aws.kms.Key(..., is_enabled=True)",
        url="https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html",
        nist=("SC-12",),
        checkov=("CKV_AWS_227",),
    ),
    *KEYS,
)
def key_enabled(key: Resource, _config: Config) -> Iterator[Finding]:
    """What is under a key that is switched off cannot be read. It is ``isEnabled`` on a Key, ``enabled`` elsewhere."""
    path, fix = ("isEnabled", "is_enabled=True") if key.type == KEY else ("enabled", "enabled=True")
    yield from key.must_be(path, wanted=True, default=True, fix=fix)


@stack_rule(
    Control(
        name="key-policy-written",
        title="The key's policy is written out",
        category="Encryption",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="The default policy leaves it all to IAM.",
        remediation="aws.kms.Key(..., policy=json.dumps({...}))",
        url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        nist=("AC-6", "SC-12"),
        checkov=("CKV2_AWS_64",),
    ),
    *KEYS,
)
def key_policy_written(graph: Graph, _config: Config) -> Iterator[Finding]:
    """On the key, or as a resource of its own."""
    for key in graph.of(*KEYS):
        policies, vague = graph.companions(key, "keyId", KEY_POLICY)
        yield from key.must_hold(
            values.some([key.inputs.has("policy"), bool(policies), *[UNKNOWN] * vague]),
            "policy is not set, so IAM alone says who may use it",
            about="its policy",
            fix="policy=... that names the account, the key's users and the services",
        )


@resource_rule(
    Control(
        name="decryption-names-keys",
        title="Policies let decrypt with named keys only",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Otherwise one role reads what every other system encrypted.",
        remediation='"Resource": [key.arn], or a condition on kms:ViaService',
        url=HUB + "kms-controls.html#kms-1",
        fsbp=("KMS.1", "KMS.2"),
        nist=("AC-6", "SC-12"),
    ),
    *HOLDERS,
)
def decryption_names_keys(holder: Resource, _config: Config) -> Iterator[Finding]:
    """``*`` and ``key/*`` are the keys of everything else in the account."""
    documents = list(documents_of(holder))
    for policy in documents:
        for index, statement in enumerate(statements(policy)):
            limited = limited_by(statement, _SOME_KEYS) or has_unread_condition(statement)
            if (
                reaches_any(statement, "kms:key/~")
                and not limited
                and grants(statement, _DECRYPTION)
                and not _administers(statement)
            ):
                yield holder.fails(
                    f"statement {index + 1} allows decryption with every key",
                    fix='"Resource": [key.arn], or a condition on kms:ViaService',
                )
    if values.has_unknown(documents):
        yield holder.unknown("its policy is not known yet")


def _administers(statement: dict[str, Value]) -> bool:
    """Whether no-administrator-policies says enough about it."""
    return (covers(statement, "Action") or "NotAction" in statement) and covers(statement, "Resource")


@stack_rule(
    Control(
        name="key-admits-service",
        title="A log group's or topic's key lets the service use it",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Alarms to a topic whose key refuses CloudWatch are lost without a word; a log group is refused.",
        remediation="a statement in the key's policy for the service, with kms:Decrypt and kms:GenerateDataKey*",
        url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        nist=("AU-5", "SC-12"),
    ),
    _LOG_GROUP,
    _TOPIC,
)
def key_admits_service(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Log groups are refused without it; to topics, alarms and events are lost without a word."""
    for group in graph.of(_LOG_GROUP):
        yield from _admits(graph, group, "kmsKeyId", _LOGS, "logs.<region>.amazonaws.com")
    for topic in graph.of(_TOPIC):
        for service, publishes in (("cloudwatch", _alarms_tell(graph, topic)), ("events", _events_tell(graph, topic))):
            if publishes is not False:
                name = f"{service}.amazonaws.com"
                yield from _admits(graph, topic, "kmsMasterKeyId", name, name, needed=publishes)


def _alarms_tell(graph: Graph, topic: Resource) -> Answer:
    answers: list[Answer] = []
    for alarm in graph.of(*_ALARMS):
        for path in ("alarmActions", "okActions", "insufficientDataActions"):
            told = graph.refers(alarm, path, _TOPIC)
            unread = bool(told.foreign) and values.has_unknown(alarm.get(path))
            answers.append(topic in told.found or (UNKNOWN if unread else False))
    return values.some(answers)


def _events_tell(graph: Graph, topic: Resource) -> Answer:
    targets, vague = graph.companions(topic, "arn", _EVENT_TARGET)
    return bool(targets) or (UNKNOWN if vague else False)


def _admits(
    graph: Graph, resource: Resource, path: str, pattern: str, service: str, *, needed: Answer = True
) -> Iterator[Finding]:
    """Findings about a resource whose key, as far as the stack holds it, does not let a service in."""
    keys, certain = _keys_of(graph, resource, path)
    if not keys and resource.get(path) is UNKNOWN:
        yield resource.unknown(f"{path} is not known yet")
    for key in keys:
        admitted = _admitted(graph, key, pattern)
        if admitted is False and certain and needed is True:
            yield resource.fails(
                f"the policy of its key {key.name} does not let {service} use it",
                fix=f'a statement in the key\'s policy for Principal {{"Service": "{service}"}} with kms:Decrypt and '
                "kms:GenerateDataKey*",
            )
        elif admitted is not True:
            yield resource.unknown(f"the policy of its key {key.name} is not known yet")


def _keys_of(graph: Graph, resource: Resource, path: str) -> tuple[Sequence[Resource], bool]:
    """The stack's keys that a property names by id, ARN or alias, and whether it certainly means those."""
    chosen = graph.refers(resource, path, *KEYS)
    if chosen.found:
        return chosen.found, chosen.exact
    found = [
        key
        for alias in graph.refers(resource, path, ALIAS).found
        for key in graph.refers(alias, "targetKeyId", *KEYS).found
    ]
    return found, len(found) == 1


def _admitted(graph: Graph, key: Resource, pattern: str) -> Answer:
    own, vague = graph.companions(key, "keyId", KEY_POLICY)
    policies = [values.document(resource.get("policy")) for resource in (key.inputs, *own)]
    allowed = any(_lets_in(statement, pattern) for policy in policies for statement in statements(policy))
    return values.some([allowed, *[UNKNOWN] * (vague or values.has_unknown(policies))])


def _lets_in(statement: dict[str, Value], pattern: str) -> bool:
    named = values.strings(values.at(statement, "Principal.Service"))
    fits = everyone(statement) or any(matches(pattern, service) for service in named)
    return fits and bool(grants(statement, ("kms:Decrypt",)))
