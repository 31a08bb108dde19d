"""Inputs in the form that AWS's calls have, where more than names differs from Pulumi's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from crosscheck.shapes import listed

Inputs = Mapping[str, Any]
Given = Callable[[Inputs], Inputs]

_SUFFIX: Final = "0" * 26
"""As long as what the provider makes a name of a prefix with."""
_BALANCER_NAME: Final = 32


def without(values: Inputs, *names: str) -> dict[str, Any]:
    """Return the inputs but some."""
    return {key: value for key, value in values.items() if key not in names}


def _added(**more: Any) -> Given:  # noqa: ANN401 - any plain value
    """Return what adds what the provider, or Pulumi, makes up."""
    return lambda values: {**more, **values}


def _within(member: str, *outside: str, **more: Any) -> Given:  # noqa: ANN401 - any plain value
    """Return what puts the inputs but some into a member of the call."""

    def given(values: Inputs) -> Inputs:
        inside = without(values, *outside, "region", "tags")
        return {**more, member: inside, **{key: values[key] for key in outside if key in values}}

    return given


def whole_name(name: str) -> Given:
    """Return what makes a name of a prefix."""
    prefix = f"{name}Prefix"

    def given(values: Inputs) -> Inputs:
        made = {name: f"{values[prefix]}{_SUFFIX}"} if values.get(prefix) else {}
        return {**without(values, prefix), **made}

    return given


def _balancer_name(values: Inputs) -> str:
    return str(values.get("name") or f"{values['namePrefix']}{_SUFFIX}"[:_BALANCER_NAME])


def _attributes(names: Mapping[str, str], values: Inputs) -> list[dict[str, str]]:
    texts = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in values.items()}
    return [{"Key": name, "Value": texts[key]} for key, name in names.items() if values.get(key) is not None]


_GROUP_ATTRIBUTES: Final = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "slowStart": "slow_start.duration_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
}
_BALANCER_ATTRIBUTES: Final = {
    "idleTimeout": "idle_timeout.timeout_seconds",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
}


def _load_balancer(values: Inputs) -> Inputs:
    return {
        **without(values, *_BALANCER_ATTRIBUTES, "accessLogs", "internal", "namePrefix"),
        "name": _balancer_name(values),
        "scheme": "internal" if values.get("internal") else "internet-facing",
    }


def _load_balancer_attributes(values: Inputs) -> Inputs:
    return {"LoadBalancerArn": "arn:x", "Attributes": _attributes(_BALANCER_ATTRIBUTES, values)}


def _target_group(values: Inputs) -> Inputs:
    check = {f"healthCheck{key[0].upper()}{key[1:]}": value for key, value in (values.get("healthCheck") or {}).items()}
    if check.get("healthCheckMatcher"):
        check["healthCheckMatcher"] = {"httpCode": check["healthCheckMatcher"]}
    rest = without(values, *_GROUP_ATTRIBUTES, "healthCheck", "namePrefix", "stickiness")
    return {**rest, "name": _balancer_name(values), **check}


def _target_group_attributes(values: Inputs) -> Inputs:
    sticky = _attributes({"type": "stickiness.type"}, values.get("stickiness") or {})
    return {"TargetGroupArn": "arn:x", "Attributes": [*_attributes(_GROUP_ATTRIBUTES, values), *sticky]}


def _listener(values: Inputs) -> Inputs:
    if not values.get("certificateArn"):
        return values
    return {**values, "certificateArn": [{"certificateArn": values["certificateArn"]}]}


_FIELDS: Final = {
    "pathPattern": "path-pattern",
    "hostHeader": "host-header",
    "httpHeader": "http-header",
    "httpRequestMethod": "http-request-method",
    "sourceIp": "source-ip",
    "queryStrings": "query-string",
}


def _listener_rule(values: Inputs) -> Inputs:
    """A condition says what it is about in a field of its own, and a target group that gets a share has its ARN in one of another name."""
    conditions = []
    for condition in values["conditions"]:
        ((key, content),) = condition.items()
        inside = content if isinstance(content, Mapping) else {"values": content}
        conditions.append({"field": _FIELDS[key], f"{key.removesuffix('s')}Config": inside})
    actions = [
        {
            **action,
            "forward": {**action["forward"], "targetGroups": list(map(_shared, action["forward"]["targetGroups"]))},
        }
        if action.get("forward")
        else action
        for action in values["actions"]
    ]
    return {**values, "actions": actions, "conditions": conditions}


def _shared(group: Inputs) -> Inputs:
    return {"targetGroupArn": group["arn"], **without(group, "arn")}


def _group_rule(values: Inputs) -> Inputs:
    said = {"Description": values["description"]} if values.get("description") else {}
    names = {"ipProtocol": "IpProtocol", "fromPort": "FromPort", "toPort": "ToPort"}
    permission: dict[str, Any] = {name: values[key] for key, name in names.items() if values.get(key) is not None}
    for key, ranges, name in (
        ("cidrIpv4", "IpRanges", "CidrIp"),
        ("cidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        ("prefixListId", "PrefixListIds", "PrefixListId"),
        ("referencedSecurityGroupId", "UserIdGroupPairs", "GroupId"),
    ):
        if values.get(key):
            permission[ranges] = [{name: values[key], **said}]
    return {"GroupId": values["securityGroupId"], "IpPermissions": [permission]}


def _network_acl_entry(values: Inputs) -> Inputs:
    ports, messages = ("fromPort", "toPort"), ("icmpType", "icmpCode")
    rest = without(values, *ports, *messages)
    if values.get("fromPort") is not None:
        rest["portRange"] = {"from": values["fromPort"], "to": values["toPort"]}
    if values.get("icmpType") is not None:
        rest["icmpTypeCode"] = {"type": values["icmpType"], "code": values["icmpCode"]}
    return rest


def _flow_log(values: Inputs) -> Inputs:
    return {**without(values, "vpcId"), "resourceIds": [values["vpcId"]], "resourceType": "VPC"}


def record(values: Inputs) -> Inputs:
    """Return a record's change."""
    made: dict[str, Any] = {"Name": values["name"], "Type": values["type"]}
    if aliases := values.get("aliases"):
        (alias,) = aliases
        names = {"zoneId": "HostedZoneId", "name": "DNSName", "evaluateTargetHealth": "EvaluateTargetHealth"}
        made["AliasTarget"] = {name: alias[key] for key, name in names.items()}
    else:
        made |= {"TTL": values["ttl"], "ResourceRecords": [{"Value": text} for text in values["records"]]}
    return {
        "HostedZoneId": values["zoneId"],
        "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": made}]},
    }


