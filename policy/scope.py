"""What the pack has no rules for, so that nobody takes its silence for a verdict."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

OTHER_WAYS: Final = (
    "aws-native:",
    "aws:cloudcontrol/",
    "aws:cloudformation/",
    "aws:serverlessrepository/",
)
"""How the types begin by which AWS's resources are made otherwise than by the types that rules know."""

OTHER_SERVICES: Final = (
    "aws:apprunner/",
    "aws:athena/",
    "aws:batch/",
    "aws:bedrock",
    "aws:dax/",
    "aws:dms/",
    "aws:docdb/",
    "aws:dsql/",
    "aws:eks/",
    "aws:elasticbeanstalk/",
    "aws:emr",
    "aws:fsx/",
    "aws:glue/",
    "aws:keyspaces/",
    "aws:kinesis/",
    "aws:lightsail/",
    "aws:memorydb/",
    "aws:mq/",
    "aws:msk",
    "aws:mwaa/",
    "aws:neptune",
    "aws:redshift",
    "aws:s3tables/",
    "aws:sagemaker/",
    "aws:timestream",
    "aws:transfer/",
    "aws:workspaces",
)
"""How the types of services begin that keep data or run programs, and of which no rule speaks but those about every resource."""


def unjudged(tokens: Iterable[str]) -> str:
    """Say which resources no rule of their own judges, in a sentence without its end; empty if there are none.

    Args:
        tokens: the types of the resources.
    """
    counts = Counter(token for token in tokens if token.startswith((*OTHER_WAYS, *OTHER_SERVICES)))
    if not counts:
        return ""
    listed = ", ".join(f"{token} {count}" for token, count in sorted(counts.items()))
    total = counts.total()
    return f"{total} resource{'s are' if total > 1 else ' is'} of types that have no rules of their own, so nothing vouches for them: {listed}"
