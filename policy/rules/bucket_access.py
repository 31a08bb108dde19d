"""Access to S3 buckets: public access blocks, bucket policies, access lists, access points."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.documents import (
    CALLER,
    allows,
    conditions,
    covers,
    everyone,
    has_unread_condition,
    is_open_question,
    is_public,
    limited_by,
    statements,
)
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.rules.bucket import ACL, BUCKET, DISTRIBUTION, POLICY, buckets_meant
from policy.values import UNKNOWN, Answer, Value

ACCESS_POINT: Final = "aws:s3/accessPoint:AccessPoint"


ACCESS_POINT_POLICY: Final = "aws:s3control/accessPointPolicy:AccessPointPolicy"


ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"


BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


MULTI_REGION_ACCESS_POINT: Final = "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint"


OBJECTS: Final = (
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
)


OWNERSHIP: Final = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"


_BLOCKED: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


_WITHOUT_TLS: Final = tuple([(test, "aws:securetransport", ["false"])] for test in ("Bool", "BoolIfExists"))


_ALL_SWITCHES: Final = "all four switches True"


_CALLER: Final = CALLER - {"aws:sourceowner", "kms:calleraccount"}
"""Conditions that S3 itself takes for limits when it judges whether a policy is public."""


_CONTROL: Final = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)


_PUBLIC_ACL: Final = "public-read|public-read-write|authenticated-read"


_OWNERSHIP: Final = "BucketOwnerPreferred|ObjectWriter"


def _switches(resource: Resource, prefix: str = "", *, default: bool = False) -> tuple[Answer, str]:
    """Whether all four are on, and the names of those that are off."""
    seen = {name: resource.flag(prefix + name, default=default) for name in _BLOCKED}
    off = [name for name, value in seen.items() if value is False]
    return (False if off else UNKNOWN if UNKNOWN in seen.values() else True), ", ".join(off)


@resource_rule(
    Control(
        name="bucket-public-access-block-complete",
        title="The public access block is closed in all four ways",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Each switch closes a way of its own: new and old ACLs, new and old policies.",
        remediation="aws.s3.BucketPublicAccessBlock(..., block_public_acls=True, block_public_policy=True, ...)",
        url=HUB + "s3-controls.html#s3-8",
        fsbp=("S3.2", "S3.3", "S3.8"),
        cis=("2.1.4",),
        nist=("AC-3", "SC-7"),
        checkov=("CKV_AWS_53", "CKV_AWS_54", "CKV_AWS_55", "CKV_AWS_56"),
        prowler=("s3_bucket_level_public_access_block",),
        cdk_nag=("S2", "S3BucketLevelPublicAccessProhibited"),
    ),
    BLOCK,
)
def public_access_block_complete(block: Resource, _config: Config) -> Iterator[Finding]:
    """A switch that is off is a way left open, whatever the account's own block says today."""
    closed, off = _switches(block)
    what = f"{off} is false, wanted all four switches true"
    yield from block.must_hold(closed, what, about="one of its switches", fix=_ALL_SWITCHES)


