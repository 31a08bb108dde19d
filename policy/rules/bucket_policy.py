"""Bucket policies: who they let in, and what they refuse."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, Control, Severity
from policy.documents import (
    CALLER,
    allows,
    covers,
    everyone,
    has_unread_condition,
    is_open_question,
    is_public,
    limited_by,
    matches,
    refuses_plain_http,
    statements,
)
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.bucket import BUCKET, POLICY
from policy.rules.bucket_access import ACCESS_POINT
from policy.values import UNKNOWN, Answer, Value

ACCESS_POINT_POLICY: Final = "aws:s3control/accessPointPolicy:AccessPointPolicy"


_CALLER: Final = CALLER - {"aws:sourceowner", "kms:calleraccount"}
"""Conditions that S3 itself takes for limits when it judges whether a policy is public."""


_CONTROL: Final = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)


@stack_rule(
    Control(
        name="bucket-tls-only",
        title="The bucket refuses requests without TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="S3 answers plain HTTP unless a policy denies it.",
        remediation='aws.s3.BucketPolicy with a Deny for {"Bool": {"aws:SecureTransport": "false"}}',
        url=HUB + "s3-controls.html#s3-5",
        fsbp=("S3.5",),
        cis=("2.1.1",),
        nist=("SC-8",),
        prowler=("s3_bucket_secure_transport_policy",),
        cdk_nag=("S10", "S3BucketSSLRequestsOnly"),
    ),
    BUCKET,
)
def tls_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A statement that denies every request without TLS, for the bucket and for its objects."""
    for bucket in graph.of(BUCKET):
        about_it, vague = graph.companions(bucket, "bucket", POLICY)
        policies = [values.document(resource.get("policy")) for resource in [*about_it, bucket.inputs]]
        yield from bucket.must_hold(
            values.some([*(_denies_plain_http(policy, bucket) for policy in policies), *[UNKNOWN] * vague]),
            "no bucket policy denies requests without TLS to the bucket and its objects",
            about="its bucket policy",
            fix='a Deny statement for Principal "*", s3:*, Resource [bucket.arn, bucket.arn + "/*"], '
            'Condition {"Bool": {"aws:SecureTransport": "false"}}',
        )


def _denies_plain_http(policy: Value, bucket: Resource) -> Answer:
    named = [
        resource
        for statement in statements(policy)
        if refuses_plain_http(statement, "s3:*")
        for resource in values.strings(statement.get("Resource"))
        if _may_mean(resource, bucket.get("bucket"))
    ]
    if not _is_whole_bucket(named):
        return UNKNOWN if values.has_unknown(policy) else False
    return UNKNOWN if bucket.get("bucket") is UNKNOWN and not _is_whole_bucket([*filter(_is_any, named)]) else True


def _may_mean(pattern: str, name: Value) -> bool:
    """Whether a Resource is about a bucket or its objects; of a bucket whose name is not known, any may be."""
    holder = pattern.partition("/")[0]
    if not isinstance(name, str) or not holder.startswith("arn:"):
        return True
    return matches(holder, f"{holder.rpartition(':')[0]}:{name}")


def _is_any(pattern: str) -> bool:
    """Whether a Resource is about every bucket or the objects of every bucket."""
    return pattern.partition("/")[0].endswith(":*") or pattern == "*"


def _is_whole_bucket(named: Sequence[str]) -> bool:
    itself = any("/" not in item for item in named)
    return itself and any(item.endswith("*") and item.partition("/")[2] in ("", "*") for item in named)


@resource_rule(
    Control(
        name="bucket-policy-not-public",
        title="No bucket policy lets everybody in",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Whatever is in the bucket is on the internet, and buckets are searched for day and night.",
        remediation='name the principal, or add {"StringEquals": {"aws:PrincipalOrgID": ...}}; CloudFront for what is public',
        url=HUB + "s3-controls.html#s3-2",
        fsbp=("S3.2", "S3.3"),
        nist=("AC-3", "AC-4"),
        checkov=("CKV_AWS_70",),
        prowler=("s3_bucket_policy_public_write_access",),
        cdk_nag=("S3BucketPublicReadProhibited", "S3BucketPublicWriteProhibited"),
    ),
    POLICY,
    BUCKET,
    ACCESS_POINT,
    ACCESS_POINT_POLICY,
)
def policy_not_public(resource: Resource, _config: Config) -> Iterator[Finding]:
    """A condition must say who or whence; one on TLS or on a header leaves the bucket public."""
    policy = values.document(resource.get("policy"))
    if policy is not None:
        yield from resource.must_hold(
            values.negated(is_public(policy, _CALLER)),
            'policy allows Principal "*" without a condition on who calls or from where',
            about="policy",
            fix='name the principal, or add a condition such as {"StringEquals": {"aws:PrincipalOrgID": ...}}',
        )


