"""Keys of one's own for what holds data, and logs that end."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.model import Finding, Graph, Resource
from policy.rule import Config, Parameter, resource_rule, stack_rule
from policy.values import UNKNOWN

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
REPOSITORY: Final = "aws:ecr/repository:Repository"
REGISTRY_SCAN: Final = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
SECRETS_ENTRY: Final = "aws:secretsmanager/secret:Secret"
TOPIC: Final = "aws:sns/topic:Topic"


@resource_rule("secrets-under-own-key", SECRETS_ENTRY)
def secrets_under_own_key(secret: Resource, _config: Config) -> Iterator[Finding]:
    """A key policy then says who may read, besides IAM."""
    yield from secret.must_be_set("kmsKeyId", fix="kms_key_id=key.arn")


@resource_rule("log-groups-under-own-key", LOG_GROUP)
def log_groups_under_own_key(group: Resource, _config: Config) -> Iterator[Finding]:
    """The key's policy must let logs.<region>.amazonaws.com use it."""
    yield from group.must_be_set("kmsKeyId", fix="kms_key_id=key.arn")


@resource_rule("log-retention-set", LOG_GROUP, minDays=Parameter({"type": "integer", "minimum": 1, "maximum": 3653}, 1))
def log_retention_set(group: Resource, config: Config) -> Iterator[Finding]:
    """0 and absent both mean for ever. The DELIVERY class has a retention of its own."""
    if group.text("logGroupClass") == "DELIVERY":
        return
    days = group.number("retentionInDays")
    least = config.number("minDays")
    if days is UNKNOWN:
        yield group.undecided("retentionInDays is not known yet")
    elif days == 0:
        yield group.fails("retentionInDays is not set, so logs are kept and paid for ever", fix="retention_in_days=90")
    elif days < least:
        what = f"retentionInDays is {values.show(days)}, wanted at least {least}"
        yield group.fails(what, fix=f"retention_in_days={least} or more")


@resource_rule("topics-encrypted", TOPIC)
def topics_encrypted(topic: Resource, _config: Config) -> Iterator[Finding]:
    """With alias/aws/sns CloudWatch alarms cannot publish: it takes a key of one's own."""
    yield from topic.must_be_set("kmsMasterKeyId", fix="kms_master_key_id=key.arn")
    if topic.text("kmsMasterKeyId") == "alias/aws/sns":
        yield topic.fails(
            "kmsMasterKeyId is alias/aws/sns, under which alarms cannot publish", fix="kms_master_key_id=key.arn"
        )


@resource_rule("repository-under-own-key", REPOSITORY)
def repository_under_own_key(repository: Resource, _config: Config) -> Iterator[Finding]:
    """AES256 is the default; KMS needs to be asked for when the repository is made."""
    kind = values.text(values.at(repository.get("encryptionConfigurations"), "encryptionType"), default="AES256")
    if kind is UNKNOWN:
        yield repository.undecided("encryptionType is not known yet")
    elif kind not in ("KMS", "KMS_DSSE"):
        yield repository.fails(
            f"encryptionType is {values.show(kind, 'AES256')}, wanted KMS",
            fix='encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}] (replaces the repository)',
        )


@resource_rule("repository-tags-immutable", REPOSITORY)
def repository_tags_immutable(repository: Resource, _config: Config) -> Iterator[Finding]:
    """A tag that can move makes every deployment a guess."""
    mode = repository.text("imageTagMutability", default="MUTABLE")
    if mode is UNKNOWN:
        yield repository.undecided("imageTagMutability is not known yet")
    elif not mode.startswith("IMMUTABLE"):
        seen = values.show(mode, "MUTABLE(_WITH_EXCLUSION)?")
        yield repository.fails(
            f"imageTagMutability is {seen}, wanted IMMUTABLE", fix='image_tag_mutability="IMMUTABLE"'
        )


@stack_rule("repository-scanned", REPOSITORY)
def repository_scanned(graph: Graph, _config: Config) -> Iterator[Finding]:
    """By the repository's own setting, or by the registry's when the stack declares it."""
    if graph.of(REGISTRY_SCAN):
        return
    fix = 'image_scanning_configuration={"scan_on_push": True}'
    for repository in graph.of(REPOSITORY):
        yield from repository.must_be("imageScanningConfiguration.scanOnPush", wanted=True, fix=fix)
