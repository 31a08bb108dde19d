"""By type of resource, who answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from preview.provider_fakes import (
    alarms,
    cache,
    cdn,
    database,
    identity,
    load_balancer,
    random_values,
    service,
    storage,
)
from preview.provider_fakes.asked import ACCOUNT, Answer, AskedResource, Maker, adding, ec2, echo_id, named

_MAKERS: Final[Mapping[str, Maker]] = {
    "aws:acm/certificate:Certificate": cdn.certificate,
    "aws:acm/certificateValidation:CertificateValidation": echo_id("certificateArn"),
    "aws:appautoscaling/policy:Policy": named("autoscaling:scalingPolicy:{uuid}:policyName/{name}"),
    "aws:appautoscaling/target:Target": echo_id("resourceId"),
    "aws:backup/plan:Plan": named("backup:backup-plan:{uuid}", id_is="uuid"),
    "aws:backup/vault:Vault": named("backup:backup-vault:{name}"),
    "aws:budgets/budget:Budget": named("budgets-:budget/{name}"),
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": named(
        "chatbot-:chat-configuration/slack-channel/{name}", key="configurationName", id_is="arn"
    ),
    "aws:cloudfront/cachePolicy:CachePolicy": cdn.cloudfront("cache-policy"),
    "aws:cloudfront/distribution:Distribution": cdn.distribution,
    "aws:cloudfront/function:Function": named("cloudfront-:function/{name}"),
    "aws:cloudfront/originAccessControl:OriginAccessControl": cdn.cloudfront("origin-access-control"),
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": cdn.cloudfront("origin-request-policy"),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": cdn.cloudfront("response-headers-policy"),
    "aws:cloudfront/vpcOrigin:VpcOrigin": cdn.cloudfront("vpcorigin"),
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": alarms.mute_rule,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": alarms.composite_alarm,
    "aws:cloudwatch/dashboard:Dashboard": alarms.dashboard,
    "aws:cloudwatch/eventRule:EventRule": named("events:rule/{name}"),
    "aws:cloudwatch/logDelivery:LogDelivery": named("logs:delivery:{uuid}", id_is="uuid"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": named("logs:delivery-destination:{name}"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": named("logs:delivery-source:{name}"),
    "aws:cloudwatch/logGroup:LogGroup": named("logs:log-group:{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarms.metric_alarm,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2("sg", "security-group"),
    "aws:ec2/eip:Eip": adding(
        ec2("eipalloc", "elastic-ip"),
        lambda asked, answer: {
            "allocationId": answer.id,
            "publicIp": f"203.0.113.{int(asked.hex(2), 16) % 254 + 1}",
        },
    ),
    "aws:ec2/flowLog:FlowLog": ec2("fl", "vpc-flow-log"),
    "aws:ec2/internetGateway:InternetGateway": ec2("igw", "internet-gateway"),
    "aws:ec2/natGateway:NatGateway": adding(
        ec2("nat", "natgateway", ("networkInterfaceId", "eni")),
        lambda asked, _: {"publicIp": f"203.0.113.{int(asked.hex(2), 16) % 254 + 1}"},
    ),
    "aws:ec2/networkAcl:NetworkAcl": ec2("acl", "network-acl"),
    "aws:ec2/networkAclRule:NetworkAclRule": ec2("nacl", "network-acl-rule"),
    "aws:ec2/networkInterface:NetworkInterface": ec2("eni", "network-interface"),
    "aws:ec2/route:Route": ec2("r-rtb", "route"),
    "aws:ec2/routeTable:RouteTable": ec2("rtb", "route-table"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2("rtbassoc", "route-table-association"),
    "aws:ec2/securityGroup:SecurityGroup": adding(
        ec2("sg", "security-group"), lambda asked, _: {"name": asked.physical()}
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": ec2("sgrule", "security-group-rule"),
    "aws:ec2/subnet:Subnet": ec2("subnet", "subnet"),
    "aws:ec2/vpc:Vpc": ec2(
        "vpc",
        "vpc",
        ("defaultSecurityGroupId", "sg"),
        ("defaultRouteTableId", "rtb"),
        ("mainRouteTableId", "rtb"),
        ("defaultNetworkAclId", "acl"),
        ("dhcpOptionsId", "dopt"),
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", "vpc-endpoint", ("prefixListId", "pl")),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": adding(echo_id("repository"), lambda *_: {"registryId": ACCOUNT}),
    "aws:ecr/repository:Repository": service.repository,
    "aws:ecs/cluster:Cluster": named("ecs:cluster/{name}", id_is="arn"),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": echo_id("clusterName"),
    "aws:ecs/service:Service": service.ecs_service,
    "aws:ecs/taskDefinition:TaskDefinition": service.task_definition,
    "aws:elasticache/parameterGroup:ParameterGroup": named("elasticache:parametergroup:{name}"),
    "aws:elasticache/replicationGroup:ReplicationGroup": cache.replication_group,
    "aws:elasticache/subnetGroup:SubnetGroup": named("elasticache:subnetgroup:{name}"),
    "aws:elasticache/user:User": named("elasticache:user:{name}", key="userId"),
    "aws:elasticache/userGroup:UserGroup": named("elasticache:usergroup:{name}", key="userGroupId"),
    "aws:iam/instanceProfile:InstanceProfile": identity.iam("instance-profile", "AIPA"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": identity.oidc_provider,
    "aws:iam/policy:Policy": identity.iam("policy", "ANPA"),
    "aws:iam/role:Role": identity.iam("role", "AROA"),
    "aws:iam/rolePolicy:RolePolicy": adding(
        echo_id("role", suffix=":policy"), lambda asked, _: {"name": asked.physical()}
    ),
    "aws:efs/accessPoint:AccessPoint": storage.file_storage("fsap", "access-point"),
    "aws:efs/fileSystem:FileSystem": storage.file_storage("fs", "file-system"),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": echo_id("fileSystemId"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": echo_id("role", suffix="-attachment"),
    "aws:kms/alias:Alias": identity.kms_alias,
    "aws:guardduty/malwareProtectionPlan:MalwareProtectionPlan": storage.malware_plan,
    "aws:kms/key:Key": identity.kms_key,
    "aws:lambda/function:Function": adding(named("lambda:function:{name}"), service.function),
    "aws:lb/listener:Listener": load_balancer.listener("listener"),
    "aws:lb/listenerRule:ListenerRule": load_balancer.listener("listener-rule"),
    "aws:lb/loadBalancer:LoadBalancer": adding(
        named("elasticloadbalancing:loadbalancer/app/{name}/{hex}", id_is="arn", limit=32), load_balancer.load_balancer
    ),
    "aws:lb/targetGroup:TargetGroup": adding(
        named("elasticloadbalancing:targetgroup/{name}/{hex}", id_is="arn", limit=32), load_balancer.target_group
    ),
    "aws:rds/cluster:Cluster": database.db_cluster,
    "aws:rds/clusterInstance:ClusterInstance": database.cluster_instance,
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": named("rds:cluster-pg:{name}"),
    "aws:rds/instance:Instance": database.db_instance,
    "aws:rds/optionGroup:OptionGroup": named("rds:og:{name}"),
    "aws:rds/parameterGroup:ParameterGroup": named("rds:pg:{name}"),
    "aws:rds/proxy:Proxy": database.db_proxy,
    "aws:rds/proxyDefaultTargetGroup:ProxyDefaultTargetGroup": database.db_proxy_targets,
    "aws:rds/subnetGroup:SubnetGroup": named("rds:subgrp:{name}"),
    "aws:route53/healthCheck:HealthCheck": named("route53--:healthcheck/{uuid}", id_is="uuid"),
    "aws:route53/record:Record": cdn.record,
    "aws:s3/bucket:Bucket": storage.bucket,
    "aws:scheduler/scheduleGroup:ScheduleGroup": named("scheduler:schedule-group/{name}"),
    "aws:scheduler/schedule:Schedule": named("scheduler:schedule/default/{name}"),
    "aws:secretsmanager/secret:Secret": identity.secret,
    "aws:secretsmanager/secretPolicy:SecretPolicy": echo_id("secretArn"),
    "aws:secretsmanager/secretRotation:SecretRotation": echo_id("secretId"),
    "aws:secretsmanager/secretVersion:SecretVersion": identity.secret_version,
    "aws:servicediscovery/httpNamespace:HttpNamespace": named("servicediscovery:namespace/ns-{hex}"),
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": named("servicediscovery:namespace/ns-{hex}"),
    "aws:sns/topic:Topic": named("sns:{name}", id_is="arn"),
    "aws:sns/topicPolicy:TopicPolicy": echo_id("arn"),
    "aws:sns/topicSubscription:TopicSubscription": service.subscription,
    "aws:sqs/queue:Queue": service.queue,
    "aws:sqs/queuePolicy:QueuePolicy": echo_id("queueUrl"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": echo_id("queueUrl"),
    "aws:ssm/parameter:Parameter": named("ssm:parameter/{name}"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": adding(
        ec2("sgr", "security-group-rule"), lambda _, answer: {"securityGroupRuleId": answer.id}
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": adding(
        ec2("sgr", "security-group-rule"), lambda _, answer: {"securityGroupRuleId": answer.id}
    ),
    "aws:wafv2/webAcl:WebAcl": load_balancer.web_acl,
    "docker-build:index:Image": service.image,
    "random:index/randomId:RandomId": random_values.random_id,
    "random:index/randomInteger:RandomInteger": random_values.random_integer,
    "random:index/randomPassword:RandomPassword": random_values.random_password,
    "random:index/randomString:RandomString": random_values.random_string,
    "random:index/randomUuid:RandomUuid": random_values.random_uuid,
}


_S3_COMPANION = "aws:s3/bucket"


def answer(urn: str, type_: str, name: str, inputs: Mapping[str, object], region: str) -> Answer:
    """Answer for one resource the way its provider does after creating it.

    Args:
        urn: its URN, which the stand-ins are derived from.
        type_: its type token.
        name: its logical name.
        inputs: its inputs, all known.
        region: the AWS region it is in.
    """
    asked = AskedResource(urn, type_, name, inputs, region)
    if maker := _MAKERS.get(type_):
        return maker(asked)
    if type_.startswith("pulumi:providers:"):
        return Answer(asked.uuid())
    if type_.startswith(_S3_COMPANION):
        return echo_id("bucket")(asked)
    if type_.startswith("aws:"):
        _, module, kind = type_.split(":")
        return named(f"{module.partition('/')[0]}:{kind[:1].lower()}{kind[1:]}/{{name}}")(asked)
    return Answer(f"{name}-{asked.hex(7)}")