@stack_rule(
    Control(
        name="bucket-policy-keeps-control",
        title="No other account may change a bucket's policy, access lists or encryption",
        category="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Whoever may change the policy owns the bucket. Parameter: accounts, which may.",
        remediation="grant other accounts the actions on objects that they need, and no s3:PutBucketPolicy",
        url=HUB + "s3-controls.html#s3-6",
        fsbp=("S3.6",),
        nist=("AC-3", "AC-6"),
        prowler=("s3_bucket_cross_account_access",),
    ),
    POLICY,
    BUCKET,
    accounts=Parameter({"type": "array", "items": {"type": "string", "pattern": r"^\d{12}$"}}, []),
)
def policy_keeps_control(graph: Graph, config: Config) -> Iterator[Finding]:
    """The stack's own account shows in the ARNs of its resources or in the provider's allowed accounts."""
    for resource in graph.of(POLICY, BUCKET):
        policy = values.document(resource.inputs.get("policy"))
        given = [_given_away(statement) for statement in statements(policy)]
        accounts = {account for _, named in given for account in named} - set(config.words("accounts"))
        own = _own_accounts(graph) if accounts else set()
        actions = sorted({action for made, named in given if named & (accounts - own) for action in made})
        if actions and own:
            yield resource.fails(
                f"policy lets another account {', '.join(actions)}",
                fix="leave these actions out, or name the account in this policy's parameter accounts",
            )
        elif actions or (policy is not None and is_open_question(policy)):
            yield resource.unknown("whether policy names another account is not known yet")


def _given_away(statement: dict[str, Value]) -> tuple[Sequence[str], set[str]]:
    """The actions that change who controls a bucket, as far as a statement allows them; and the accounts it names."""
    if not allows(statement):
        return (), set()
    patterns = [item.lower() for item in values.strings(statement.get("Action"))]
    actions = [action for action in _CONTROL if any(fnmatchcase(action.lower(), pattern) for pattern in patterns)]
    principals = values.strings(values.at(statement.get("Principal"), "AWS"))
    named = {match[1] for text in principals if (match := re.fullmatch(r"(?:arn:[\w-]+:\w+::)?(\d{12})(?::.*)?", text))}
    return actions, named if actions else set()


def _own_accounts(graph: Graph) -> set[str]:
    own = set()
    for resource in graph.resources:
        arn = resource.get("arn")
        if isinstance(arn, str) and (match := re.match(r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}):", arn)):
            own.add(match[1])
        allowed = values.document(values.at(values.plain(resource.provider), "allowedAccountIds"))
        own |= set(values.strings(allowed))
    return own


@resource_rule(
    Control(
        name="bucket-serves-own-distributions-only",
        title="A bucket that CloudFront reads names the distribution",
        category="Identity",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="CloudFront's principal is the same for all customers: anybody's distribution could serve the bucket.",
        remediation='"Condition": {"StringEquals": {"aws:SourceArn": distribution.arn}} in the statement for cloudfront.amazonaws.com',
        url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
        nist=("AC-3", "AC-4"),
        cdk_nag=("S5", "S3WebBucketOAIAccess"),
    ),
    POLICY,
    BUCKET,
)
def serves_own_distributions_only(resource: Resource, _config: Config) -> Iterator[Finding]:
    """CloudFront's principal is the same for all customers of AWS."""
    policy = values.document(resource.get("policy"))
    if policy is not None:
        open_to_all = any(
            allows(statement)
            and "cloudfront.amazonaws.com" in values.strings(values.at(statement.get("Principal"), "Service"))
            and not limited_by(statement, ("aws:sourcearn", "aws:sourceaccount"))
            and not has_unread_condition(statement)
            for statement in statements(policy)
        )
        yield from resource.must_hold(
            UNKNOWN if not open_to_all and is_open_question(policy) else not open_to_all,
            "policy lets cloudfront.amazonaws.com in for every distribution of every account",
            about="policy",
            fix='"Condition": {"StringEquals": {"aws:SourceArn": distribution.arn}}',
        )


@resource_rule(
    Control(
        name="bucket-policy-locks-nobody-out",
        title="A bucket policy does not lock everybody out",
        category="Resilience",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Nobody but the root user can then change the policy again, and no deployment.",
        remediation='a Condition on the statement that denies, such as {"Bool": {"aws:SecureTransport": "false"}}',
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html",
        nist=("AC-3", "CP-10"),
    ),
    POLICY,
    BUCKET,
)
def policy_locks_nobody_out(resource: Resource, _config: Config) -> Iterator[Finding]:
    """A denial of everything, or of the policy itself, for everybody and without a condition."""
    policy = values.document(resource.get("policy"))
    for index, statement in enumerate(statements(policy)):
        denies = statement.get("Effect") == "Deny" and statement.get("Principal") is not None and everyone(statement)
        objects_alone = all(item.endswith("/*") for item in values.strings(statement.get("Resource")))
        if (
            denies
            and not objects_alone
            and not statement.get("Condition")
            and covers(statement, "Action", "s3:*", "s3:PutBucketPolicy")
        ):
            yield resource.fails(
                f"policy, statement {index + 1}, denies everybody to change it again",
                fix="a Condition on that statement, or the actions and objects that it is about",
            )
    if values.has_unknown(policy):
        yield resource.unknown("policy is not known yet")
