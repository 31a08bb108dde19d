"""Which calls the parts of a stack are made, read and removed with, and how the resources they are about are told apart.

What an action is about, and what its conditions may ask, is not said here: `policy.common.iam_actions` has it from AWS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from components._permissions.scope import Part

READS: Final[Mapping[Part, str]] = {
    "network": "ec2:DescribeAddresses ec2:DescribeAddressesAttribute ec2:DescribeAvailabilityZones ec2:DescribeFlowLogs"
    " ec2:DescribeInternetGateways ec2:DescribeManagedPrefixLists ec2:DescribeNatGateways ec2:DescribeNetworkAcls"
    " ec2:DescribeNetworkInterfaces ec2:DescribePrefixLists ec2:DescribeRouteTables ec2:DescribeSecurityGroupRules"
    " ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeTags ec2:DescribeVpcAttribute ec2:DescribeVpcEndpointServices"
    " ec2:DescribeVpcEndpoints ec2:DescribeVpcs",
    "load-balancer": "elasticloadbalancing:DescribeCapacityReservation elasticloadbalancing:DescribeListenerAttributes"
    " elasticloadbalancing:DescribeListenerCertificates elasticloadbalancing:DescribeListeners"
    " elasticloadbalancing:DescribeLoadBalancerAttributes elasticloadbalancing:DescribeLoadBalancers"
    " elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTags elasticloadbalancing:DescribeTargetGroupAttributes"
    " elasticloadbalancing:DescribeTargetGroups elasticloadbalancing:DescribeTargetHealth",
    "certificate": "acm:DescribeCertificate acm:ListTagsForCertificate",
    "dns": "route53:GetChange route53:GetHealthCheck route53:GetHostedZone route53:ListHostedZones"
    " route53:ListHostedZonesByName route53:ListResourceRecordSets route53:ListTagsForResource",
    "cdn": "cloudfront:GetCachePolicy cloudfront:GetDistribution cloudfront:GetDistributionConfig cloudfront:GetOriginAccessControl"
    " cloudfront:GetOriginRequestPolicy cloudfront:GetResponseHeadersPolicy cloudfront:ListCachePolicies"
    " cloudfront:ListOriginRequestPolicies cloudfront:ListTagsForResource logs:DescribeDeliveries"
    " logs:GetDelivery logs:GetDeliveryDestination logs:GetDeliveryDestinationPolicy logs:GetDeliverySource",
    "vpc-origin": "cloudfront:GetVpcOrigin ec2:DescribeInstances ec2:DescribeInternetGateways ec2:DescribeSubnets ec2:DescribeVpcs",
    # `GetWebACLForResource` of the balancer goes with that of the firewall.
    "waf": "elasticloadbalancing:GetLoadBalancerWebACL wafv2:GetLoggingConfiguration wafv2:GetWebACL wafv2:GetWebACLForResource"
    " wafv2:ListTagsForResource",
    "ecs": "application-autoscaling:DescribeScalableTargets application-autoscaling:DescribeScalingPolicies"
    " application-autoscaling:DescribeScheduledActions application-autoscaling:ListTagsForResource cloudwatch:DescribeAlarms"
    " ecs:DescribeClusters ecs:DescribeServiceDeployments ecs:DescribeServiceRevisions ecs:DescribeServices"
    " ecs:DescribeTaskDefinition ecs:DescribeTasks ecs:ListServiceDeployments ecs:ListTagsForResource ecs:ListTasks",
    "ecr": "ecr:DescribeImageScanFindings ecr:DescribeImages ecr:DescribeRepositories ecr:GetAuthorizationToken ecr:GetLifecyclePolicy"
    " ecr:GetRepositoryPolicy ecr:ListTagsForResource",
    "database": "rds:DescribeDBEngineVersions rds:DescribeDBInstances rds:DescribeDBParameterGroups rds:DescribeDBParameters"
    " rds:DescribeDBSnapshots rds:DescribeDBSubnetGroups rds:DescribePendingMaintenanceActions"
    " rds:ListTagsForResource secretsmanager:DescribeSecret",
    "database-cluster": "rds:DescribeDBClusterParameterGroups rds:DescribeDBClusterParameters rds:DescribeDBClusters"
    " rds:DescribeDBClusterSnapshots",
    "database-proxy": "rds:DescribeDBProxies rds:DescribeDBProxyTargetGroups rds:DescribeDBProxyTargets"
    " rds:ListTagsForResource",
    "cache": "elasticache:DescribeCacheClusters elasticache:DescribeCacheParameterGroups elasticache:DescribeCacheParameters"
    " elasticache:DescribeCacheSubnetGroups elasticache:DescribeReplicationGroups elasticache:DescribeSnapshots"
    " elasticache:ListTagsForResource",
    "cache-users": "elasticache:DescribeUserGroups elasticache:DescribeUsers",
    "bucket": "s3:GetAccelerateConfiguration s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLocation s3:GetBucketLogging"
    " s3:GetBucketNotification s3:GetBucketObjectLockConfiguration s3:GetBucketOwnershipControls s3:GetBucketPolicy"
    " s3:GetBucketPolicyStatus s3:GetBucketPublicAccessBlock s3:GetBucketRequestPayment s3:GetBucketTagging"
    " s3:GetBucketVersioning s3:GetBucketWebsite s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration"
    " s3:GetReplicationConfiguration s3:ListBucket s3:ListTagsForResource",
    "malware-scan": "guardduty:GetMalwareProtectionPlan guardduty:ListTagsForResource",
    "volume": "elasticfilesystem:DescribeAccessPoints elasticfilesystem:DescribeFileSystemPolicy elasticfilesystem:DescribeFileSystems"
    " elasticfilesystem:DescribeLifecycleConfiguration elasticfilesystem:DescribeMountTargetSecurityGroups"
    " elasticfilesystem:DescribeMountTargets elasticfilesystem:ListTagsForResource",
    "key": "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListAliases kms:ListKeyPolicies kms:ListResourceTags",
    "secret": "secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy secretsmanager:ListSecretVersionIds",
    "log": "logs:DescribeLogGroups logs:DescribeMetricFilters logs:DescribeResourcePolicies logs:ListTagsForResource"
    " logs:ListTagsLogGroup",
    "alarm": "cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource",
    "mute": "cloudwatch:GetAlarmMuteRule",
    "dashboard": "cloudwatch:GetDashboard",
    "topic": "sns:GetSubscriptionAttributes sns:GetTopicAttributes sns:ListSubscriptionsByTopic sns:ListTagsForResource",
    "event": "events:DescribeRule events:ListTagsForResource events:ListTargetsByRule",
    "schedule": "scheduler:GetSchedule scheduler:GetScheduleGroup scheduler:ListTagsForResource",
    "function": "lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:GetFunctionConcurrency"
    " lambda:GetFunctionConfiguration lambda:GetFunctionRecursionConfig lambda:GetPolicy lambda:GetRuntimeManagementConfig"
    " lambda:ListTags lambda:ListVersionsByFunction",
    "backup": "backup:DescribeBackupVault backup:GetBackupPlan backup:GetBackupSelection backup:ListRecoveryPointsByBackupVault"
    " backup:ListTags",
    # A budget is shown only to who may see the billing view it is made from.
    "budget": "billing:GetBillingViewData budgets:ListTagsForResource budgets:ViewBudget",
    "slack": "chatbot:DescribeSlackChannelConfigurations chatbot:ListTagsForResource",
    "namespace": "servicediscovery:GetNamespace servicediscovery:GetOperation servicediscovery:ListTagsForResource",
    "queue": "sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ListQueueTags",
}
"""What reading a part takes. Never what it holds: objects, secrets' values, logs."""

