"""One deliberate mistake, or two, for each control, in the reference production stack."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.policy.reference import Edit, Mistake, identity, in_json, mistake

FUNCTION: Final = "lambda/function:Function"
PERMISSION: Final = "lambda/permission:Permission"
KEY: Final = "kms/key:Key"
ROTATION: Final = "secretsmanager/secretRotation:SecretRotation"
EVERY_KEY: Final = "arn:aws:kms:*:123456789012:key/*"
FOR_EVERYONE: Final = json.dumps(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}
)
ACL_ASSOCIATION: Final = "ec2/networkAclAssociation:NetworkAclAssociation"
ACL_RULE: Final = "ec2/networkAclRule:NetworkAclRule"
ALARM: Final = "cloudwatch/metricAlarm:MetricAlarm"
ASSOCIATION: Final = "ec2/routeTableAssociation:RouteTableAssociation"
BALANCER: Final = "lb/loadBalancer:LoadBalancer"
BLOCK: Final = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET: Final = "s3/bucket:Bucket"
BUCKET_POLICY: Final = "s3/bucketPolicy:BucketPolicy"
CACHE: Final = "elasticache/replicationGroup:ReplicationGroup"
CACHE_SUBNETS: Final = "elasticache/subnetGroup:SubnetGroup"
CERTIFICATE: Final = "acm/certificate:Certificate"
CLUSTER: Final = "ecs/cluster:Cluster"
DATABASE: Final = "rds/instance:Instance"
DATABASE_SUBNETS: Final = "rds/subnetGroup:SubnetGroup"
DEFAULT_GROUP: Final = "ec2/defaultSecurityGroup:DefaultSecurityGroup"
DISTRIBUTION: Final = "cloudfront/distribution:Distribution"
EGRESS: Final = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ENCRYPTION: Final = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
FIREWALL: Final = "wafv2/webAcl:WebAcl"
FIREWALL_LOG: Final = "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
FLOW_LOG: Final = "ec2/flowLog:FlowLog"
GROUP: Final = "ec2/securityGroup:SecurityGroup"
HEADERS: Final = "cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
INGRESS: Final = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LIFECYCLE: Final = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LISTENER_RULE: Final = "lb/listenerRule:ListenerRule"
LISTENER: Final = "lb/listener:Listener"
LOG_GROUP: Final = "cloudwatch/logGroup:LogGroup"
NAT: Final = "ec2/natGateway:NatGateway"
OWNERSHIP: Final = "s3/bucketOwnershipControls:BucketOwnershipControls"
PARAMETERS: Final = "rds/parameterGroup:ParameterGroup"
RECORD: Final = "route53/record:Record"
REPOSITORY: Final = "ecr/repository:Repository"
ROLE: Final = "iam/role:Role"
ROLE_ATTACHMENT: Final = "iam/rolePolicyAttachment:RolePolicyAttachment"
ROLE_POLICY: Final = "iam/rolePolicy:RolePolicy"
ROUTE: Final = "ec2/route:Route"
ROUTE_TABLE: Final = "ec2/routeTable:RouteTable"
SCALING: Final = "appautoscaling/target:Target"
SECRET: Final = "secretsmanager/secret:Secret"
SERVICE: Final = "ecs/service:Service"
SUBNET: Final = "ec2/subnet:Subnet"
TARGETS: Final = "lb/targetGroup:TargetGroup"
TASK: Final = "ecs/taskDefinition:TaskDefinition"
TOPIC_POLICY: Final = "sns/topicPolicy:TopicPolicy"
TOPIC: Final = "sns/topic:Topic"
VPC: Final = "ec2/vpc:Vpc"
VERSIONING: Final = "s3/bucketVersioning:BucketVersioning"

REGISTRY: Final = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
TLS_END: Final = {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}


def container(**changes: Any) -> Edit:
    """Change the first container of a task definition."""
    return in_json("containerDefinitions", lambda listed: listed[0].update(changes))


def permission(prop: str = "policy", **statement: Any) -> Edit:
    """Add a statement to a policy document."""
    added = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}
    return in_json(prop, lambda document: document["Statement"].append(added))


GUARDED_BY_TAG: Final = [
    {"Effect": "Allow", "Action": "lambda:DeleteFunction", "Resource": "*"},
    {
        "Effect": "Deny",
        "Action": "lambda:*",
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:ResourceTag/app": "shop"},
            "Null": {"aws:ResourceTag/app": "false"},
        },
    },
]


def without_services(document: dict[str, Any]) -> None:
    """Take what services may do out of a policy document."""
    document["Statement"] = [item for item in document["Statement"] if "Service" not in item["Principal"]]


def without_denials(document: dict[str, Any]) -> None:
    """Take all denials out of a policy document."""
    document["Statement"] = [item for item in document["Statement"] if item["Effect"] != "Deny"]


def each(prop: str, edit: Callable[[dict[str, Any]], object]) -> Edit:
    """Edit each entry of a list."""

    def apply(props: dict[str, Any]) -> None:
        for item in props[prop]:
            edit(item)

    return apply


def origins(**changes: Any) -> Edit:
    """Change every origin of a distribution."""
    return each("origins", lambda origin: origin.update(changes))


def subnets(path: str, *names: str) -> Edit:
    """Name other subnets of the stack."""

    def apply(props: dict[str, Any]) -> None:
        *above, last = path.split(".")
        for step in above:
            props = props[step]
        props[last] = [identity(SUBNET, name) for name in names]

    return apply


def route_to_internet(props: dict[str, Any]) -> None:
    """Write a route to the internet gateway into a route table."""
    gateway = identity("ec2/internetGateway:InternetGateway", "network-internet")
    props["routes"] = [{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway}]


def public_table(props: dict[str, Any]) -> None:
    """Associate the route table of the public subnets."""
    props["routeTableId"] = identity(ROUTE_TABLE, "network-public-routes")


def group_of_cache(props: dict[str, Any]) -> None:
    """Put a database behind the security group of the cache."""
    props["vpcSecurityGroupIds"] = [identity(GROUP, "cache-group")]


def gateway_of_zone_a(props: dict[str, Any]) -> None:
    """Leave by the NAT gateway in the first zone."""
    props["natGatewayId"] = identity(NAT, "network-nat-a")


def plain_listener(props: dict[str, Any]) -> None:
    """Put a rule under the listener on plain HTTP."""
    props["listenerArn"] = identity(LISTENER, "load-balancer-http")


def balancer_as_origin(props: dict[str, Any]) -> None:
    """Let a distribution fetch from the load balancer."""
    host = identity(BALANCER, "load-balancer-balancer", "dnsName")
    props["origins"] = [{"originId": "shop", "domainName": host, "customOriginConfig": TLS_END}]


def one_role(props: dict[str, Any]) -> None:
    """Let the application have what starts its task."""
    props["taskRoleArn"] = props["executionRoleArn"]


def trust(**statement: Any) -> Edit:
    """Let somebody else take a role, too."""
    added = {"Effect": "Allow", "Action": "sts:AssumeRole", **statement}
    return in_json("assumeRolePolicy", lambda document: document["Statement"].append(added))


def from_addresses(cidr: str) -> Mapping[str, Any]:
    """Let in an address range instead of a security group."""
    return {"cidrIpv4": cidr, "referencedSecurityGroupId": None}


def of_rules(keep: Callable[[dict[str, Any]], bool]) -> Edit:
    """Keep some of the rules only."""
    return lambda props: props.update(rules=[rule for rule in props["rules"] if keep(rule)])


def counting(rule: dict[str, Any]) -> None:
    """Make a rule of a web ACL count instead of act."""
    rule["overrideAction" if "overrideAction" in rule else "action"] = {"count": {}}


MISTAKES: Final[list[Mistake]] = [
    mistake("database-storage-encrypted", DATABASE, {"storageEncrypted": False}),
    mistake("database-storage-encrypted", DATABASE, {"storageEncrypted": None}),
    mistake("database-multi-az", DATABASE, {"multiAz": False}),
    mistake("database-not-public", DATABASE, {"publiclyAccessible": True}),
    mistake("database-backups-kept", DATABASE, {"backupRetentionPeriod": 1}),
    mistake("database-backups-kept", DATABASE, {"backupRetentionPeriod": None}),
    mistake("database-deletion-protected", DATABASE, {"deletionProtection": False}),
    mistake("database-final-snapshot-kept", DATABASE, {"skipFinalSnapshot": True}),
    mistake("database-password-not-in-state", DATABASE, {"password": "correct-horse"}),
    mistake("database-tls-forced", PARAMETERS, each("parameters", lambda item: item.update(value="0"))),
    mistake(
        "database-tls-forced",
        DATABASE,
        {"parameterGroupName": None, "engineVersion": "14.22"},
        others=["database-queries-logged"],
    ),
    mistake(
        "database-in-private-subnets", DATABASE_SUBNETS, subnets("subnetIds", "network-public-a", "network-public-b")
    ),
    mistake(
        "database-in-private-subnets",
        ROUTE_TABLE,
        route_to_internet,
        name="network-isolated-routes",
        others=["cache-in-private-subnets", "private-subnets-are-private"],
    ),
    mistake("database-ingress-from-groups-only", INGRESS, from_addresses("10.40.0.0/16"), name="api-database-in"),
    mistake("database-under-own-key", DATABASE, {"kmsKeyId": None}),
    mistake("database-master-secret-under-own-key", DATABASE, {"masterUserSecretKmsKeyId": None}),
    mistake("database-groups-chosen", DATABASE, {"vpcSecurityGroupIds": None}, others=["groups-in-use"]),
    mistake("database-logs-exported", DATABASE, {"enabledCloudwatchLogsExports": ["upgrade"]}),
    mistake("database-enhanced-monitoring", DATABASE, {"monitoringInterval": 0}),
    mistake("database-insights-on", DATABASE, {"performanceInsightsEnabled": False}),
    mistake("database-insights-on", DATABASE, {"performanceInsightsKmsKeyId": None}),
    mistake("database-minor-upgrades-automatic", DATABASE, {"autoMinorVersionUpgrade": False}),
    mistake("database-version-supported", DATABASE, {"engineVersion": "13"}),
    mistake("database-extended-support-off", DATABASE, {"engineLifecycleSupport": None}),
    mistake("database-authority-current", DATABASE, {"caCertIdentifier": "rds-ca-2019"}),
    mistake("database-tags-copied-to-snapshots", DATABASE, {"copyTagsToSnapshot": False}),
    mistake("database-user-name-own", DATABASE, {"username": "postgres"}),
    mistake("database-in-backup-plan", "backup/selection:Selection"),
    mistake("cache-encrypted-at-rest", CACHE, {"atRestEncryptionEnabled": False}),
    mistake("cache-encrypted-in-transit", CACHE, {"transitEncryptionEnabled": False}),
    mistake("cache-encrypted-in-transit", CACHE, {"transitEncryptionMode": "preferred"}),
    mistake("cache-authenticated", CACHE, {"authToken": None}),
    mistake("cache-multi-az", CACHE, {"multiAzEnabled": False}),
    mistake("cache-multi-az", CACHE, {"automaticFailoverEnabled": False}),
    mistake("cache-snapshots-kept", CACHE, {"snapshotRetentionLimit": 0}),
    mistake("cache-in-private-subnets", CACHE_SUBNETS, subnets("subnetIds", "network-public-a", "network-isolated-b")),
    mistake("cache-ingress-from-groups-only", INGRESS, from_addresses("10.40.0.0/16"), name="worker-cache-in"),
    mistake("cache-under-own-key", CACHE, {"kmsKeyId": None}),
    mistake("cache-minor-upgrades-automatic", CACHE, {"autoMinorVersionUpgrade": False}),
    mistake("cache-final-snapshot-kept", CACHE, {"finalSnapshotIdentifier": None}),
    mistake("cache-version-supported", CACHE, {"engine": "redis", "engineVersion": "5.0.6"}),
    mistake("cache-logs-delivered", CACHE, {"logDeliveryConfigurations": None}),
    mistake("bucket-encrypted", ENCRYPTION),
    mistake(
        "bucket-policy-locks-nobody-out",
        BUCKET_POLICY,
        permission(Effect="Deny", Principal="*", Action="s3:*", Resource="*"),
    ),
    mistake(
        "bucket-under-own-key",
        ENCRYPTION,
        each("rules", lambda rule: rule.update(applyServerSideEncryptionByDefault={"sseAlgorithm": "AES256"})),
        name="media-encryption",
    ),
    mistake(
        "bucket-key-enabled",
        ENCRYPTION,
        each("rules", lambda rule: rule.update(bucketKeyEnabled=False)),
        name="media-encryption",
    ),
    mistake("bucket-public-access-blocked", BLOCK),
    mistake("bucket-public-access-block-complete", BLOCK, {"blockPublicPolicy": False}),
    mistake("bucket-tls-only", BUCKET_POLICY),
    mistake("bucket-tls-only", BUCKET_POLICY, in_json("policy", without_denials), name="media-policy"),
    mistake("bucket-policy-not-public", BUCKET_POLICY, permission(Principal="*")),
    mistake(
        "bucket-policy-keeps-control",
        BUCKET_POLICY,
        permission(Principal={"AWS": "999988887777"}, Action="s3:PutBucketPolicy"),
    ),
    mistake(
        "bucket-serves-own-distributions-only",
        BUCKET_POLICY,
        permission(Principal={"Service": "cloudfront.amazonaws.com"}),
    ),
    mistake("bucket-acl-not-public", BUCKET, {"acl": "public-read"}),
    mistake("bucket-acls-disabled", OWNERSHIP, {"rule": {"objectOwnership": "ObjectWriter"}}),
    mistake("bucket-versioned", VERSIONING, {"versioningConfiguration.status": "Suspended"}, name="media-versioning"),
    mistake("bucket-not-emptied-on-destroy", BUCKET, {"forceDestroy": True}),
    mistake("bucket-lifecycle-set", LIFECYCLE, name="media-lifecycle"),
    mistake(
        "bucket-uploads-aborted",
        LIFECYCLE,
        each("rules", lambda rule: rule.pop("abortIncompleteMultipartUpload", None)),
        name="media-lifecycle",
    ),
    mistake("bucket-replicated", "s3/bucketReplicationConfig:BucketReplicationConfig"),
    mistake("secrets-under-own-key", SECRET, {"kmsKeyId": None}),
    mistake("log-groups-under-own-key", LOG_GROUP, {"kmsKeyId": None}),
    mistake("log-retention-set", LOG_GROUP, {"retentionInDays": 0}),
    mistake("log-retention-set", LOG_GROUP, {"retentionInDays": None}),
    mistake("topics-encrypted", TOPIC, {"kmsMasterKeyId": None}),
    mistake("topics-encrypted", TOPIC, {"kmsMasterKeyId": "alias/aws/sns"}),
    mistake("repository-under-own-key", REPOSITORY, {"encryptionConfigurations": None}),
    mistake("repository-tags-immutable", REPOSITORY, {"imageTagMutability": "MUTABLE"}),
    mistake("repository-scanned", REPOSITORY, {"imageScanningConfiguration.scanOnPush": False}),
    mistake(
        "internet-reaches-only-load-balancers",
        INGRESS,
        {"fromPort": 22, "toPort": 22},
        name="load-balancer-group-https",
    ),
    mistake(
        "internet-reaches-only-load-balancers",
        INGRESS,
        from_addresses("0.0.0.0/0"),
        name="frontend-requests-8080-in",
        others=["services-ingress-from-groups-only"],
    ),
    mistake("default-group-closed", DEFAULT_GROUP),
    mistake("default-group-closed", DEFAULT_GROUP, {"ingress": [{"protocol": "-1", "self": True}]}),
    mistake("egress-limited", EGRESS, {"ipProtocol": "-1"}, name="api-egress-443-*"),
    mistake("group-rules-described", INGRESS, {"description": None}),
    mistake("group-rules-described", GROUP, {"description": "Managed by Pulumi"}),
    mistake("groups-in-use", DATABASE, group_of_cache, others=["data-stores-open-own-port-only"]),
    mistake("data-stores-open-own-port-only", INGRESS, {"fromPort": 0}, name="api-database-in"),
    mistake(
        "rules-written-one-way",
        GROUP,
        {"ingress": [{"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "self": True, "description": "Peers"}]},
        name="database-group",
    ),
    mistake(
        "network-acl-admin-ports-closed", ACL_RULE, {"toPort": 3389}, name="network-acls-public-in-1024-3388-anywhere"
    ),
    mistake("network-acls-in-use", ACL_ASSOCIATION, name="network-acls-public-*"),
    mistake("network-flow-logged", FLOW_LOG),
    mistake("network-flow-logged", FLOW_LOG, {"trafficType": "ACCEPT"}),
    mistake("subnets-give-no-public-ip", SUBNET, {"mapPublicIpOnLaunch": True}),
    mistake(
        "private-subnets-are-private",
        ASSOCIATION,
        public_table,
        name="network-isolated-a-association",
        others=["cache-in-private-subnets", "database-in-private-subnets"],
    ),
    mistake(
        "peering-routes-narrow",
        ROUTE,
        {"natGatewayId": None, "vpcPeeringConnectionId": "pcx-1"},
        name="network-private-a-nat",
    ),
    mistake(
        "network-spans-zones",
        SUBNET,
        {"availabilityZone": "eu-north-1a"},
        name="network-*",
        others=[
            "function-spans-zones",
            "load-balancer-spans-zones",
            "services-spread-over-zones",
            "subnet-groups-span-zones",
        ],
    ),
    mistake("nat-gateway-per-zone", ROUTE, gateway_of_zone_a, name="network-private-b-nat"),
    mistake("network-dns-on", VPC, {"enableDnsHostnames": False}),
    mistake("addresses-in-use", NAT),
    mistake("subnet-groups-span-zones", DATABASE_SUBNETS, subnets("subnetIds", "network-isolated-a")),
    mistake("services-ingress-from-groups-only", INGRESS, from_addresses("10.40.0.0/16"), name="api-requests-8000-in"),
    mistake("services-scale", SCALING, name="frontend-scaling"),
    mistake("services-deployments-roll-back", SERVICE, {"deploymentCircuitBreaker.rollback": False}),
    mistake("services-on-latest-platform", SERVICE, {"platformVersion": "1.3.0"}),
    mistake("services-exec-off", SERVICE, {"enableExecuteCommand": True}),
    mistake("exec-sessions-logged", CLUSTER, {"configuration": {"executeCommandConfiguration": {"logging": "NONE"}}}),
    mistake("cluster-insights-enabled", CLUSTER, {"settings": None}),
    mistake("services-without-public-ip", SERVICE, {"networkConfiguration.assignPublicIp": True}),
    mistake(
        "services-in-private-subnets",
        SERVICE,
        subnets("networkConfiguration.subnets", "network-public-a", "network-private-b"),
    ),
    mistake(
        "services-in-private-subnets",
        ASSOCIATION,
        public_table,
        name="network-private-a-association",
        others=["private-subnets-are-private"],
    ),
    mistake("services-spread-over-zones", SCALING, {"minCapacity": 1}, name="api-scaling"),
    mistake("services-spread-over-zones", SERVICE, subnets("networkConfiguration.subnets", "network-private-a")),
    mistake(
        "container-secrets-not-in-environment",
        TASK,
        container(environment=[{"name": "SESSION_SECRET", "value": "correct-horse"}]),
    ),
    mistake("container-images-pinned", TASK, container(image=REGISTRY + "/shop/api:latest")),
    mistake("container-not-privileged", TASK, container(privileged=True)),
    mistake("container-not-root", TASK, container(user="root")),
    mistake("container-root-filesystem-read-only", TASK, container(readonlyRootFilesystem=False)),
    mistake("container-logs-sent", TASK, container(logConfiguration=None)),
    mistake("container-images-from-own-registries", TASK, container(image="shop/api:1.2.3")),
    mistake("task-network-not-host", TASK, {"networkMode": "host"}),
    mistake("task-namespaces-not-host", TASK, {"pidMode": "host"}),
    mistake("task-namespaces-not-host", TASK, {"ipcMode": "host"}),
    mistake(
        "task-file-systems-encrypted-in-transit",
        TASK,
        {"volumes": [{"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-12345678"}}]},
    ),
    mistake("task-roles-differ", TASK, one_role, name="api-task"),
    mistake(
        "execution-role-reads-named-secrets",
        ROLE_POLICY,
        permission(Action="secretsmanager:GetSecretValue"),
        name="api-execution",
        others=["data-access-names-resources"],
    ),
    mistake("data-access-names-resources", ROLE_POLICY, permission(Action="s3:GetObject"), name="api-execution"),
    mistake("task-secrets-readable", ROLE_POLICY, name="worker-execution"),
    mistake("load-balancer-deletion-protected", BALANCER, {"enableDeletionProtection": False}),
    mistake(
        "load-balancer-tls-policy", LISTENER, {"sslPolicy": "ELBSecurityPolicy-2016-08"}, name="load-balancer-https"
    ),
    mistake(
        "load-balancer-http-redirects",
        LISTENER,
        {"defaultActions": [{"type": "fixed-response", "fixedResponse": {"contentType": "text/plain"}}]},
        name="load-balancer-http",
    ),
    mistake("load-balancer-spans-zones", BALANCER, subnets("subnets", "network-public-a")),
    mistake("load-balancer-rules-redirect", LISTENER_RULE, plain_listener),
    mistake(
        "load-balancer-certificate-of-acm",
        LISTENER,
        {"certificateArn": "arn:aws:iam::123456789012:server-certificate/shop"},
        name="load-balancer-https",
    ),
    mistake("load-balancer-drops-invalid-headers", BALANCER, {"dropInvalidHeaderFields": False}),
    mistake("load-balancer-desync-mitigated", BALANCER, {"desyncMitigationMode": "monitor"}),
    mistake("load-balancer-access-logged", BALANCER, {"accessLogs.enabled": False}),
    mistake("load-balancer-behind-firewall", "wafv2/webAclAssociation:WebAclAssociation"),
    mistake("load-balancer-firewall-fails-closed", BALANCER, {"enableWafFailOpen": True}),
    mistake("load-balancer-behind-cdn-only", DISTRIBUTION, balancer_as_origin, others=["cdn-behind-firewall"]),
    mistake(
        "load-balancer-in-matching-subnets", BALANCER, subnets("subnets", "network-private-a", "network-private-b")
    ),
    mistake("load-balancer-health-checks-set", TARGETS, {"healthCheck.path": None}),
    mistake("cdn-viewers-on-https", DISTRIBUTION, {"defaultCacheBehavior.viewerProtocolPolicy": "allow-all"}),
    mistake("cdn-tls-policy", DISTRIBUTION, {"viewerCertificate.minimumProtocolVersion": "TLSv1.1_2016"}),
    mistake("cdn-own-certificate", DISTRIBUTION, {"viewerCertificate": {"cloudfrontDefaultCertificate": True}}),
    mistake("cdn-serves-by-name", DISTRIBUTION, {"viewerCertificate.sslSupportMethod": "vip"}),
    mistake("cdn-bucket-origins-signed", DISTRIBUTION, origins(originAccessControlId=None)),
    mistake(
        "cdn-origins-on-https",
        DISTRIBUTION,
        origins(originAccessControlId=None, customOriginConfig={**TLS_END, "originProtocolPolicy": "http-only"}),
        others=["cdn-behind-firewall"],
    ),
    mistake(
        "cdn-origin-tls-versions",
        DISTRIBUTION,
        origins(customOriginConfig={**TLS_END, "originSslProtocols": ["TLSv1"]}),
        others=["cdn-behind-firewall"],
    ),
    mistake(
        "cdn-function-origins-signed",
        DISTRIBUTION,
        origins(
            originAccessControlId=None,
            domainName="abc.lambda-url.eu-north-1.on.aws",
            customOriginConfig=TLS_END,
        ),
        others=["cdn-behind-firewall"],
    ),
    mistake("cdn-behind-firewall", DISTRIBUTION, origins(customOriginConfig=TLS_END)),
    mistake("cdn-signers-are-key-groups", DISTRIBUTION, {"defaultCacheBehavior.trustedSigners": ["self"]}),
    mistake("cdn-access-logged", "cloudwatch/logDeliverySource:LogDeliverySource"),
    mistake("cdn-default-root-object", DISTRIBUTION, {"defaultRootObject": None}),
    mistake("cdn-hsts", HEADERS, {"securityHeadersConfig.strictTransportSecurity": None}),
    mistake("cdn-hsts", DISTRIBUTION, {"defaultCacheBehavior.responseHeadersPolicyId": None}),
    mistake(
        "cdn-parts-in-us-east-1",
        DISTRIBUTION,
        {"viewerCertificate.acmCertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"},
    ),
    mistake("web-acl-has-rules", FIREWALL, of_rules(lambda _: False)),
    mistake(
        "web-acl-blocks", FIREWALL, each("rules", counting), others=["web-acl-managed-rules", "web-acl-rate-limited"]
    ),
    mistake(
        "web-acl-managed-rules", FIREWALL, of_rules(lambda rule: rule["name"] != "AWSManagedRulesKnownBadInputsRuleSet")
    ),
    mistake("web-acl-rate-limited", FIREWALL, of_rules(lambda rule: rule["name"] != "rate-limit")),
    mistake("web-acl-measured", FIREWALL, {"visibilityConfig.cloudwatchMetricsEnabled": False}),
    mistake("web-acl-logged", FIREWALL_LOG),
    mistake("certificate-key-strong", CERTIFICATE, {"keyAlgorithm": "RSA_1024"}),
    mistake("certificate-renews-itself", CERTIFICATE, {"validationMethod": "EMAIL"}),
    mistake("certificate-renews-itself", "acm/certificateValidation:CertificateValidation"),
    mistake(
        "certificate-transparency-logged",
        CERTIFICATE,
        {"options": {"certificateTransparencyLoggingPreference": "DISABLED"}},
    ),
    mistake("certificate-without-wildcard", CERTIFICATE, {"domainName": "*.example.com"}),
    mistake(
        "record-follows-resource",
        RECORD,
        {"aliases": None, "records": ["198.41.0.4"]},
        name="dns-shop-example-com-a",
    ),
    mistake("no-administrator-policies", ROLE_POLICY, permission(Action="*")),
    mistake(
        "no-administrator-policies",
        ROLE,
        {
            "inlinePolicies": [
                {"policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]})}
            ]
        },
        name="database-monitoring",
        others=["no-inline-policies"],
    ),
    mistake(
        "no-administrator-attachments", ROLE_ATTACHMENT, {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    ),
    mistake("no-service-wildcards", ROLE_POLICY, permission(Action="s3:*", Resource="arn:aws:s3:::shop/*")),
    mistake("no-resource-wildcards", ROLE_POLICY, permission(Action="s3:DeleteObject")),
    mistake(
        "no-privilege-escalation",
        ROLE_POLICY,
        permission(Action="iam:PassRole", Resource="arn:aws:iam::123456789012:role/*"),
    ),
    mistake(
        "created-roles-bounded",
        ROLE_POLICY,
        permission(Action="iam:CreateRole", Resource="arn:aws:iam::123456789012:role/shop/*"),
    ),
    mistake(
        "tag-guards-cover-untagged",
        ROLE_POLICY,
        in_json("policy", lambda document: document["Statement"].extend(GUARDED_BY_TAG)),
        others=["no-resource-wildcards"],
    ),
    mistake("state-not-shared-between-stacks", ROLE_POLICY, permission(Resource="arn:aws:s3:::shop-state/.pulumi/*")),
    mistake("role-trust-not-public", ROLE, trust(Principal={"AWS": "*"})),
    mistake(
        "oidc-trust-pinned",
        ROLE,
        in_json("assumeRolePolicy", lambda document: document["Statement"][0].update(Condition={})),
        name="delivery-deploy-role",
    ),
    mistake(
        "role-policies-not-mixed",
        ROLE,
        {"managedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"]},
        name="database-monitoring",
    ),
    mistake("secret-rotation-frequent", ROTATION, {"rotationRules.automaticallyAfterDays": 365}),
    mistake("secret-recoverable", SECRET, {"recoveryWindowInDays": 0}),
    mistake("secret-policy-not-public", SECRET, {"policy": FOR_EVERYONE}),
    mistake("secret-value-not-in-program", "secretsmanager/secretVersion:SecretVersion", {"secretBinary": "YQ=="}),
    mistake("key-rotated", KEY, {"enableKeyRotation": False}),
    mistake("key-deletion-slow", KEY, {"deletionWindowInDays": 7}),
    mistake("key-policy-not-public", KEY, permission(Principal="*", Action="kms:Decrypt")),
    mistake("key-lockout-checked", KEY, {"bypassPolicyLockoutSafetyCheck": True}),
    mistake("key-enabled", KEY, {"isEnabled": False}),
    mistake("key-policy-written", KEY, {"policy": None}, name="secrets-key-key"),
    mistake("key-admits-service", KEY, in_json("policy", without_services), name="logs-key"),
    mistake("key-admits-service", KEY, in_json("policy", without_services), name="observability-notifications-key-key"),
    mistake("decryption-names-keys", ROLE_POLICY, permission(Action="kms:Decrypt", Resource=EVERY_KEY)),
    mistake(
        "boundaries-not-attached",
        "iam/rolePolicyAttachment:RolePolicyAttachment",
        {"policyArn": identity("iam/policy:Policy", "boundary-policy", "arn")},
    ),
    mistake("repository-lifecycle-set", "ecr/lifecyclePolicy:LifecyclePolicy"),
    mistake("repository-not-emptied-on-destroy", REPOSITORY, {"forceDelete": True}),
    mistake("function-not-public", PERMISSION, {"principal": "*", "sourceArn": None}),
    mistake("function-grants-name-source", PERMISSION, {"sourceArn": None}),
    mistake("function-runtime-supported", FUNCTION, {"runtime": "nodejs16.x"}),
    mistake("function-secrets-not-in-environment", FUNCTION, {"environment.variables.DB_PASSWORD": "Tr0ub4dor"}),
    mistake(
        "function-spans-zones",
        FUNCTION,
        subnets("vpcConfig.subnetIds", "network-private-a"),
        name="secret-urls-function",
    ),
    mistake("function-logs-declared", FUNCTION, {"loggingConfig": None}),
    mistake("topic-policy-not-public", TOPIC_POLICY, permission(Principal="*", Action="sns:Publish")),
    mistake("topic-tls-only", TOPIC_POLICY, in_json("policy", without_denials)),
    mistake("subscription-not-over-http", "sns/topicSubscription:TopicSubscription", {"protocol": "http"}),
    mistake("alarm-has-actions", ALARM, {"alarmActions": None}),
    mistake("alarm-actions-enabled", ALARM, {"actionsEnabled": False}),
    mistake("alarms-on-what-matters", ALARM, name="observability-alarms-database-*"),
    mistake("backup-vault-under-own-key", "backup/vault:Vault", {"kmsKeyArn": None}),
    mistake("stateful-resources-protected", DATABASE, {}, options={"protect": False}),
    mistake("guarded-properties-not-ignored", DATABASE, {}, options={"ignore_changes": ("multiAz",)}),
    mistake("no-plaintext-credentials", LOG_GROUP, {"tags": {"mirror": "postgres://shop:correct-horse@mirror/shop"}}),
    mistake("required-tags", DATABASE, {"tags": {"owner": ""}}),
]

ALREADY_SAID: Final[dict[str, str]] = {
    "backup-vault-locked": "a lock cannot be taken off again",
    "bucket-access-logged": "no bucket logs who reads it",
    "bucket-events-notified": "nobody waits for an object",
    "bucket-mfa-delete": "only the root user could switch it on",
    "bucket-object-lock": "objects may be deleted",
    "cache-port-not-default": "the port is the engine's",
    "cdn-geo-restricted": "the shop is for every country",
    "cdn-origin-failover": "the bucket is the only origin",
    "database-events-subscribed": "failures of the database reach people by alarms",
    "database-iam-authentication": "services sign in with a password",
    "database-port-not-default": "the port is the engine's",
    "database-queries-logged": "statements are not logged by duration",
    "no-inline-policies": "roles hold their own policies",
    "role-has-boundary": "no organisation has set one",
    "secret-rotated": "nobody but their issuers can change the secrets",
    "function-code-signed": "no signing profile",
    "function-concurrency-limited": "the functions run for seconds a day",
    "function-environment-under-own-key": "the variables hold names and addresses only",
    "function-failures-kept": "the next run does what one failed to do",
    "function-in-network": "the notifier calls Slack only",
    "function-traced": "nothing to trace in one step",
    "role-trust-bound-to-account": "functions are trusted by service alone: Lambda names no account",
    "topic-deliveries-logged": "no role for that",
    "exec-sessions-encrypted": "nobody opens sessions",
    "load-balancer-connections-logged": "requests are logged, connections are not",
    "load-balancer-targets-on-https": "TLS ends at the load balancer",
    "endpoint-policy-limited": "what tasks may call, their roles say",
    "network-endpoints-present": "calls to keys and parameters leave by the NAT gateways",
    "subscription-failures-kept": "no queue for messages that were not taken",
}
"""Controls that the unchanged reference stack has findings of, with the reason."""

NOT_IN_THE_REFERENCE: Final[dict[str, str]] = {
    "alarms-muted-for-hours": "no muted window",
    "malware-scan-blocks-reads": "uploads are not scanned",
    "queue-policy-not-public": "no queue",
    "queue-encrypted": "no queue",
    "queue-tls-only": "no queue",
    "queue-failures-kept": "no queue",
    "table-policy-not-public": "no table",
    "table-recovery": "no table",
    "table-under-own-key": "no table",
    "table-deletion-protected": "no table",
    "file-system-policy-not-public": "no file system",
    "file-system-encrypted": "no file system",
    "file-system-under-own-key": "no file system",
    "file-access-point-has-root": "no file system",
    "file-access-point-has-user": "no file system",
    "event-bus-policy-not-public": "no policy of an event bus",
    "backup-vault-policy-not-public": "no policy of a backup vault",
    "log-policy-not-public": "no policy of log groups",
    "api-access-logged": "no API of API Gateway",
    "api-authorised": "no API of API Gateway",
    "api-tls-policy": "no API of API Gateway",
    "api-behind-firewall": "no API of API Gateway",
    "user-pool-passwords-strong": "no user pool",
    "user-pool-deletion-protected": "no user pool",
    "identity-pool-without-guests": "no user pool",
    "search-domain-encrypted": "no search domain",
    "search-domain-nodes-on-tls": "no search domain",
    "search-domain-under-own-key": "no search domain",
    "search-domain-on-https": "no search domain",
    "search-domain-in-network": "no search domain",
    "search-domain-logged": "no search domain",
    "settings-declared-once": "a second resource would be needed",
    "access-point-public-access-blocked": "no access point",
    "account-public-access-blocked": "no account-wide public access block",
    "cache-users-need-credentials": "no users of the cache",
    "cache-users-limited": "no users of the cache",
    "database-audit-logged": "no Aurora cluster",
    "database-backtrack": "no Aurora cluster",
    "database-cluster-has-standby": "no Aurora cluster",
    "database-proxy-tls": "no database proxy",
    "database-snapshots-private": "no snapshot but the automatic ones",
    "network-load-balancer-on-tls": "no network load balancer",
    "database-backup-copies-encrypted": "AWS Backup copies, RDS itself does not",
    "built-by-approved-components": "no list of components by default",
    "instance-classes-allowed": "no list of classes by default",
    "regions-allowed": "no list of regions by default",
    "function-url-authenticated": "no function URL",
    "repository-policy-not-public": "no repository policy",
    "no-user-policies": "no user",
    "no-users-from-programs": "no user",
    "password-policy-strong": "no password policy",
    "zone-queries-logged": "no hosted zone",
    "zone-signed": "no hosted zone",
    "default-network-unused": "no default VPC or default subnet",
    "disks-encrypted": "no instance or volume",
    "instance-metadata-one-hop": "no instance",
    "instance-metadata-tokens": "no instance",
    "instances-without-public-ip": "no instance",
    "network-public-access-blocked": "no setting of the account",
}
"""Controls about what the reference stack does not have, with what that is."""