def distribution(values: Inputs) -> Inputs:
    """Return a distribution's configuration: methods, and which of them are cached within, stand in lists that are counted."""
    behaviours = []
    for behaviour in (values["defaultCacheBehavior"], *(values.get("orderedCacheBehaviors") or ())):
        allowed, cached = (
            {"Quantity": len(b), "Items": list(b)} for b in (behaviour["allowedMethods"], behaviour["cachedMethods"])
        )
        methods = {**allowed, "CachedMethods": cached}
        behaviours.append({**without(behaviour, "cachedMethods"), "allowedMethods": methods})
    geo = values["restrictions"]["geoRestriction"]
    places = list(geo.get("locations") or ())
    restriction = {"RestrictionType": geo["restrictionType"], "Quantity": len(places)}
    config = {
        **without(values, "orderedCacheBehaviors"),
        "origins": [{**without(origin, "originId"), "Id": origin["originId"]} for origin in values["origins"]],
        "defaultCacheBehavior": behaviours[0],
        "cacheBehaviors": behaviours[1:],
        "restrictions": {"GeoRestriction": {**restriction, **({"Items": places} if places else {})}},
        "callerReference": "1",
    }
    return {"DistributionConfig": config}


def _budget(values: Inputs) -> Inputs:
    limit = {"Amount": values["limitAmount"], "Unit": values["limitUnit"]}
    kinds = {"subscriberEmailAddresses": "EMAIL", "subscriberSnsTopicArns": "SNS"}
    notifications = [
        {
            "Notification": without(notification, *kinds),
            "Subscribers": [
                {"SubscriptionType": kind, "Address": address}
                for key, kind in kinds.items()
                for address in notification.get(key) or ()
            ],
        }
        for notification in values.get("notifications") or ()
    ]
    return {
        "AccountId": "123456789012",
        "Budget": {**without(values, "limitAmount", "limitUnit", "notifications", "tags"), "BudgetLimit": limit},
        "NotificationsWithSubscribers": notifications,
    }