IMAGES: Final = (
    "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImageScanFindings",
    "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
    "ecr:UploadLayerPart",
)  # fmt: skip
"""What bringing images into a repository takes that another stack looks after."""

ALL_OR_NOTHING: Final = ("ecs:DescribeTaskDefinition",)
"""What would show pull requests the environments of every task of the account, as AWS grants it for all or for none."""

WRITES: Final[Mapping[Part, str]] = {
    "network": "ec2:AllocateAddress ec2:AssociateRouteTable ec2:AttachInternetGateway ec2:AuthorizeSecurityGroupEgress"
    " ec2:AuthorizeSecurityGroupIngress ec2:CreateFlowLogs ec2:CreateInternetGateway ec2:CreateNatGateway ec2:CreateNetworkAcl"
    " ec2:CreateNetworkAclEntry ec2:CreateRoute ec2:CreateRouteTable ec2:CreateSecurityGroup ec2:CreateSubnet ec2:CreateTags"
    " ec2:CreateVpc ec2:CreateVpcEndpoint ec2:DeleteFlowLogs ec2:DeleteInternetGateway ec2:DeleteNatGateway"
    " ec2:DeleteNetworkAcl ec2:DeleteNetworkAclEntry ec2:DeleteRoute ec2:DeleteRouteTable ec2:DeleteSecurityGroup ec2:DeleteSubnet"
    " ec2:DeleteTags ec2:DeleteVpc ec2:DeleteVpcEndpoints ec2:DetachInternetGateway ec2:DisassociateAddress"
    " ec2:DisassociateRouteTable ec2:ModifySecurityGroupRules ec2:ModifySubnetAttribute ec2:ModifyVpcAttribute"
    " ec2:ModifyVpcEndpoint ec2:ReleaseAddress ec2:ReplaceNetworkAclAssociation ec2:ReplaceNetworkAclEntry ec2:ReplaceRoute"
    " ec2:ReplaceRouteTableAssociation ec2:RevokeSecurityGroupEgress ec2:RevokeSecurityGroupIngress"
    " ec2:UpdateSecurityGroupRuleDescriptionsEgress ec2:UpdateSecurityGroupRuleDescriptionsIngress"
    " logs:CreateLogDelivery logs:DeleteLogDelivery",
    "load-balancer": "elasticloadbalancing:AddListenerCertificates elasticloadbalancing:AddTags"
    " elasticloadbalancing:CreateListener elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:CreateRule"
    " elasticloadbalancing:CreateTargetGroup elasticloadbalancing:DeleteListener elasticloadbalancing:DeleteLoadBalancer"
    " elasticloadbalancing:DeleteRule elasticloadbalancing:DeleteTargetGroup elasticloadbalancing:ModifyListener"
    " elasticloadbalancing:ModifyListenerAttributes elasticloadbalancing:ModifyLoadBalancerAttributes"
    " elasticloadbalancing:ModifyRule elasticloadbalancing:ModifyTargetGroup elasticloadbalancing:ModifyTargetGroupAttributes"
    " elasticloadbalancing:RemoveListenerCertificates elasticloadbalancing:RemoveTags elasticloadbalancing:SetIpAddressType"
    " elasticloadbalancing:SetRulePriorities elasticloadbalancing:SetSecurityGroups elasticloadbalancing:SetSubnets",
    "certificate": "acm:AddTagsToCertificate acm:DeleteCertificate acm:RemoveTagsFromCertificate acm:RequestCertificate"
    " acm:UpdateCertificateOptions",
    "dns": "route53:ChangeTagsForResource route53:CreateHealthCheck route53:DeleteHealthCheck route53:UpdateHealthCheck",
    "cdn": "cloudfront:AllowVendedLogDeliveryForResource cloudfront:CreateDistribution cloudfront:CreateOriginAccessControl"
    " cloudfront:CreateResponseHeadersPolicy cloudfront:DeleteDistribution cloudfront:DeleteOriginAccessControl"
    " cloudfront:DeleteResponseHeadersPolicy cloudfront:TagResource cloudfront:UntagResource cloudfront:UpdateDistribution"
    " cloudfront:UpdateOriginAccessControl cloudfront:UpdateResponseHeadersPolicy logs:CreateDelivery logs:DeleteDelivery"
    " logs:DeleteDeliveryDestination logs:DeleteDeliverySource logs:PutDeliveryDestination logs:PutDeliverySource"
    " logs:TagResource logs:UntagResource logs:UpdateDeliveryConfiguration",
    "vpc-origin": "cloudfront:CreateVpcOrigin cloudfront:DeleteVpcOrigin cloudfront:UpdateVpcOrigin",
    "waf": "elasticloadbalancing:CreateWebACLAssociation elasticloadbalancing:DeleteWebACLAssociation"
    " elasticloadbalancing:SetWebAcl logs:CreateLogDelivery logs:DeleteLogDelivery logs:PutResourcePolicy wafv2:AssociateWebACL"
    " wafv2:CreateWebACL wafv2:DeleteLoggingConfiguration wafv2:DeleteWebACL wafv2:DisassociateWebACL"
    " wafv2:PutLoggingConfiguration wafv2:TagResource wafv2:UntagResource wafv2:UpdateWebACL",
    "ecs": "application-autoscaling:DeleteScalingPolicy application-autoscaling:DeleteScheduledAction"
    " application-autoscaling:DeregisterScalableTarget application-autoscaling:PutScalingPolicy"
    " application-autoscaling:PutScheduledAction application-autoscaling:RegisterScalableTarget"
    " application-autoscaling:TagResource application-autoscaling:UntagResource cloudwatch:DeleteAlarms"
    " cloudwatch:PutMetricAlarm ecs:CreateCluster ecs:CreateService"
    " ecs:DeleteCluster ecs:DeleteService ecs:DeregisterTaskDefinition ecs:PutClusterCapacityProviders ecs:RegisterTaskDefinition"
    " ecs:RunTask ecs:StopTask ecs:TagResource ecs:UntagResource ecs:UpdateCluster ecs:UpdateClusterSettings ecs:UpdateService",
    "ecr": "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:CompleteLayerUpload ecr:CreateRepository"
    " ecr:DeleteLifecyclePolicy ecr:DeleteRepository ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload ecr:PutImage"
    " ecr:PutImageScanningConfiguration ecr:PutImageTagMutability ecr:PutLifecyclePolicy ecr:TagResource ecr:UntagResource"
    " ecr:UploadLayerPart",
    "database": "rds:AddTagsToResource rds:CreateDBInstance rds:CreateDBInstanceReadReplica rds:CreateDBParameterGroup"
    " rds:CreateDBSnapshot rds:CreateDBSubnetGroup rds:DeleteDBInstance rds:DeleteDBParameterGroup rds:DeleteDBSubnetGroup"
    " rds:ModifyDBInstance rds:ModifyDBParameterGroup rds:ModifyDBSubnetGroup rds:RebootDBInstance rds:RemoveTagsFromResource"
    " rds:ResetDBParameterGroup rds:StartDBInstance rds:StopDBInstance",
    "database-cluster": "rds:CreateDBCluster rds:CreateDBClusterParameterGroup rds:CreateDBClusterSnapshot rds:DeleteDBCluster"
    " rds:DeleteDBClusterParameterGroup rds:FailoverDBCluster rds:ModifyDBCluster rds:ModifyDBClusterParameterGroup"
    " rds:ResetDBClusterParameterGroup rds:StartDBCluster rds:StopDBCluster",
    "database-proxy": "rds:AddTagsToResource rds:CreateDBProxy rds:DeleteDBProxy rds:DeregisterDBProxyTargets"
    " rds:ModifyDBProxy rds:ModifyDBProxyTargetGroup rds:RegisterDBProxyTargets rds:RemoveTagsFromResource",
    "cache": "elasticache:AddTagsToResource elasticache:CreateCacheParameterGroup elasticache:CreateCacheSubnetGroup"
    " elasticache:CreateReplicationGroup elasticache:CreateSnapshot elasticache:DecreaseReplicaCount"
    " elasticache:DeleteCacheParameterGroup elasticache:DeleteCacheSubnetGroup elasticache:DeleteReplicationGroup"
    " elasticache:IncreaseReplicaCount elasticache:ModifyCacheParameterGroup elasticache:ModifyCacheSubnetGroup"
    " elasticache:ModifyReplicationGroup elasticache:ModifyReplicationGroupShardConfiguration"
    " elasticache:RemoveTagsFromResource elasticache:ResetCacheParameterGroup",
    "cache-users": "elasticache:CreateUser elasticache:CreateUserGroup elasticache:DeleteUser elasticache:DeleteUserGroup"
    " elasticache:ModifyUser elasticache:ModifyUserGroup",
    "bucket": "s3:CreateBucket s3:DeleteBucket s3:DeleteBucketPolicy s3:PutBucketAcl s3:PutBucketCORS s3:PutBucketLogging"
    " s3:PutBucketNotification s3:PutBucketOwnershipControls s3:PutBucketPolicy s3:PutBucketPublicAccessBlock"
    " s3:PutBucketTagging s3:PutBucketVersioning s3:PutEncryptionConfiguration s3:PutLifecycleConfiguration"
    " s3:PutReplicationConfiguration s3:TagResource s3:UntagResource",
    "key": "kms:CancelKeyDeletion kms:CreateAlias kms:CreateGrant kms:CreateKey kms:Decrypt kms:DeleteAlias kms:DisableKey"
    " kms:EnableKey kms:EnableKeyRotation kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:PutKeyPolicy"
    " kms:RetireGrant kms:RevokeGrant kms:ScheduleKeyDeletion kms:TagResource kms:UntagResource kms:UpdateAlias"
    " kms:UpdateKeyDescription",
    "secret": "secretsmanager:CreateSecret secretsmanager:DeleteSecret secretsmanager:RestoreSecret secretsmanager:TagResource"
    " secretsmanager:UntagResource secretsmanager:UpdateSecret",
    "log": "logs:AssociateKmsKey logs:CreateLogGroup logs:DeleteLogGroup logs:DeleteMetricFilter logs:DeleteRetentionPolicy"
    " logs:DisassociateKmsKey logs:FilterLogEvents logs:GetLogEvents logs:PutMetricFilter logs:PutRetentionPolicy"
    " logs:TagResource logs:UntagResource",
    "alarm": "cloudwatch:DeleteAlarms cloudwatch:PutMetricAlarm cloudwatch:TagResource cloudwatch:UntagResource",
    "mute": "cloudwatch:DeleteAlarmMuteRule cloudwatch:PutAlarmMuteRule",
    "dashboard": "cloudwatch:DeleteDashboards cloudwatch:PutDashboard",
    "topic": "sns:CreateTopic sns:DeleteTopic sns:SetSubscriptionAttributes sns:SetTopicAttributes sns:Subscribe"
    " sns:TagResource sns:Unsubscribe sns:UntagResource",
    "event": "events:DeleteRule events:DisableRule events:EnableRule events:PutRule events:PutTargets events:RemoveTargets"
    " events:TagResource events:UntagResource",
    "schedule": "scheduler:CreateSchedule scheduler:CreateScheduleGroup scheduler:DeleteSchedule scheduler:DeleteScheduleGroup"
    " scheduler:TagResource scheduler:UntagResource scheduler:UpdateSchedule",
    "function": "lambda:AddPermission lambda:CreateFunction lambda:DeleteFunction lambda:DeleteFunctionConcurrency"
    " lambda:InvokeFunction lambda:PutFunctionConcurrency lambda:RemovePermission"
    " lambda:TagResource lambda:UntagResource lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration",
    "backup": "backup:CreateBackupPlan backup:CreateBackupSelection backup:CreateBackupVault backup:DeleteBackupPlan"
    " backup:DeleteBackupSelection backup:DeleteBackupVault backup:TagResource backup:UntagResource backup:UpdateBackupPlan"
    " backup-storage:MountCapsule",
    "budget": "budgets:ModifyBudget budgets:TagResource budgets:UntagResource",
    "malware-scan": "guardduty:CreateMalwareProtectionPlan guardduty:DeleteMalwareProtectionPlan guardduty:TagResource"
    " guardduty:UntagResource guardduty:UpdateMalwareProtectionPlan",
    "volume": "elasticfilesystem:CreateAccessPoint elasticfilesystem:CreateFileSystem elasticfilesystem:CreateMountTarget"
    " elasticfilesystem:DeleteAccessPoint elasticfilesystem:DeleteFileSystem elasticfilesystem:DeleteFileSystemPolicy"
    " elasticfilesystem:DeleteMountTarget elasticfilesystem:ModifyMountTargetSecurityGroups elasticfilesystem:PutFileSystemPolicy"
    " elasticfilesystem:PutLifecycleConfiguration elasticfilesystem:TagResource elasticfilesystem:UntagResource"
    " elasticfilesystem:UpdateFileSystem ec2:CreateNetworkInterface",
    "namespace": "servicediscovery:CreateHttpNamespace servicediscovery:DeleteNamespace servicediscovery:TagResource"
    " servicediscovery:UntagResource servicediscovery:UpdateHttpNamespace",
    "queue": "sqs:CreateQueue sqs:DeleteQueue sqs:SetQueueAttributes sqs:TagQueue sqs:UntagQueue",
    "slack": "chatbot:CreateSlackChannelConfiguration chatbot:DeleteSlackChannelConfiguration chatbot:TagResource"
    " chatbot:UntagResource chatbot:UpdateSlackChannelConfiguration",
}
"""What making, changing and removing a part takes, roles and DNS records aside."""

