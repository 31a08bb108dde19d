"""One of a kind: settings that a resource has once, and policies that replace each other."""

from collections.abc import Iterator, Mapping
from typing import Final

from policy.control import EVERYWHERE, Control, Severity
from policy.model import IDENTITIES, Finding, Graph, Resource
from policy.rule import Config, stack_rule
from policy.values import UNKNOWN

_BUCKET: Final = "aws:s3/bucket:Bucket"

_ONCE: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    **{
        f"aws:s3/{name[0].lower()}{name[1:]}:{name}": ("bucket", _BUCKET, inline)
        for name, inline in (
            ("BucketAccelerateConfiguration", ("accelerationStatus",)),
            ("BucketAcl", ("acl", "grants")),
            ("BucketCorsConfiguration", ("corsRules",)),
            ("BucketLifecycleConfiguration", ("lifecycleRules",)),
            ("BucketLogging", ("loggings", "logging")),
            ("BucketNotification", ()),
            ("BucketObjectLockConfiguration", ()),
            ("BucketOwnershipControls", ()),
            ("BucketPolicy", ("policy",)),
            ("BucketPublicAccessBlock", ()),
            ("BucketReplicationConfig", ("replicationConfiguration", "replicationConfigurations")),
            ("BucketRequestPaymentConfiguration", ("requestPayer",)),
            (
                "BucketServerSideEncryptionConfiguration",
                ("serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"),
            ),
            ("BucketVersioning", ("versioning", "versionings")),
            ("BucketWebsiteConfiguration", ("website", "websites")),
        )
    },
    "aws:backup/vaultPolicy:VaultPolicy": ("backupVaultName", "aws:backup/vault:Vault", ()),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": ("eventBusName", "aws:cloudwatch/eventBus:EventBus", ()),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("repository", "aws:ecr/repository:Repository", ()),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("repository", "aws:ecr/repository:Repository", ()),
    "aws:efs/backupPolicy:BackupPolicy": ("fileSystemId", "aws:efs/fileSystem:FileSystem", ()),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": ("fileSystemId", "aws:efs/fileSystem:FileSystem", ()),
    "aws:kms/keyPolicy:KeyPolicy": ("keyId", "aws:kms/key:Key", ("policy",)),
    "aws:opensearch/domainPolicy:DomainPolicy": ("domainName", "aws:opensearch/domain:Domain", ("accessPolicies",)),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("secretArn", "aws:secretsmanager/secret:Secret", ("policy",)),
    "aws:secretsmanager/secretRotation:SecretRotation": ("secretId", "aws:secretsmanager/secret:Secret", ()),
    "aws:sns/topicPolicy:TopicPolicy": ("arn", "aws:sns/topic:Topic", ("policy",)),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl", "aws:sqs/queue:Queue", ("policy",)),
    "aws:sqs/redrivePolicy:RedrivePolicy": ("queueUrl", "aws:sqs/queue:Queue", ("redrivePolicy",)),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("subnetId", "aws:ec2/subnet:Subnet", ()),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ("resourceArn", "aws:wafv2/webAcl:WebAcl", ()),
}
"""Resources of which AWS keeps one for each holder: the property that names it, its type, and its own properties for the same."""


@stack_rule(
    Control(
        name="settings-declared-once",
        title="A policy or setting that a resource has once is declared once",
        category="Operations",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="AWS keeps one: the second replaces the first without a word, and each update turns one into the other.",
        remediation="one aws.s3.BucketPolicy with all statements (aws.iam.get_policy_document joins documents)",
        url="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",
        nist=("CM-3",),
    ),
    *_ONCE,
)
def settings_declared_once(graph: Graph, _config: Config) -> Iterator[Finding]:
    """The holder is told by what the property refers to, or by the same known name or ARN."""
    for token, (path, holder_type, inline) in _ONCE.items():
        settings = graph.of(token)
        holders = graph.of(holder_type)
        about: dict[str, list[Resource]] = {}
        for setting in settings:
            if holder := _holder(graph, setting, path, holder_type, alone=len(settings) == 1):
                about.setdefault(holder, []).append(setting)
            elif len(settings) > 1 or any(_own(found, inline) for found in holders):
                yield setting.unknown(f"which resource {path} names is not known yet")
        for urn, same in about.items():
            first, *others = sorted(same, key=lambda setting: setting.urn)
            kind = holder_type.rpartition(":")[2]
            for setting in others:
                what = f"{first.label} is about the same {kind}, and AWS keeps one of them"
                yield setting.fails(what, fix="one resource with the content of both")
            holder_itself = graph.named(urn)
            if holder_itself is not None and (twice := _own(holder_itself, inline)):
                what = f"{holder_itself.label} has {twice} of its own, and AWS keeps one of them"
                yield first.fails(what, fix=f"the resource alone, {twice} left out")


def _holder(graph: Graph, setting: Resource, path: str, holder_type: str, *, alone: bool) -> str:
    """The URN, name or ARN of what a setting is about; empty where it cannot be told from that of another one of them."""
    chosen, named = graph.refers(setting, path, holder_type), setting.get(path)
    if chosen.certain and len(chosen.found) == 1:
        return chosen.found[0].urn
    if not isinstance(named, str) or chosen.found:
        return ""
    vague = any(UNKNOWN in map(holder.get, IDENTITIES) for holder in graph.of(holder_type))
    return named if alone or not vague else ""


def _own(holder: Resource, inline: tuple[str, ...]) -> str:
    """The holder's own property for the same setting; empty if the program gives it none."""
    return next((name for name in inline if holder.inputs.has(name)), "")
