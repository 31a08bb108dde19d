"""What becomes public: open to everybody, where it was not, or did not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from preview.compare.meaning.statement import Situation, Statement, named
from preview.compare.values import document

if TYPE_CHECKING:
    from preview.compare.change import Change
    from preview.graph import Resource

_EVERYBODY: Final = frozenset({"0.0.0.0/0", "::/0"})
_INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

_FLAGS: Final[Mapping[tuple[str, str], tuple[object, str]]] = {
    ("aws:rds/clusterInstance:ClusterInstance", "publiclyAccessible"): (
        True,
        "has an address that the whole internet can reach",
    ),
    ("aws:rds/instance:Instance", "publiclyAccessible"): (True, "has an address that the whole internet can reach"),
    ("aws:lb/loadBalancer:LoadBalancer", "internal"): (False, "is reached from the whole internet"),
    ("aws:lambda/functionUrl:FunctionUrl", "authorizationType"): ("NONE", "can be called by everybody"),
    ("aws:eks/cluster:Cluster", "vpcConfig.endpointPublicAccess"): (True, "is reached from the whole internet"),
}
"""By type and property, the value that opens, and what it means."""

_POLICIES: Final[Mapping[str, str]] = {
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:kms/key:Key": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
}
"""By type, the policy that says who may."""


def say(situation: Situation) -> Iterator[Statement]:
    """Say what opens."""
    for change in situation.comparison.changed:
        before, after = change.before, change.after
        if after is None:
            if before and before.type == _BLOCK and _bucket_stays(situation, before):
                yield _statement(situation, change, f"{named(before)} goes: nothing keeps the bucket from being public")
            continue
        opened = [words for words in _open(after) if before is None or words not in set(_open(before))]
        for words in opened:
            new = " (new)" if before is None else ""
            yield _statement(situation, change, f"{named(after)}{new} {words}")


def _open(resource: Resource) -> Iterator[str]:
    """Say in which ways a resource is open to everybody."""
    if resource.type == _INGRESS:
        source = next(
            (str(resource.inputs[key]) for key in ("cidrIpv4", "cidrIpv6") if resource.inputs.get(key) in _EVERYBODY),
            "",
        )
        if source:
            yield f"lets everybody ({source}) in at {_ports(resource)}"
    if resource.type == _BLOCK:
        off = [name for name in _BLOCKS if resource.inputs.get(name) is not True]
        if off:
            yield f"does not keep the bucket from being public: {', '.join(off)} off"
    for (type_, path), (value, words) in _FLAGS.items():
        if resource.type == type_ and _at(resource.inputs, path) == value:
            yield words
    name = _POLICIES.get(resource.type)
    for statement in _everybody(document(resource.inputs.get(name))) if name else ():
        yield f"lets everybody in: statement {statement} allows any principal, without a condition"


def _at(values: object, path: str) -> object:
    for step in path.split("."):
        values = values.get(step) if isinstance(values, Mapping) else None
    return values


def _ports(resource: Resource) -> str:
    low, high = resource.inputs.get("fromPort"), resource.inputs.get("toPort")
    if resource.inputs.get("ipProtocol") == "-1" or low is None:
        return "every port"
    return f"port {low}" if low == high else f"ports {low} to {high}"


def _everybody(policy: object) -> Iterator[str]:
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    for index, statement in enumerate(statements if isinstance(statements, list) else [statements]):
        if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow" or statement.get("Condition"):
            continue
        principal = statement.get("Principal")
        aws = principal.get("AWS") if isinstance(principal, Mapping) else principal
        if aws == "*" or (isinstance(aws, list) and "*" in aws):
            yield str(statement.get("Sid") or index + 1)


def _bucket_stays(situation: Situation, block: Resource) -> bool:
    bucket = block.inputs.get("bucket")
    return any(
        change.before and change.before.outputs.get("id") == bucket and change.kind != "deleted"
        for change in situation.comparison.changes
        if change.resource.type == "aws:s3/bucket:Bucket"
    )


def _statement(situation: Situation, change: Change, text: str) -> Statement:
    return Statement(
        level="danger",
        concern="public",
        text=f"Becomes public: {text}",
        urns=(change.resource.urn,),
        setting=situation.setting(change),
    )