NAMED: Final[Mapping[str, Sequence[str]]] = {
    "backup:backupVault": ["backup-vault:{name_prefix}"],
    "budgets:budget": [":budget/{name_prefix}"],
    "chatbot:ChatbotConfiguration": [":chat-configuration/slack-channel/{name}"],
    # Those of target tracking are made on the caller's behalf.
    "cloudwatch:alarm": ["alarm:{name}", "alarm:TargetTracking-service/{cluster}/*"],
    "cloudwatch:alarm-mute-rule": ["alarm-mute-rule:{mute}"],
    "cloudwatch:dashboard": [":dashboard/{name_prefix}"],
    "ecr:repository": ["repository/{repository}"],
    "ecs:cluster": ["cluster/{cluster}"],
    "ecs:container-instance": ["container-instance/{cluster}/*"],
    # What a deployment is told by has ARNs of its own.
    "ecs:service": ["service/{cluster}/*", "service-deployment/{cluster}/*", "service-revision/{cluster}/*"],
    "ecs:task": ["task/{cluster}/*"],
    # An ARN without a revision means the newest, and does not fit a pattern with one.
    "ecs:task-definition": ["task-definition/{family}:*", "task-definition/{family}"],
    "elasticache:cluster": ["cluster:{cache}-???", "cluster:{cache}-????-???"],
    "elasticache:parametergroup": ["parametergroup:{name}", "parametergroup:default.*"],
    "elasticache:replicationgroup": ["replicationgroup:{cache}"],
    "elasticache:snapshot": ["snapshot:{cache}-final-*"],
    "elasticache:subnetgroup": ["subnetgroup:{name}"],
    "elasticache:user": ["user:{name}"],
    "elasticache:usergroup": ["usergroup:{name}"],
    "events:rule-on-default-event-bus": ["rule/{name}"],
    "kms:alias": ["alias/{name}"],
    "lambda:function": ["function:{name}"],
    "logs:delivery-destination": ["delivery-destination:{name}"],
    "logs:delivery-source": ["delivery-source:{name}"],
    # With a colon and a star it is the group's streams, and the group itself to some actions.
    "logs:log-group": ["log-group:{log-group}", "log-group:{log-group}:*"],
    "logs:log-stream": ["log-group:{log-group}:*"],
    "rds:cluster": ["cluster:{database-cluster}"],
    "rds:cluster-pg": ["cluster-pg:{cluster-parameters}"],
    "rds:cluster-snapshot": [
        "cluster-snapshot:{database-cluster}-final-????????",
        "cluster-snapshot:{database-cluster}-backup-*",
    ],
    "rds:db": ["db:{database}", "db:{cluster-instance}"],
    "rds:og": ["og:default:*"],
    "rds:pg": ["pg:{name}", "pg:default.*"],
    "rds:snapshot": ["snapshot:{database}-final-????????", "snapshot:{database}-backup-*"],
    "rds:subgrp": ["subgrp:{name}"],
    "s3:bucket": ["::{bucket}"],
    "scheduler:schedule": ["schedule/{name_prefix}/*", "schedule/{name}/*"],
    "scheduler:schedule-group": ["schedule-group/{name_prefix}", "schedule-group/{name}"],
    "secretsmanager:Secret": ["secret:{secret}"],
    "sns:topic": ["{name}"],
    "sqs:queue": ["{name}"],
    "wafv2:webacl": ["regional/webacl/{name}/*", "global/webacl/{name}/*"],
}
"""The ARNs' last parts of the types whose names the program gives, as `Scope.arns` takes them."""