@stack_rule(
    Control(
        name="bucket-public-access-blocked",
        title="The bucket has a public access block",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="One careless policy or ACL otherwise publishes the bucket.",
        remediation="aws.s3.BucketPublicAccessBlock(..., bucket=bucket.id) with all four switches True",
        url=HUB + "s3-controls.html#s3-8",
        fsbp=("S3.2", "S3.3", "S3.8"),
        cis=("2.1.4",),
        nist=("AC-3", "SC-7"),
        checkov=("CKV2_AWS_6",),
        prowler=("s3_bucket_level_public_access_block",),
        cdk_nag=("S2", "S3BucketLevelPublicAccessProhibited"),
    ),
    BUCKET,
)
def public_access_blocked(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A public access block, for the bucket or for the account."""
    account = values.some(_switches(block)[0] for block in graph.of(ACCOUNT_BLOCK))
    fix = f"an aws.s3.BucketPublicAccessBlock for it with {_ALL_SWITCHES}"
    for bucket in graph.of(BUCKET):
        blocks, vague = graph.companions(bucket, "bucket", BLOCK)
        blocked = values.some([account, bool(blocks), *[UNKNOWN] * vague])
        what = "it has no public access block, wanted all four switches on"
        yield from bucket.must_hold(blocked, what, about="its public access block", fix=fix)


@resource_rule(
    Control(
        name="account-public-access-blocked",
        title="The account's public access block is closed in all four ways",
        category="Private subnets",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="It stands above every bucket of the account; one open switch opens it for all of them.",
        remediation="aws.s3.AccountPublicAccessBlock(...) with all four switches True",
        url=HUB + "s3-controls.html#s3-1",
        fsbp=("S3.1",),
        cis=("2.1.4",),
        nist=("AC-3", "SC-7"),
        prowler=("s3_account_level_public_access_blocks",),
    ),
    ACCOUNT_BLOCK,
)
def account_public_access_blocked(block: Resource, _config: Config) -> Iterator[Finding]:
    """Judged where a program declares it; that every account has one, no single program can tell."""
    closed, off = _switches(block)
    what = f"{off} is false, wanted all four switches true"
    yield from block.must_hold(closed, what, about="one of its switches", fix=_ALL_SWITCHES)


@resource_rule(
    Control(
        name="access-point-public-access-blocked",
        title="Access points block public access in all four ways",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="An access point is another door to the bucket, and its block cannot be changed later.",
        remediation="aws.s3.AccessPoint(...) without public_access_block_configuration, or with all four switches True",
        url=HUB + "s3-controls.html#s3-19",
        fsbp=("S3.19", "S3.24"),
        nist=("AC-3", "SC-7"),
        checkov=("CKV_AWS_392",),
        prowler=("s3_access_point_public_access_block",),
    ),
    ACCESS_POINT,
    MULTI_REGION_ACCESS_POINT,
)
def access_point_public_access_blocked(point: Resource, _config: Config) -> Iterator[Finding]:
    """All four are on where nothing else is said, and cannot be changed later."""
    path = "publicAccessBlockConfiguration" if point.type == ACCESS_POINT else "details.publicAccessBlock"
    closed, off = _switches(point, f"{path}.", default=True)
    what = f"{off} of {path} is false, wanted all four switches true"
    yield from point.must_hold(closed, what, about=path, fix="leave the public access block out, or set all four True")


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
            values.some([*map(_denies_plain_http, policies), *[UNKNOWN] * vague]),
            "no bucket policy denies requests without TLS to the bucket and its objects",
            about="its bucket policy",
            fix='a Deny statement for Principal "*", s3:*, Resource [bucket.arn, bucket.arn + "/*"], '
            'Condition {"Bool": {"aws:SecureTransport": "false"}}',
        )


def _denies_plain_http(policy: Value) -> Answer:
    named = [
        resource
        for statement in statements(policy)
        if statement.get("Effect") == "Deny"
        and covers(statement, "Action", "s3:*")
        and everyone(statement)
        and "NotPrincipal" not in statement
        and list(conditions(statement)) in _WITHOUT_TLS
        for resource in values.strings(statement.get("Resource"))
    ]
    return _is_whole_bucket(named) or (UNKNOWN if values.has_unknown(policy) else False)


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
        name="bucket-acl-not-public",
        title="No access list lets everybody in",
        category="Private subnets",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Whatever the list is on can be read, or written, by anybody. Objects have lists too.",
        remediation="leave acl out; CloudFront for what is public",
        url=HUB + "s3-controls.html#s3-2",
        fsbp=("S3.2", "S3.3"),
        nist=("AC-3", "AC-4"),
        checkov=("CKV_AWS_20", "CKV_AWS_57", "CKV_AWS_375", "CKV2_AWS_43"),
        prowler=("s3_bucket_public_write_acl",),
        cdk_nag=("S3BucketPublicReadProhibited", "S3BucketPublicWriteProhibited"),
    ),
    ACL,
    BUCKET,
    *OBJECTS,
)
def acl_not_public(resource: Resource, _config: Config) -> Iterator[Finding]:
    """By a canned list, or by a grant to AWS's groups of everybody."""
    acl = resource.text("acl")
    if acl is not UNKNOWN and re.fullmatch(_PUBLIC_ACL, acl):
        yield resource.fails(f"acl is {values.show(acl, _PUBLIC_ACL)}, wanted private", fix='acl="private", or none')
    path = "accessControlPolicy.grants" if resource.type == ACL else "grants"
    groups = [
        values.at(grant, "grantee.uri" if resource.type == ACL else "uri") for grant in values.items(resource.get(path))
    ]
    for group in groups:
        if isinstance(group, str) and group.endswith(("/AllUsers", "/AuthenticatedUsers")):
            everybody = "AllUsers" if group.endswith("/AllUsers") else "AuthenticatedUsers"
            yield resource.fails(f"{path} names the group {everybody}", fix="a bucket policy that names its principals")
    if acl is UNKNOWN or UNKNOWN in groups:
        yield resource.unknown("whom its access list lets in is not known yet")


@stack_rule(
    Control(
        name="bucket-acls-disabled",
        title="The bucket's access lists are off",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="With lists on, whoever writes an object owns it, and the policy does not tell who reads.",
        remediation='aws.s3.BucketOwnershipControls(..., rule={"object_ownership": "BucketOwnerEnforced"})',
        url=HUB + "s3-controls.html#s3-12",
        fsbp=("S3.12",),
        nist=("AC-3",),
        checkov=("CKV2_AWS_65",),
        prowler=("s3_bucket_acl_prohibited",),
    ),
    OWNERSHIP,
)
def acls_disabled(graph: Graph, _config: Config) -> Iterator[Finding]:
    """It is the default of new buckets. CloudFront's older kind of log needs access lists, and its bucket may be another stack's."""
    needed = {
        bucket.urn
        for distribution in graph.of(DISTRIBUTION)
        for bucket in buckets_meant(graph, distribution, "loggingConfig.bucket")
    }
    for acl in graph.of(ACL, BUCKET):
        if _admits_log_delivery(acl):
            needed |= {acl.urn, *(bucket.urn for bucket in buckets_meant(graph, acl, "bucket"))}
    for controls in graph.of(OWNERSHIP):
        if any(bucket.urn in needed for bucket in buckets_meant(graph, controls, "bucket")):
            continue
        ownership = controls.text("rule.objectOwnership")
        yield from controls.must_hold(
            UNKNOWN if ownership is UNKNOWN else ownership == "BucketOwnerEnforced",
            f"objectOwnership is {values.show(ownership, _OWNERSHIP)}, wanted BucketOwnerEnforced",
            about="objectOwnership",
            fix='rule={"object_ownership": "BucketOwnerEnforced"}',
        )


_LOG_DELIVERY: Final = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"
"""The canonical user of CloudFront's classic log delivery (awslogsdelivery). Amazon CloudFront Developer Guide, standard logging."""


def _admits_log_delivery(resource: Resource) -> bool:
    """Whether an access list is for the delivery of logs: the canned one, or a grant to its user or group."""
    if resource.text("acl") == "log-delivery-write":
        return True
    path = "accessControlPolicy.grants" if resource.type == ACL else "grants"
    for grant in values.items(resource.get(path)):
        grantee = values.at(grant, "grantee") if resource.type == ACL else grant
        if values.at(grantee, "id") == _LOG_DELIVERY or str(values.at(grantee, "uri")).endswith("/s3/LogDelivery"):
            return True
    return False


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
