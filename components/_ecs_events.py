"""What ECS reports of itself and somebody should know: deployments, tasks that fail, services that cannot start any."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from components import _names as names


def report(
    parent: pulumi.Resource,
    name: str,
    *,
    cluster_arn: Output[str],
    services: Output[str],
    topic_arn: Output[str],
    name_prefix: str,
    region: str,
) -> None:
    """Make rules of EventBridge that tell a topic.

    Args:
        parent: the component that they belong to.
        name: what their names begin with.
        cluster_arn: the cluster's ARN.
        services: what the ARNs of its services begin with.
        topic_arn: the SNS topic.
        name_prefix: the stack's name in AWS.
        region: the AWS region.
    """
    for event, (description, pattern) in _patterns(cluster_arn, services).items():
        rule = aws.cloudwatch.EventRule(
            f"{name}-{event}",
            name=names.after(name_prefix, f"{name}-{event}", names.RULE),
            description=f"{name_prefix}: {description}",
            event_pattern=Output.json_dumps({"source": ["aws.ecs"], **pattern}, sort_keys=True),
            region=region,
            opts=ResourceOptions(parent=parent),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-{event}", rule=rule.name, arn=topic_arn, region=region, opts=ResourceOptions(parent=parent)
        )


def _patterns(cluster_arn: Output[str], services: Output[str]) -> Mapping[str, tuple[str, Mapping[str, object]]]:
    """Return what ECS reports and somebody should know: what it is, and the pattern of its events."""
    exited = {"stopCode": ["EssentialContainerExited"]}
    return {
        "deployments": (
            "deployments begin, end and fail",
            {
                "detail-type": ["ECS Deployment State Change"],
                # These events name their cluster in the service's ARN only.
                "resources": [{"prefix": services}],
                "detail": {
                    "eventName": [
                        "SERVICE_DEPLOYMENT_COMPLETED",
                        "SERVICE_DEPLOYMENT_FAILED",
                        "SERVICE_DEPLOYMENT_IN_PROGRESS",
                    ]
                },
            },
        ),
        "tasks": (
            "tasks that do not start or end by themselves",
            {
                "detail-type": ["ECS Task State Change"],
                "detail": {
                    "clusterArn": [cluster_arn],
                    "lastStatus": ["STOPPED"],
                    # A task run once, such as a migration, ends by itself when it is done: only its failure is news.
                    "$or": [
                        {"stopCode": ["TaskFailedToStart"]},
                        {**exited, "group": [{"prefix": "service:"}]},
                        {**exited, "containers": {"exitCode": [{"anything-but": [0]}]}},
                    ],
                },
            },
        ),
        "services": (
            "services that cannot start or place their tasks",
            {
                "detail-type": ["ECS Service Action"],
                "detail": {"clusterArn": [cluster_arn], "eventType": ["ERROR", "WARN"]},
            },
        ),
    }