RENAMED: Final = ("logs:delivery-destination", "logs:delivery-source")
"""Types whose names a running stack keeps from when they did not begin with the stack's: the tags tell those, too."""

NAMED_BY_AWS: Final[Mapping[str, str]] = {
    "acm:certificate": "certificate/",
    "application-autoscaling:ScalableTarget": "scalable-target/",
    "backup:backupPlan": "backup-plan:",
    "cloudfront:distribution": ":distribution/",
    "cloudfront:vpcorigin": ":vpcorigin/",
    "ec2:elastic-ip": "elastic-ip/",
    "ec2:internet-gateway": "internet-gateway/",
    "ec2:natgateway": "natgateway/",
    "ec2:network-acl": "network-acl/",
    "ec2:route-table": "route-table/",
    "ec2:security-group": "security-group/",
    "ec2:security-group-rule": "security-group-rule/",
    "ec2:subnet": "subnet/",
    "ec2:vpc": "vpc/",
    "ec2:vpc-endpoint": "vpc-endpoint/",
    "ec2:vpc-flow-log": "vpc-flow-log/",
    "elasticfilesystem:access-point": "access-point/",
    "elasticfilesystem:file-system": "file-system/",
    "elasticloadbalancing:listener-rule/app": "listener-rule/app/",
    "elasticloadbalancing:listener/app": "listener/app/",
    "elasticloadbalancing:loadbalancer/app/": "loadbalancer/app/",
    "elasticloadbalancing:targetgroup": "targetgroup/",
    "guardduty:malwareprotectionplan": "malware-protection-plan/",
    "kms:key": "key/",
    "logs:delivery": "delivery:",
    "rds:proxy": "db-proxy:",
    "servicediscovery:namespace": "namespace/",
}
"""The beginnings of the ARNs' last parts of the types that AWS names: the tags tell whose they are."""

