"""A small Lambda function of the stack's own, with its role and its log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from components import _documents as documents
from components import _names as names
from components._role import service_role


def function(
    name: str,
    *,
    name_prefix: str,
    description: str,
    handler: str,
    allowed: Sequence[documents.Statement],
    seconds: int,
    log_days: int,
    log_key_arn: Input[str] | None,
    parent: pulumi.Resource,
    region: str | None = None,
    variables: Mapping[str, str] | None = None,
    boundary_arn: Input[str] | None = None,
    dead_letter_arn: Input[str] | None = None,
) -> aws.lambda_.Function:
    """Make a function of one file, and what it needs to run.

    Args:
        name: the name of its resources.
        name_prefix: the stack's name in AWS, such as storefront-production.
        description: what it does; the role says the same.
        handler: its folder in `functions/` and its entry, such as slack_notifier.handler.
        allowed: what it may do beside writing its log.
        seconds: how long one run may take, 1 to 900.
        log_days: days its log is kept.
        log_key_arn: the key that encrypts its log; None: AWS's own.
        parent: the component that it is a part of.
        region: where it runs; None: the provider's region.
        variables: its environment.
        boundary_arn: the permissions boundary of its role; None: none.
        dead_letter_arn: the queue that keeps events of which three runs failed; None: they are lost.
    """
    folder, _, entry = handler.partition(".")
    options = ResourceOptions(parent=parent)
    log = aws.cloudwatch.LogGroup(
        name,
        name_prefix=f"/aws/lambda/{name_prefix}-{name}-",
        retention_in_days=log_days,
        kms_key_id=log_key_arn,
        region=region,
        opts=options,
    )
    role = service_role(
        parent,
        name,
        service="lambda.amazonaws.com",
        name_prefix=name_prefix,
        description=description,
        boundary_arn=boundary_arn,
    )
    writing = documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [Output.concat(log.arn, ":*")])
    keeping = [documents.allow(["sqs:SendMessage"], [dead_letter_arn])] if dead_letter_arn is not None else []
    policy = aws.iam.RolePolicy(
        name, role=role.name, policy=documents.policy(writing, *allowed, *keeping), opts=options
    )
    return aws.lambda_.Function(
        name,
        name=names.after(name_prefix, name, names.FUNCTION),
        description=description,
        role=role.arn,
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"handler.{entry}",
        code=pulumi.AssetArchive({"handler.py": pulumi.FileAsset(f"functions/{folder}/handler.py")}),
        memory_size=128,
        timeout=seconds,
        environment=aws.lambda_.FunctionEnvironmentArgs(variables=variables) if variables else None,
        logging_config=aws.lambda_.FunctionLoggingConfigArgs(log_format="Text", log_group=log.name),
        dead_letter_config=aws.lambda_.FunctionDeadLetterConfigArgs(target_arn=dead_letter_arn)
        if dead_letter_arn is not None
        else None,
        region=region,
        # Its name is fixed: two cannot stand side by side.
        opts=ResourceOptions(parent=parent, depends_on=[policy], delete_before_replace=True),
    )
