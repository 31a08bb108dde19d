"""SNS: who is told, and by whom."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, OPT_IN, Control, Severity
from policy.documents import CALLER, allows, denies_plain_http, everyone, has_unread_condition, limited_by, statements
from policy.model import Finding, Graph, Resource, is_aws_key
from policy.rule import Config, resource_rule, stack_rule
from policy.values import UNKNOWN

TOPIC: Final = "aws:sns/topic:Topic"


@resource_rule(
    Control(
        name="topics-encrypted",
        title="SNS topics are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Alarms name hosts, queries and sometimes data. Under alias/aws/sns alarms cannot publish at all.",
        remediation="aws.sns.Topic(..., kms_master_key_id=key.arn)",
        url=HUB + "sns-controls.html#sns-1",
        fsbp=("SNS.1",),
        nist=("SC-28",),
        checkov=("CKV_AWS_26",),
        prowler=("sns_topics_kms_encryption_at_rest_enabled",),
        cdk_nag=("SNSEncryptedKMS",),
    ),
    TOPIC,
)
def topics_encrypted(topic: Resource, _config: Config) -> Iterator[Finding]:
    """With alias/aws/sns CloudWatch alarms cannot publish: it takes a key of one's own."""
    if is_aws_key(topic.get("kmsMasterKeyId")):
        yield topic.fails(
            "kmsMasterKeyId is alias/aws/sns, under which alarms cannot publish", fix="kms_master_key_id=key.arn"
        )
    else:
        yield from topic.must_be_set("kmsMasterKeyId", fix="kms_master_key_id=key.arn")


TOPIC_POLICY: Final = "aws:sns/topicPolicy:TopicPolicy"


SUBSCRIPTION: Final = "aws:sns/topicSubscription:TopicSubscription"


_CALLERS: Final = CALLER | {"sns:endpoint"}


_FEEDBACK: Final = ("http", "lambda", "sqs", "firehose", "application")


@resource_rule(
    Control(
        name="topic-policy-not-public",
        title="No topic policy lets everybody in",
        category="Private subnets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Strangers publish false alarms, or read the true ones.",
        remediation='"Condition": {"StringEquals": {"aws:SourceAccount": account_id}}',
        url=HUB + "sns-controls.html#sns-4",
        fsbp=("SNS.4",),
        nist=("AC-3",),
        checkov=("CKV_AWS_169",),
        prowler=("sns_topics_not_publicly_accessible",),
    ),
    TOPIC,
    TOPIC_POLICY,
)
def topic_policy_not_public(holder: Resource, _config: Config) -> Iterator[Finding]:
    """Everybody may publish or subscribe otherwise."""
    policy = values.document(holder.get("policy"))
    for index, statement in enumerate(statements(policy)):
        limited = limited_by(statement, _CALLERS) or has_unread_condition(statement)
        if allows(statement) and everyone(statement) and not limited:
            what = f"policy, statement {index + 1}, lets everybody in"
            yield holder.fails(
                what, fix='a principal, or "Condition": {"StringEquals": {"aws:SourceAccount": account_id}}'
            )
    if values.has_unknown(policy):
        yield holder.unknown("policy is not known yet")


@stack_rule(
    Control(
        name="topic-tls-only",
        title="Topics refuse messages without TLS",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=OPT_IN,
        why="Messages could travel readable; AWS's SDKs and services use TLS anyway.",
        remediation='a Deny of sns:Publish with "Bool": {"aws:SecureTransport": "false"}',
        url="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
        nist=("SC-8",),
        cdk_nag=("SNS3", "SNSTopicSSLPublishOnly"),
    ),
    TOPIC,
)
def topic_tls_only(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A statement that denies publishing without TLS."""
    for topic in graph.of(TOPIC):
        about_it, vague = graph.companions(topic, "arn", TOPIC_POLICY)
        policies = [values.document(resource.get("policy")) for resource in (*about_it, topic.inputs)]
        answers = [denies_plain_http(policy, "sns:*", "sns:Publish") for policy in policies]
        denied = values.some([*answers, *[UNKNOWN] * vague])
        fix = 'a Deny of sns:Publish with "Condition": {"Bool": {"aws:SecureTransport": "false"}}'
        yield from topic.must_hold(denied, "no policy denies publishing without TLS", about="its topic policy", fix=fix)


@resource_rule(
    Control(
        name="topic-deliveries-logged",
        title="Failed deliveries are logged",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="A message that reaches nobody leaves no trace otherwise.",
        remediation="aws.sns.Topic(..., lambda_failure_feedback_role_arn=role.arn)",
        url=HUB + "sns-controls.html#sns-2",
        fsbp=("SNS.2",),
        nist=("AU-12",),
    ),
    TOPIC,
)
def topic_deliveries_logged(topic: Resource, _config: Config) -> Iterator[Finding]:
    """Any one of the kinds of subscribers."""
    if not any(topic.has(f"{kind}FailureFeedbackRoleArn") for kind in _FEEDBACK):
        yield topic.fails("no ...FailureFeedbackRoleArn is set", fix="lambda_failure_feedback_role_arn=role.arn")


@resource_rule(
    Control(
        name="subscription-not-over-http",
        title="Nobody is told over plain HTTP",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Messages travel readable, and anybody on the way can answer for the subscriber.",
        remediation='aws.sns.TopicSubscription(..., protocol="https")',
        url="https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
        nist=("SC-8",),
        prowler=("sns_subscription_not_using_http_endpoints",),
    ),
    SUBSCRIPTION,
)
def subscription_not_over_http(subscription: Resource, _config: Config) -> Iterator[Finding]:
    """Messages travel readable, and nobody checks who receives them."""
    protocol = subscription.text("protocol")
    if protocol is UNKNOWN:
        yield subscription.unknown("protocol is not known yet")
    elif protocol == "http":
        yield subscription.fails("protocol is http, wanted https", fix='protocol="https"')


@resource_rule(
    Control(
        name="subscription-failures-kept",
        title="Messages that a subscriber does not take are kept",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="After the last attempt SNS drops a message, and nobody learns of it.",
        remediation='aws.sns.TopicSubscription(..., redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": queue.arn}))',
        url="https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html",
        nist=("AU-9",),
        cdk_nag=("SNSRedrivePolicy",),
    ),
    SUBSCRIPTION,
)
def subscription_failures_kept(subscription: Resource, _config: Config) -> Iterator[Finding]:
    """A queue for what a subscriber did not take, after the last attempt."""
    fix = 'redrive_policy={"deadLetterTargetArn": queue.arn} as JSON'
    yield from subscription.must_be_set("redrivePolicy", fix=fix)