UNTOLD: Final[Mapping[str, str]] = {
    "billing:billingview": ":billingview/*",
    "cloudfront:cache-policy": ":cache-policy/*",
    "cloudfront:origin-access-control": ":origin-access-control/*",
    "cloudfront:origin-request-policy": ":origin-request-policy/*",
    "cloudfront:response-headers-policy": ":response-headers-policy/*",
    "rds:target-group": "target-group:*",
    "route53:healthcheck": "::healthcheck/*",
    "route53:hostedzone": "::hostedzone/*",
    "route53:change": "::change/*",
    "wafv2:loadbalancer/app/": "loadbalancer/app/*",
}
"""Types of which IAM can ask neither a name of the program's nor a tag."""

CREATES: Final[Mapping[str, str]] = {
    "acm:RequestCertificate": "certificate",
    "application-autoscaling:RegisterScalableTarget": "ScalableTarget",
    "backup:CreateBackupPlan": "backupPlan",
    "chatbot:CreateSlackChannelConfiguration": "ChatbotConfiguration",
    "cloudfront:CreateDistribution": "distribution",
    "cloudfront:CreateVpcOrigin": "vpcorigin",
    "ec2:AllocateAddress": "elastic-ip",
    "ec2:AuthorizeSecurityGroupEgress": "security-group-rule",
    "ec2:AuthorizeSecurityGroupIngress": "security-group-rule",
    "ec2:CreateFlowLogs": "vpc-flow-log",
    "ec2:CreateInternetGateway": "internet-gateway",
    "ec2:CreateNatGateway": "natgateway",
    "ec2:CreateNetworkAcl": "network-acl",
    "ec2:CreateRouteTable": "route-table",
    "ec2:CreateSecurityGroup": "security-group",
    "ec2:CreateSubnet": "subnet",
    "ec2:CreateVpc": "vpc",
    "ec2:CreateVpcEndpoint": "vpc-endpoint",
    "elasticfilesystem:CreateAccessPoint": "access-point",
    "elasticfilesystem:CreateFileSystem": "file-system",
    "elasticloadbalancing:CreateListener": "listener/app",
    "elasticloadbalancing:CreateLoadBalancer": "loadbalancer/app/",
    "elasticloadbalancing:CreateRule": "listener-rule/app",
    "elasticloadbalancing:CreateTargetGroup": "targetgroup",
    "guardduty:CreateMalwareProtectionPlan": "malwareprotectionplan",
    "kms:CreateKey": "key",
    "logs:CreateDelivery": "delivery",
    "rds:CreateDBProxy": "proxy",
    "servicediscovery:CreateHttpNamespace": "namespace",
}
"""What AWS names and an action makes: the request must give it the stack's tags."""