def _service(values: Inputs) -> Inputs:
    """What a deployment does stands together; of the network only the public address is said otherwise."""
    names = {
        "deploymentCircuitBreaker": "deploymentCircuitBreaker",
        "alarms": "alarms",
        "deploymentMaximumPercent": "maximumPercent",
        "deploymentMinimumHealthyPercent": "minimumHealthyPercent",
    }
    deployment = {name: values[key] for key, name in names.items() if values.get(key) is not None}
    deployment |= values.get("deploymentConfiguration") or {}
    network = values["networkConfiguration"]
    public = {"assignPublicIp": "ENABLED" if network.get("assignPublicIp") else "DISABLED"}
    return {
        **without(values, *names),
        "deploymentConfiguration": deployment,
        "networkConfiguration": {"awsvpcConfiguration": {**network, **public}},
    }


def _alarm(values: Inputs) -> Inputs:
    queries = []
    for query in values.get("metricQueries") or ():
        metric = query.get("metric")
        if metric:
            statistic = {key: metric[key] for key in ("period", "stat", "unit") if metric.get(key)}
            query = {**without(query, "metric"), "metricStat": {"metric": without(metric, *statistic), **statistic}}  # noqa: PLW2901 - the same in another form
        queries.append(query)
    return {**values, **({"metricQueries": queries} if queries else {})}


def _log_delivery(values: Inputs) -> Inputs:
    deliveries = []
    for delivery in values.get("logDeliveryConfigurations") or ():
        kind = {"cloudwatch-logs": "CloudWatchLogsDetails", "kinesis-firehose": "KinesisFirehoseDetails"}[
            delivery["destinationType"]
        ]
        key = {"CloudWatchLogsDetails": "LogGroup", "KinesisFirehoseDetails": "DeliveryStream"}[kind]
        details = {kind: {key: delivery["destination"]}}
        deliveries.append({**without(delivery, "destination"), "destinationDetails": details})
    made = {**values, "replicationGroupDescription": values["description"]}
    return {**made, **({"logDeliveryConfigurations": deliveries} if deliveries else {})}


def _topic(values: Inputs) -> Inputs:
    attributes = {"DisplayName": values.get("displayName"), "KmsMasterKeyId": values.get("kmsMasterKeyId")}
    said = {key: str(value) for key, value in attributes.items() if value is not None}
    return {"name": values.get("name") or f"{values['namePrefix']}{_SUFFIX}", "attributes": said}


def _topic_policy(values: Inputs) -> Inputs:
    return {"topicArn": values["arn"], "attributeName": "Policy", "attributeValue": values["policy"]}


def _event_target(values: Inputs) -> Inputs:
    return {"rule": values["rule"], "targets": [{"id": "x", **without(values, "rule", "region")}]}


def _concurrency(values: Inputs) -> Inputs:
    # -1, the provider's word for none, is no call.
    return {
        "name": values["name"],
        "reservedConcurrentExecutions": max(values.get("reservedConcurrentExecutions") or 0, 0),
    }


def _health_check_tags(values: Inputs) -> Inputs:
    return {"resourceType": "healthcheck", "resourceId": "x", "addTags": values.get("tags") or {"x": "y"}}


_QUEUE_ATTRIBUTES: Final = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _queue(values: Inputs) -> Inputs:
    """A queue's attributes are texts, under names of their own."""
    attributes = {item["Key"]: item["Value"] for item in _attributes(_QUEUE_ATTRIBUTES, values)}
    return {**without(values, *_QUEUE_ATTRIBUTES), "attributes": attributes}


def _file_system_lifecycle(values: Inputs) -> Inputs:
    return {"fileSystemId": "fs-12345678", "lifecyclePolicies": values.get("lifecyclePolicies") or []}


