"""Messages between services: encrypted queues, each with its queue of dead letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components._checked import Checked
from components._dependencies import with_dependencies
from components._queues import only_tls
from components.encryption_key import DataKey, data_key

SEND = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage")
RECEIVE = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueArgs:
    """A queue."""

    fifo: bool = False
    """Whether messages come in order, each once. A change replaces it, and its messages are lost."""
    content_deduplication: bool = False
    """Whether messages with the same text within five minutes are one; FIFO queues only."""
    visibility_seconds: int = 300
    """Seconds a message is hidden once received, 0 to 43200."""
    retention_days: int = 4
    """Days a message waits, 1 to 14."""
    delay_seconds: int = 0
    """Seconds a new message is held back, 0 to 900."""
    max_receives: int = 5
    """How often a message is received before it becomes a dead letter, 1 to 1000."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuesArgs(Checked):
    """The queues of a stack."""

    name_prefix: str
    """What generated names start with."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    queues: Mapping[str, QueueArgs]
    """The queues by name. Another name is another queue."""
    protect: bool = True
    """Whether Pulumi refuses to delete them with what is in them, and their key."""
    key_deletion_days: int = 30
    """Days the deleted key can be brought back, 7 to 30."""
    data_key_arn: Input[str] | None = None
    """The key that encrypts messages, where it is there already; None: one of its own is made. Another one is taken for new messages."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.queues:
            yield "queues", "none given"
        for name, queue in self.queues.items():
            for what, value, least, most in (
                ("visibility_seconds", queue.visibility_seconds, 0, 43_200),
                ("retention_days", queue.retention_days, 1, 14),
                ("delay_seconds", queue.delay_seconds, 0, 900),
                ("max_receives", queue.max_receives, 1, 1000),
            ):
                if not least <= value <= most:
                    yield "queues", f"{name}: {what} {value} is outside {least} to {most}"
            if queue.content_deduplication and not queue.fifo:
                yield "queues", f"{name}: only FIFO queues know content_deduplication"
            longest = 80
            if len(whole := _name(self.name_prefix, name, "-failed", queue)) > longest:
                yield "queues", f"{name}: {whole} has {len(whole)} characters; SQS takes {longest}"


class Queues(pulumi.ComponentResource):
    """Queues with a key of their own. Nobody reaches them but by a role of the account's, and by TLS."""

    urls: Mapping[str, Output[str]]
    """Their URLs, usable once nobody gets to them without TLS."""
    arns: Mapping[str, Output[str]]
    """Their ARNs."""
    names: Mapping[str, Output[str]]
    """Their names in SQS."""
    dead_letter_names: Mapping[str, Output[str]]
    """The names of their dead-letter queues in SQS."""
    key_arn: Output[str]
    """The key that encrypts them."""

    def __init__(self, name: str, args: QueuesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Queues", name, None, opts)
        key = data_key(self, name, args, f"Messages of {args.name_prefix}", args.data_key_arn)
        made = {
            each: self._queue(f"{name}-{each}", args, each, queue, key) for each, queue in sorted(args.queues.items())
        }
        self.urls = {each: url for each, (url, _, _) in made.items()}
        self.arns = {each: queue.arn for each, (_, queue, _) in made.items()}
        self.names = {each: queue.name for each, (_, queue, _) in made.items()}
        self.dead_letter_names = {each: letters.name for each, (_, _, letters) in made.items()}
        self.key_arn = key.arn
        self.register_outputs({"urls": self.urls, "arns": self.arns, "names": self.names, "key_arn": self.key_arn})

    def _queue(
        self, name: str, args: QueuesArgs, called: str, queue: QueueArgs, key: DataKey
    ) -> tuple[Output[str], aws.sqs.Queue, aws.sqs.Queue]:
        """Make a queue and its dead letters; return its URL, itself and those."""
        kept = ResourceOptions(parent=self, protect=args.protect)
        letters = aws.sqs.Queue(
            f"{name}-failed",
            name=_name(args.name_prefix, called, "-failed", queue),
            # A FIFO queue's dead letters are a FIFO queue.
            fifo_queue=queue.fifo or None,
            message_retention_seconds=_LONGEST_DAYS * _A_DAY,
            kms_master_key_id=key.arn,
            opts=kept,
        )
        made = aws.sqs.Queue(
            f"{name}-queue",
            name=_name(args.name_prefix, called, "", queue),
            fifo_queue=queue.fifo or None,
            content_based_deduplication=queue.content_deduplication or None,
            visibility_timeout_seconds=queue.visibility_seconds,
            message_retention_seconds=queue.retention_days * _A_DAY,
            delay_seconds=queue.delay_seconds,
            # An empty answer costs as much as a full one.
            receive_wait_time_seconds=_LONGEST_WAIT,
            redrive_policy=Output.json_dumps(
                {"deadLetterTargetArn": letters.arn, "maxReceiveCount": queue.max_receives}, sort_keys=True
            ),
            kms_master_key_id=key.arn,
            opts=kept,
        )
        aws.sqs.RedriveAllowPolicy(
            f"{name}-failed",
            queue_url=letters.url,
            redrive_allow_policy=Output.json_dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [made.arn]}, sort_keys=True
            ),
            opts=ResourceOptions(parent=self),
        )
        policies = [
            aws.sqs.QueuePolicy(
                logical,
                queue_url=each.url,
                policy=documents.policy(only_tls(each.arn)),
                opts=ResourceOptions(parent=self),
            )
            for logical, each in ((f"{name}-queue", made), (f"{name}-failed", letters))
        ]
        return with_dependencies(made.url, *policies), made, letters


_A_DAY = 24 * 3600
_LONGEST_DAYS = 14
_LONGEST_WAIT = 20


def _name(name_prefix: str, called: str, ending: str, queue: QueueArgs) -> str:
    return f"{name_prefix}-{called}{ending}{'.fifo' if queue.fifo else ''}"


def access(queues: Queues, sends: Sequence[str], receives: Sequence[str]) -> Iterator[documents.Statement]:
    """Yield what a role needs to send to queues and to receive from queues."""
    sending, receiving = [queues.arns[name] for name in sends], [queues.arns[name] for name in receives]
    if sending:
        yield documents.allow(SEND, sending)
    if receiving:
        yield documents.allow(RECEIVE, receiving)
    if sending or receiving:
        # To send takes a data key as well.
        yield documents.allow(["kms:Decrypt", *(["kms:GenerateDataKey"] if sending else [])], [queues.key_arn])