TAGGING: Final[Mapping[str, str]] = {
    "acm": "acm:AddTagsToCertificate",
    "application-autoscaling": "application-autoscaling:TagResource",
    "backup": "backup:TagResource",
    "cloudfront": "cloudfront:TagResource",
    "ec2": "ec2:CreateTags",
    "elasticfilesystem": "elasticfilesystem:TagResource",
    "elasticloadbalancing": "elasticloadbalancing:AddTags",
    "guardduty": "guardduty:TagResource",
    "kms": "kms:TagResource",
    "logs": "logs:TagResource",
    "rds": "rds:AddTagsToResource",
}
"""The action that gives tags to what AWS names, by service: as a part of making it, or later."""

TELLS_CREATION: Final = ("ec2", "elasticfilesystem", "elasticloadbalancing")
"""Services whose condition key `CreateAction` tells tags given in making something from those given later."""

NEVER_NAMED: Final = ("acm", "application-autoscaling", "cloudfront", "kms")
"""Services of whose things that have tags the program names none."""

PASSED_TO: Final[Mapping[Part, str]] = {
    "network": "vpc-flow-logs",
    "ecs": "ecs ecs-tasks",
    "database": "monitoring.rds",
    "database-proxy": "rds",
    "bucket": "s3",
    "malware-scan": "malware-protection-plan.guardduty",
    "event": "events",
    "schedule": "scheduler",
    "function": "lambda",
    "backup": "backup",
    "slack": "chatbot",
}
"""The services that the stack's roles are for."""

LINKED: Final[Mapping[Part, str]] = {
    "load-balancer": "elasticloadbalancing",
    "vpc-origin": "vpcorigin.cloudfront",
    "waf": "wafv2",
    "ecs": "ecs ecs.application-autoscaling",
    "database": "rds",
    "cache": "elasticache",
    "volume": "elasticfilesystem",
    "backup": "backup",
    "slack": "management.chatbot",
}
"""The services that make a role of their own in the account when first used."""

ATTACHED: Final[Mapping[Part, str]] = {
    "ecs": "AmazonECSInfrastructureRolePolicyForLoadBalancers",
    "call-certificates": "service-role/AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity",
    "database": "service-role/AmazonRDSEnhancedMonitoringRole",
    "backup": "AWSBackupServiceRolePolicyForS3Backup AWSBackupServiceRolePolicyForS3Restore"
    " service-role/AWSBackupServiceRolePolicyForBackup service-role/AWSBackupServiceRolePolicyForRestores",
    "slack": "CloudWatchReadOnlyAccess",
}
"""AWS's ready-made policies that the components attach."""
