"""Generated stacks of any size: an application of about twenty resources, repeated.

``python -m tests.policy.load`` prints the processor time of the pack, and how much of it is left with empty rules.
"""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from pulumi_policy import ResourceValidationPolicy, StackValidationPolicy

from policy import pack
from policy.control import Environment
from tests.policy.harness import Ref, Sample, analyze_request, made_of, res, stack_request
from tests.policy.networks import network

TAGS = {"app": "shop", "environment": "production", "owner": "platform"}
PER_SERVICE = 20
SIZES = (200, 600, 2000)


def service(index: int) -> list[Sample]:
    """One service with everything it owns."""
    name = f"service-{index}"
    container = {
        "name": name,
        "image": f"shop/{name}:1.4.2",
        "user": "1000",
        "readonlyRootFilesystem": True,
        "environment": [{"name": f"SETTING_{number}", "value": f"value {number}"} for number in range(12)],
    }
    trust = json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]})
    grant = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}]})
    own: list[Sample] = []
    for role in ("execution", "task"):
        own.append(res("iam/role:Role", f"{name}-{role}", assumeRolePolicy=trust, tags=TAGS))
        own.append(res("iam/rolePolicy:RolePolicy", f"{name}-{role}-policy", role=Ref(f"{name}-{role}"), policy=grant))
    own += [
        res("cloudwatch/logGroup:LogGroup", f"{name}-logs", retentionInDays=90, kmsKeyId="key", tags=TAGS),
        res("ec2/securityGroup:SecurityGroup", f"{name}-group", vpcId=Ref("vpc"), tags=TAGS),
        res(
            "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            f"{name}-in",
            securityGroupId=Ref(f"{name}-group"),
            referencedSecurityGroupId=Ref("alb-group"),
            ipProtocol="tcp",
            fromPort=8000,
            toPort=8000,
        ),
        res(
            "ecs/taskDefinition:TaskDefinition",
            name,
            containerDefinitions=json.dumps([container]),
            executionRoleArn=Ref(f"{name}-execution", "arn"),
            taskRoleArn=Ref(f"{name}-task", "arn"),
            tags=TAGS,
        ),
        res("lb/targetGroup:TargetGroup", f"{name}-targets", vpcId=Ref("vpc"), port=8000, tags=TAGS),
        res(
            "ecs/service:Service",
            f"{name}-service",
            name=name,
            desiredCount=2,
            loadBalancers=[{"containerName": name, "containerPort": 8000}],
            networkConfiguration={
                "subnets": [Ref("private-a"), Ref("private-b")],
                "securityGroups": [Ref(f"{name}-group")],
                "assignPublicIp": False,
            },
            tags=TAGS,
        ),
        res("appautoscaling/target:Target", f"{name}-scale", resourceId=f"service/shop/{name}", minCapacity=2),
        res("s3/bucket:Bucket", f"{name}-bucket", tags=TAGS),
        res(
            "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            f"{name}-block",
            bucket=Ref(f"{name}-bucket"),
            blockPublicAcls=True,
            blockPublicPolicy=True,
            ignorePublicAcls=True,
            restrictPublicBuckets=True,
        ),
    ]
    alarms = [
        res("cloudwatch/metricAlarm:MetricAlarm", f"{name}-alarm-{number}", threshold=80, tags=TAGS)
        for number in range(PER_SERVICE - len(own))
    ]
    return [*own, *alarms]


def stack(size: int) -> list[Sample]:
    """About `size` resources."""
    base = [
        *network(),
        res("ec2/securityGroup:SecurityGroup", "alb-group", vpcId=Ref("vpc"), tags=TAGS),
        res(
            "lb/loadBalancer:LoadBalancer",
            "alb",
            securityGroups=[Ref("alb-group")],
            subnets=[Ref("public-a"), Ref("public-b")],
        ),
        res("rds/subnetGroup:SubnetGroup", "dbs", subnetIds=[Ref("isolated-a"), Ref("isolated-b")]),
        res("rds/instance:Instance", "db", engine="postgres", dbSubnetGroupName=Ref("dbs"), tags=TAGS),
    ]
    return [*base, *(item for index in range((size - len(base)) // PER_SERVICE) for item in service(index))]


def empty() -> list[Any]:
    """As many policies as the pack has, with empty rules: what is left is the SDK's own cost."""
    return [
        type(policy)(name=policy.name, description="empty", validate=lambda _args, _report: None)
        for policy in pack.policies(Environment.PRODUCTION)
        if isinstance(policy, ResourceValidationPolicy | StackValidationPolicy)
    ]


def seconds(server: Any, samples: Sequence[Sample]) -> tuple[float, float]:
    """How much processor time the resources and the stack take."""
    requests = [analyze_request(sample, preview=True, provider={"region": "eu-north-1"}) for sample in samples]
    whole = stack_request(samples, preview=True, provider={"region": "eu-north-1"})
    start = time.process_time()
    for request in requests:
        server.Analyze(request, None)
    middle = time.process_time()
    server.AnalyzeStack(whole, None)
    return middle - start, time.process_time() - middle


def main() -> None:
    """Print the table."""
    policies = len(pack.policies(Environment.PRODUCTION))
    rows = [f"the pack, {policies} policies   seconds   ms/resource   with empty rules   share"]
    for size in SIZES:
        samples = stack(size)
        each, whole = seconds(made_of(pack.policies(Environment.PRODUCTION)), samples)
        total, alone = each + whole, sum(seconds(made_of(empty()), samples))
        own = f"{alone:10.2f}   {alone / total:5.0%}"
        rows.append(f"{len(samples):6} resources        {total:8.2f}   {1000 * total / len(samples):11.2f}   {own:>16}")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
