#!/usr/bin/env bash
# moto 5.2.5: a task that has just been started runs and its containers have left with exit code 0 already, while they still say
# PENDING. Each look at the task moves it on by itself, towards STOPPED, so that botocore's waiter for a running task never
# sees one; at the end there is no time and no reason of the stop. Code that takes an exit code for the end passes its tests.
# Here: the migration's run decides by lastStatus, with answers in ECS's own shapes (tests/components/test_one_off_task.py).
# Seen:
#   run_task: RUNNING PENDING 0
#   describe_tasks: DEACTIVATING 0
#   describe_tasks: STOPPING 0
#   describe_tasks: DEPROVISIONING 0
#   describe_tasks: STOPPED 0
#   stoppedAt and stopCode: None None
set -euo pipefail
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[ecs,ec2]==5.2.5" boto3==1.44.5
cat > expected <<'EXPECTED'
run_task: RUNNING PENDING 0
describe_tasks: DEACTIVATING 0
describe_tasks: STOPPING 0
describe_tasks: DEPROVISIONING 0
describe_tasks: STOPPED 0
stoppedAt and stopCode: None None
EXPECTED
cat > look.py <<'PYTHON'
import os

os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "eu-west-1"}
import boto3
from moto import mock_aws


with mock_aws():
    ecs, ec2 = boto3.client("ecs"), boto3.client("ec2")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "migrate", "image": "shop:1", "essential": True, "memoryReservation": 128}
    ecs.register_task_definition(family="migrate", networkMode="awsvpc", containerDefinitions=[container])
    network = {
        "subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]],
        "securityGroups": [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]],
    }
    task = ecs.run_task(
        cluster="shop",
        taskDefinition="migrate",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )["tasks"][0]
    container = task["containers"][0]
    print("run_task:", task["lastStatus"], container["lastStatus"], container["exitCode"])
    for _ in range(4):
        task = ecs.describe_tasks(cluster="shop", tasks=[task["taskArn"]])["tasks"][0]
        print("describe_tasks:", task["lastStatus"], task["containers"][0]["exitCode"])
    print("stoppedAt and stopCode:", task.get("stoppedAt"), task.get("stopCode"))
PYTHON
venv/bin/python look.py > seen
cat seen
diff expected seen
