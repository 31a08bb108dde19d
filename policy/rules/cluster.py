"""ECS clusters: what they show, and how sessions into their containers are kept."""

from collections.abc import Iterator

from policy.control import IN_PRODUCTION, OPT_IN, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, resource_rule
from policy.rules.service import CLUSTER
from policy.values import UNKNOWN


@resource_rule(
    Control(
        name="exec-sessions-logged",
        title="Shells in tasks are recorded",
        category="Logging",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Nothing else tells what was typed in production.",
        remediation="aws.ecs.Cluster(...) without logging NONE in execute_command_configuration",
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging",
        nist=("AU-2", "AU-12"),
        checkov=("CKV_AWS_223",),
    ),
    CLUSTER,
)
def exec_sessions_logged(cluster: Resource, _config: Config) -> Iterator[Finding]:
    """To where containers log (DEFAULT, as without a configuration) or elsewhere (OVERRIDE)."""
    logging = cluster.text("configuration.executeCommandConfiguration.logging", default="DEFAULT")
    yield from cluster.must_hold(
        logging if logging is UNKNOWN else logging != "NONE",
        "logging of executeCommandConfiguration is NONE",
        about="logging of executeCommandConfiguration",
        fix='"execute_command_configuration": {"logging": "OVERRIDE", "log_configuration": {...}}',
    )


@resource_rule(
    Control(
        name="exec-sessions-encrypted",
        title="Shells in tasks and their records are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="For those who may not rely on TLS and AWS's own keys alone.",
        remediation='"execute_command_configuration": {"kms_key_id": key.arn, ...}',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging",
        nist=("SC-8", "SC-28"),
        checkov=("CKV_AWS_224",),
    ),
    CLUSTER,
)
def exec_sessions_encrypted(cluster: Resource, _config: Config) -> Iterator[Finding]:
    """The session itself, and its record."""
    path = "configuration.executeCommandConfiguration"
    fix = '"execute_command_configuration": {"kms_key_id": key.arn, ...} with encrypted logs'
    if cluster.get("configuration") is UNKNOWN or cluster.get(path) is UNKNOWN:
        yield cluster.unknown("executeCommandConfiguration is not known yet")
        return
    yield from cluster.must_be_set(f"{path}.kmsKeyId", fix=fix)
    for place, encrypted in (
        ("cloudWatchLogGroupName", "cloudWatchEncryptionEnabled"),
        ("s3BucketName", "s3BucketEncryptionEnabled"),
    ):
        if cluster.has(f"{path}.logConfiguration.{place}"):
            yield from cluster.must_be(f"{path}.logConfiguration.{encrypted}", wanted=True, fix=fix)