FORMS: Final[Mapping[str, Given]] = {
    "application-autoscaling:PutScalingPolicy": _added(policyName="x"),
    "application-autoscaling:PutScheduledAction": _added(scheduledActionName="x"),
    "backup:CreateBackupPlan": _within("backupPlan"),
    "backup:CreateBackupSelection": _within("backupSelection", "planId"),
    "budgets:CreateBudget": _budget,
    "cloudfront:CreateDistribution": distribution,
    "cloudfront:CreateOriginAccessControl": lambda values: {"OriginAccessControlConfig": {"name": "x", **values}},
    "cloudfront:CreateResponseHeadersPolicy": lambda values: {"ResponseHeadersPolicyConfig": {"name": "x", **values}},
    "cloudwatch:PutMetricAlarm": _alarm,
    "ec2:AttachInternetGateway": _added(internetGatewayId="x"),
    "ec2:AuthorizeSecurityGroupEgress": _group_rule,
    "ec2:AuthorizeSecurityGroupIngress": _group_rule,
    "ec2:CreateFlowLogs": _flow_log,
    "ec2:CreateNetworkAclEntry": _network_acl_entry,
    "ec2:CreateSecurityGroup": whole_name("name"),
    "ec2:ReplaceNetworkAclAssociation": _added(associationId="x"),
    "ecs:CreateService": _service,
    "efs:CreateAccessPoint": _added(clientToken="x"),
    "efs:CreateFileSystem": _added(creationToken="x"),
    "efs:PutLifecycleConfiguration": _file_system_lifecycle,
    "elasticache:CreateReplicationGroup": _log_delivery,
    "elasticache:ModifyCacheParameterGroup": _added(parameters=[]),
    "elbv2:AddListenerCertificates": _listener,
    "elbv2:CreateListener": _listener,
    "elbv2:CreateLoadBalancer": _load_balancer,
    "elbv2:CreateRule": _listener_rule,
    "elbv2:CreateTargetGroup": _target_group,
    "elbv2:ModifyLoadBalancerAttributes": _load_balancer_attributes,
    "elbv2:ModifyTargetGroupAttributes": _target_group_attributes,
    "events:PutTargets": _event_target,
    "iam:CreateRole": _added(name="x"),
    "iam:PutRolePolicy": _added(name="x"),
    "lambda:AddPermission": _added(statementId="x"),
    "lambda:CreateFunction": lambda values: {**values, "code": {"zipFile": b"x"}},
    "lambda:PutFunctionConcurrency": _concurrency,
    "logs:CreateLogGroup": whole_name("name"),
    "logs:PutRetentionPolicy": whole_name("name"),
    "rds:CreateDBClusterParameterGroup": whole_name("name"),
    "rds:CreateDBInstance": _added(engine="that of the source"),
    "rds:CreateDBParameterGroup": whole_name("name"),
    "rds:CreateDBSubnetGroup": whole_name("name"),
    "rds:ModifyDBClusterParameterGroup": lambda values: {"parameters": [], **whole_name("name")(values)},
    "rds:ModifyDBParameterGroup": lambda values: {"parameters": [], **whole_name("name")(values)},
    "rds:ModifyDBProxyTargetGroup": _added(targetGroupName="default"),
    "rds:RegisterDBProxyTargets": lambda values: {
        key: listed(value) if key in ("dbInstanceIdentifier", "dbClusterIdentifier") else value
        for key, value in values.items()
    },
    "route53:ChangeResourceRecordSets": record,
    "route53:ChangeTagsForResource": _health_check_tags,
    "route53:CreateHealthCheck": _within("healthCheckConfig", callerReference="1"),
    "s3:CreateBucket": whole_name("bucket"),
    "s3:PutBucketCors": lambda v: {"bucket": v["bucket"], "CORSConfiguration": {"CORSRules": v["corsRules"]}},
    "s3:PutBucketEncryption": _within("serverSideEncryptionConfiguration", "bucket"),
    "s3:PutBucketLifecycleConfiguration": _within("lifecycleConfiguration", "bucket"),
    "s3:PutBucketOwnershipControls": lambda v: {
        "bucket": v["bucket"],
        "ownershipControls": {"rules": listed(v["rule"])},
    },
    "s3:PutBucketReplication": _within("replicationConfiguration", "bucket"),
    "s3:PutPublicAccessBlock": _within("publicAccessBlockConfiguration", "bucket"),
    "scheduler:CreateSchedule": _added(name="x"),
    "secretsmanager:CreateSecret": whole_name("name"),
    "sns:CreateTopic": _topic,
    "sns:SetTopicAttributes": _topic_policy,
    "sqs:CreateQueue": _queue,
    "sqs:SetQueueAttributes": _queue,
    "wafv2:CreateWebACL": whole_name("name"),
    "wafv2:PutLoggingConfiguration": _within("loggingConfiguration"),
}
"""By call. Names are in `calls.json`."""
