"""What all queues have in common."""

from __future__ import annotations

from pulumi import Input

from components import _documents as documents


def only_tls(queue_arn: Input[str]) -> documents.Statement:
    """Return the statement of a queue's policy that refuses calls without TLS."""
    return documents.deny(
        ["sqs:*"], [queue_arn], {"Bool": {"aws:SecureTransport": "false"}}, principal="*", sid="OnlyTls"
    )
