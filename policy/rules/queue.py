"""Queues: encryption, TLS, dead letters."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, NOWHERE, Control, Severity
from policy.documents import denies_plain_http
from policy.model import Finding, Graph, Resource
from policy.rule import Config, resource_rule, stack_rule
from policy.values import UNKNOWN

QUEUE: Final = "aws:sqs/queue:Queue"
_POLICY: Final = "aws:sqs/queuePolicy:QueuePolicy"
_FAILURES: Final = {
    "aws:cloudwatch/eventTarget:EventTarget": "deadLetterConfig.arn",
    "aws:lambda/function:Function": "deadLetterConfig.targetArn",
    "aws:scheduler/schedule:Schedule": "target.deadLetterConfig.arn",
    "aws:sns/topicSubscription:TopicSubscription": "redrivePolicy",
}
"""What else keeps in a queue what it could not do, and the property that names the queue."""
_REDRIVE: Final = "aws:sqs/redrivePolicy:RedrivePolicy"


@resource_rule(
    Control(
        name="queue-encrypted",
        title="Queues are encrypted",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Messages lie readable on disk. SQS encrypts by itself unless it is told not to.",
        remediation="aws.sqs.Queue(..., kms_master_key_id=key.arn)",
        url=HUB + "sqs-controls.html#sqs-1",
        fsbp=("SQS.1",),
        nist=("SC-28",),
        checkov=("CKV_AWS_27",),
        prowler=("sqs_queues_server_side_encryption_enabled",),
        cdk_nag=("SQS2",),
    ),
    QUEUE,
)
def queue_encrypted(resource: Resource, _config: Config) -> Iterator[Finding]:
    """By a key, or by SQS itself, which is the default."""
    if not resource.has("kmsMasterKeyId"):
        yield from resource.must_be("sqsManagedSseEnabled", wanted=True, fix="kms_master_key_id=key.arn", default=True)


@stack_rule(
    Control(
        name="queue-tls-only",
        title="Queues refuse calls without TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Messages can be read on their way.",
        remediation='"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}',
        url="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
        nist=("SC-8",),
        cdk_nag=("SQS4",),
    ),
    QUEUE,
)
def queue_tls_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A statement that denies, in the queue's own policy or apart."""
    for queue in graph.of(QUEUE):
        apart, vague = graph.companions(queue, "queueUrl", _POLICY)
        policies = [values.document(queue.get("policy")), *(values.document(item.get("policy")) for item in apart)]
        denied = [denies_plain_http(policy, "sqs:*", "sqs:SendMessage") for policy in policies]
        yield from queue.must_hold(
            values.some([*denied, *[UNKNOWN] * vague]),
            "no statement of its policy denies calls without TLS",
            about="its policy",
            fix='a statement that denies "sqs:*" where aws:SecureTransport is false',
        )


@stack_rule(
    Control(
        name="queue-failures-kept",
        title="Messages that cannot be worked on are kept",
        category="Operations",
        severity=Severity.LOW,
        levels=NOWHERE,
        why="A message that fails comes back until it expires, and then nobody knows of it.",
        remediation='aws.sqs.Queue(..., redrive_policy=json.dumps({"deadLetterTargetArn": failed.arn, "maxReceiveCount": 5}))',
        url="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
        nist=("SI-11",),
        cdk_nag=("SQS3",),
    ),
    QUEUE,
)
def queue_failures_kept(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A queue of dead letters needs none itself."""
    queues = graph.of(QUEUE)
    redrives = [*queues, *graph.of(_REDRIVE)]
    letters = {
        found.urn
        for item in redrives
        for found in graph.refers(item, "redrivePolicy", QUEUE).found
        if found.urn != item.urn
    }
    letters |= {
        found.urn
        for type_, path in _FAILURES.items()
        for item in graph.of(type_)
        for found in graph.refers(item, path, QUEUE).found
    }
    arns = {values.at(values.document(item.get("redrivePolicy")), "deadLetterTargetArn") for item in redrives}
    for queue in queues:
        apart, vague = graph.companions(queue, "queueUrl", _REDRIVE)
        takes = queue.urn in letters or queue.get("arn") in arns - {None, UNKNOWN} or queue.has("redriveAllowPolicy")
        if not takes and not queue.inputs.has("redrivePolicy") and not apart:
            yield from queue.must_hold(
                UNKNOWN if vague else False,
                "redrivePolicy is not set, so what fails is lost",
                about="its redrive policy",
                fix='redrive_policy=json.dumps({"deadLetterTargetArn": failed.arn, "maxReceiveCount": 5})',
            )
