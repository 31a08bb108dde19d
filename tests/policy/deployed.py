"""What the provider or a refresh fills in where a program says nothing, by type: what a rule must not take for written.

The values are those of a real deployment, or left from a resource that the program has dropped since.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tests.policy.harness import Sample

WORLD: Final = "0.0.0.0/0"
ALL: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": [WORLD]}
SSH: Final = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": [WORLD]}
TLS_ONLY: Final = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": ["s3:*", "sns:*"],
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


AES: Final = {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}, "bucketKeyEnabled": False}]}
_BUCKET: Final = {
    "lifecycleRules": [{"enabled": True, "abortIncompleteMultipartUploadDays": 7}],
    "objectLockEnabled": False,
    "policy": document(**TLS_ONLY),
}
_LIST: Final = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlock": WORLD, "action": "allow"}
_ROUTES: Final = [{"cidrBlock": WORLD, "gatewayId": "igw-1"}]
_TABLE: Final = {"routes": _ROUTES, "propagatingVgws": []}
_ACL: Final = {"ingress": [{**_LIST, "ruleNo": 1}], "egress": [{**_LIST, "ruleNo": 1}], "subnetIds": ["subnet-1"]}
FULL_ACCESS: Final = document(Principal="*", Action="*", Resource="*")

COMPUTED: Final[Mapping[str, Mapping[str, Any]]] = {
    "aws:backup/selection:Selection": {"conditions": [{"stringEquals": []}], "notResources": [""]},
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _ACL,
    "aws:ec2/defaultRouteTable:DefaultRouteTable": _TABLE,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {"ingress": [SSH], "egress": [ALL]},
    "aws:ec2/eip:Eip": {"instance": "i-1", "networkInterface": "eni-1"},
    "aws:ec2/instance:Instance": {
        "associatePublicIpAddress": False,
        "networkInterfaces": [{"networkInterfaceId": "eni-1"}],
        "primaryNetworkInterface": {"networkInterfaceId": "eni-1"},
        "rootBlockDevice": {"encrypted": False},
        "subnetId": "subnet-1",
        "vpcSecurityGroupIds": ["sg-default"],
    },
    "aws:ec2/networkAcl:NetworkAcl": _ACL,
    "aws:ec2/routeTable:RouteTable": _TABLE,
    "aws:ec2/securityGroup:SecurityGroup": {"ingress": [SSH], "egress": [ALL]},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        "policy": FULL_ACCESS,
        "privateDnsEnabled": False,
        "routeTableIds": [],
        "securityGroupIds": ["sg-default"],
    },
    "aws:ecs/service:Service": {"launchType": "FARGATE", "platformVersion": "1.4.0", "iamRole": "/aws-service-role"},
    "aws:elasticache/cluster:Cluster": {"securityGroupIds": ["sg-default"], "subnetGroupName": "default"},
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "securityGroupIds": ["sg-default"],
        "subnetGroupName": "default",
    },
    "aws:elasticache/serverlessCache:ServerlessCache": {
        "securityGroupIds": ["sg-default"],
        "subnetIds": ["subnet-1", "subnet-2"],
    },
    "aws:elb/loadBalancer:LoadBalancer": {
        "availabilityZones": ["eu-north-1a", "eu-north-1b"],
        "securityGroups": ["sg-default"],
        "subnets": ["subnet-1", "subnet-2"],
    },
    "aws:iam/role:Role": {
        "inlinePolicies": [{"name": "p", "policy": document(Action="secretsmanager:*", Resource="*")}],
        "managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
    },
    "aws:kms/key:Key": {"policy": document(Principal={"Service": "*.amazonaws.com"}, Action="kms:*", Resource="*")},
    "aws:lambda/function:Function": {"loggingConfig": {"logFormat": "Text", "logGroup": "/aws/lambda/api-1"}},
    "aws:lb/loadBalancer:LoadBalancer": {"ipAddressType": "ipv4", "securityGroups": ["sg-default"]},
    "aws:rds/cluster:Cluster": {
        "dbClusterParameterGroupName": "default.aurora-postgresql16",
        "dbSubnetGroupName": "default",
        "vpcSecurityGroupIds": ["sg-default"],
    },
    "aws:rds/instance:Instance": {
        "dbSubnetGroupName": "default",
        "parameterGroupName": "default.postgres14",
        "vpcSecurityGroupIds": ["sg-default"],
    },
    "aws:s3/bucket:Bucket": {
        **_BUCKET,
        "logging": {"targetBucket": "logs"},
        "replicationConfiguration": {"rules": [{"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::copy"}}]},
        "serverSideEncryptionConfiguration": {"rule": AES["rules"][0]},
        "versioning": {"enabled": True, "mfaDelete": True},
    },
    "aws:s3/bucketV2:BucketV2": {
        **_BUCKET,
        "loggings": [{"targetBucket": "logs"}],
        "replicationConfigurations": [{"rules": [{"status": "Enabled"}]}],
        "serverSideEncryptionConfigurations": [AES],
        "versionings": [{"enabled": True, "mfaDelete": True}],
    },
    "aws:secretsmanager/secretVersion:SecretVersion": {"secretString": "s3cr3t", "secretBinary": ""},
    "aws:sns/topic:Topic": {"policy": document(**TLS_ONLY)},
    "aws:wafv2/webAcl:WebAcl": {"rules": [{"name": "left", "action": {"block": {}}, "statement": {}}]},
}


def deployed(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples as they are once deployed: with what the provider fills in beside their inputs."""
    return [
        replace(
            sample,
            computed={k: v for k, v in COMPUTED.get(sample.token, {}).items() if k not in sample.props}
            | dict(sample.computed),
        )
        for sample in samples
    ]
