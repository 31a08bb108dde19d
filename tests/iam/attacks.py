"""What somebody who holds a pipeline's keys would try, and the guard that each attempt fails at.

An attempt fails in one of two ways: a statement refuses it (`Refused by`), or no statement allows it, because the one that allows the
like asks for the stack's own name or tags (`Asks`). `test_attacks` takes the guard away and sees the attempt succeed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.components.conftest import ACCOUNT

NAME_PREFIX: Final = "storefront-production"
REGION: Final = "us-east-1"
HERE: Final = {"aws:RequestedRegion": REGION}
OURS: Final = {"aws:ResourceTag/app": "storefront", "aws:ResourceTag/environment": "production"}
ASKED: Final = {"aws:RequestTag/app": "storefront", "aws:RequestTag/environment": "production"}
COPY: Final = {**OURS, "aws:ResourceTag/owner-id": "jane"}
STAGING: Final = {"aws:ResourceTag/app": "storefront", "aws:ResourceTag/environment": "staging"}
OTHERS: Final = {"aws:ResourceTag/app": "payroll", "aws:ResourceTag/environment": "production"}
BOUNDARY: Final = f"arn:aws:iam::{ACCOUNT}:policy/{NAME_PREFIX}-boundary"
BOUND: Final = {"iam:PermissionsBoundary": BOUNDARY}
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}/attacker"
ADMIN: Final = "arn:aws:iam::aws:policy/AdministratorAccess"


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One attempt."""

    name: str
    action: str
    on: str
    context: Mapping[str, Any] = field(default_factory=lambda: HERE)
    guard: str
    """`condition KEY`: without what statements ask of the key it succeeds; `name`: on a name of the stack's own it does;
    `sid NAME`: without the statements of the name (numbers aside) and with everything allowed it does; `absent`: no statement has the
    action at all."""


def _on_tags(action: str, on: str, what: str, context: Mapping[str, Any] = HERE) -> Sequence[Attack]:
    """An action on what has no tags, another environment's and another application's."""
    return [
        Attack(name=f"{what}, untagged", action=action, on=on, context=context, guard="condition aws:ResourceTag"),
        Attack(
            name=f"{what} of staging",
            action=action,
            on=on,
            context={**context, **STAGING},
            guard="condition aws:ResourceTag/environment",
        ),
        Attack(
            name=f"{what} of another application",
            action=action,
            on=on,
            context={**context, **OTHERS},
            guard="condition aws:ResourceTag/app",
        ),
    ]


def _named(action: str, service: str, *patterns: str) -> Sequence[Attack]:
    """An action on names that are like the stack's own."""
    return [
        Attack(
            name=f"{action} on {pattern}",
            action=action,
            on=pattern if pattern.startswith("arn:") else arn(service, pattern),
            guard="name",
        )
        for pattern in patterns
    ]


DEPLOY: Final[Sequence[Attack]] = [
    # Administrator by role.
    Attack(
        name="a role without the boundary",
        action="iam:CreateRole",
        on=ROLE,
        context=ASKED,
        guard="sid NoUnboundedRoles",
    ),
    Attack(
        name="a role with another boundary",
        action="iam:CreateRole",
        on=ROLE,
        context={**ASKED, "iam:PermissionsBoundary": ADMIN},
        guard="condition iam:PermissionsBoundary",
    ),
    Attack(
        name="a role outside the path",
        action="iam:CreateRole",
        on=f"arn:aws:iam::{ACCOUNT}:role/attacker",
        context=BOUND,
        guard="name",
    ),
    Attack(
        name="a role under a path that begins alike",
        action="iam:CreateRole",
        on=f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-2/x",
        context=BOUND,
        guard="name",
    ),
    Attack(
        name="the boundary taken off",
        action="iam:DeleteRolePermissionsBoundary",
        on=ROLE,
        context=BOUND,
        guard="sid NoLessBounds",
    ),
    Attack(
        name="the boundary exchanged",
        action="iam:PutRolePermissionsBoundary",
        on=ROLE,
        context={"iam:PermissionsBoundary": ADMIN},
        guard="sid NoUnboundedRoles",
    ),
    Attack(
        name="a policy on an unbounded role",
        action="iam:PutRolePolicy",
        on=ROLE,
        context={},
        guard="sid NoUnboundedRoles",
    ),
    Attack(
        name="AdministratorAccess",
        action="iam:AttachRolePolicy",
        on=ROLE,
        context={**BOUND, "iam:PolicyARN": ADMIN},
        guard="condition iam:PolicyARN",
    ),
    Attack(
        name="a ready policy on an unbounded role",
        action="iam:AttachRolePolicy",
        on=ROLE,
        context={"iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"},
        guard="sid NoUnboundedRoles",
    ),
    # By trust.
    Attack(
        name="the trust of a foreign role",
        action="iam:UpdateAssumeRolePolicy",
        on=f"arn:aws:iam::{ACCOUNT}:role/admin",
        context=OURS,
        guard="name",
    ),
    Attack(
        name="the trust of an untagged role in the path",
        action="iam:UpdateAssumeRolePolicy",
        on=ROLE,
        context={},
        guard="condition aws:ResourceTag",
    ),
    Attack(
        name="its own trust",
        action="iam:UpdateAssumeRolePolicy",
        on=f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-deploy",
        context=OURS,
        guard="sid NotItself",
    ),
    Attack(
        name="the identity provider",
        action="iam:UpdateOpenIDConnectProviderThumbprint",
        on=f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="another client of the provider",
        action="iam:AddClientIDToOpenIDConnectProvider",
        on=f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="a provider of its own",
        action="iam:CreateOpenIDConnectProvider",
        on="*",
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="becoming another role",
        action="sts:AssumeRole",
        on=f"arn:aws:iam::{ACCOUNT}:role/admin",
        context={},
        guard="absent",
    ),
    # By policy version, and itself.
    Attack(
        name="a new version of its policy",
        action="iam:CreatePolicyVersion",
        on=f"arn:aws:iam::{ACCOUNT}:policy/{NAME_PREFIX}-deploy-1",
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="a new version of the boundary",
        action="iam:CreatePolicyVersion",
        on=BOUNDARY,
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="an older version of the boundary",
        action="iam:SetDefaultPolicyVersion",
        on=BOUNDARY,
        context={},
        guard="sid NoEscalation",
    ),
    Attack(name="the boundary removed", action="iam:DeletePolicy", on=BOUNDARY, context={}, guard="sid NoEscalation"),
    Attack(
        name="a policy on itself",
        action="iam:PutRolePolicy",
        on=f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-deploy",
        context=BOUND,
        guard="sid NotItself",
    ),
    Attack(
        name="a policy on the preview role",
        action="iam:AttachRolePolicy",
        on=f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-preview",
        context=BOUND,
        guard="sid NotItself",
    ),
    Attack(
        name="a user",
        action="iam:CreateUser",
        on=f"arn:aws:iam::{ACCOUNT}:user/backdoor",
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="a key of a user",
        action="iam:CreateAccessKey",
        on=f"arn:aws:iam::{ACCOUNT}:user/admin",
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="a password of a user",
        action="iam:UpdateLoginProfile",
        on=f"arn:aws:iam::{ACCOUNT}:user/admin",
        context={},
        guard="sid NoEscalation",
    ),
    Attack(
        name="an instance profile", action="iam:CreateInstanceProfile", on="*", context={}, guard="sid NoEscalation"
    ),
    # By function, task and passed role.
    Attack(
        name="a foreign role for a task",
        action="iam:PassRole",
        on=f"arn:aws:iam::{ACCOUNT}:role/admin",
        context={"iam:PassedToService": "ecs-tasks.amazonaws.com"},
        guard="name",
    ),
    Attack(
        name="its own role for a function",
        action="iam:PassRole",
        on=f"arn:aws:iam::{ACCOUNT}:role/{NAME_PREFIX}-deploy",
        context={"iam:PassedToService": "lambda.amazonaws.com"},
        guard="sid NotItself",
    ),
    Attack(
        name="a role for a machine",
        action="iam:PassRole",
        on=ROLE,
        context={"iam:PassedToService": "ec2.amazonaws.com"},
        guard="condition iam:PassedToService",
    ),
    Attack(
        name="a role for CloudFormation",
        action="iam:PassRole",
        on=ROLE,
        context={"iam:PassedToService": "cloudformation.amazonaws.com"},
        guard="condition iam:PassedToService",
    ),
    Attack(name="a machine", action="ec2:RunInstances", on="*", guard="absent"),
    Attack(name="a stack of CloudFormation's", action="cloudformation:CreateStack", on="*", guard="absent"),
    Attack(
        name="a shell in a task",
        action="ecs:ExecuteCommand",
        on=arn("ecs", f"task/{NAME_PREFIX}/1"),
        context={**HERE, **OURS},
        guard="absent",
    ),
    Attack(
        name="a service-linked role of another service",
        action="iam:CreateServiceLinkedRole",
        on=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/y",
        context={"iam:AWSServiceName": "organizations.amazonaws.com"},
        guard="condition iam:AWSServiceName",
    ),
    *_named(
        "lambda:UpdateFunctionCode",
        "lambda",
        "function:payroll",
        "function:storefront",
        "function:storefront-productionx",
        "function:x-storefront-production-y",
    ),
    *_named("lambda:AddPermission", "lambda", "function:payroll"),
    *_named("lambda:InvokeFunction", "lambda", "function:payroll"),
    *_named("lambda:PutFunctionConcurrency", "lambda", "function:payroll"),
    *_named("lambda:TagResource", "lambda", "function:payroll"),
    *_named(
        "ecs:RunTask",
        "ecs",
        "task-definition/payroll:1",
        "task-definition/storefront-staging-api:1",
        "task-definition/storefront-productionx:1",
    ),
    *_named("ecs:UpdateService", "ecs", "service/storefront-staging/api", "service/storefront-production2/api"),
    *_named("ecr:PutImage", "ecr", "repository/payroll", "repository/storefront/api-base", "repository/storefront"),
    # Like-named of another stack, which its tags give away.
    Attack(
        name="a function of a stack whose name prefix begins alike",
        action="lambda:UpdateFunctionCode",
        on=arn("lambda", f"function:{NAME_PREFIX}-eu-notify"),
        context={**HERE, **OTHERS},
        guard="sid NothingForeign",
    ),
    Attack(
        name="a function of somebody's copy of the stack",
        action="lambda:UpdateFunctionCode",
        on=arn("lambda", f"function:{NAME_PREFIX}-jane-notify"),
        context={**HERE, **COPY},
        guard="sid NothingOwned",
    ),
    Attack(
        name="the key of somebody's copy of the stack",
        action="kms:ScheduleKeyDeletion",
        on=arn("kms", "key/1"),
        context={**HERE, **COPY},
        guard="sid NothingOwned",
    ),
    Attack(
        name="a topic of a stack whose name prefix begins alike",
        action="sns:DeleteTopic",
        on=arn("sns", f"{NAME_PREFIX}-eu-page"),
        context={**HERE, **STAGING},
        guard="sid NothingForeign",
    ),
    # Data: databases, caches, buckets, secrets, keys, logs.
    *_named(
        "rds:DeleteDBInstance",
        "rds",
        "db:payroll",
        "db:storefront-production-2",
        "db:storefront-staging",
        "db:storefront-productio",
    ),
    *_named("rds:ModifyDBInstance", "rds", "db:storefront-production-eu"),
    *_named(
        "elasticache:DeleteReplicationGroup",
        "elasticache",
        "replicationgroup:storefront-staging",
        "replicationgroup:storefront-production-2",
    ),
    *_named(
        "s3:PutBucketPolicy",
        "s3",
        "arn:aws:s3:::payroll",
        "arn:aws:s3:::storefront-production-backups",
        "arn:aws:s3:::storefront-tfstate",
        "arn:aws:s3:::storefront-production",
    ),
    *_named(
        "secretsmanager:DeleteSecret", "secretsmanager", "secret:payroll-a1B2c3", "secret:storefront/payments/eu-a1B2c3"
    ),
    Attack(
        name="a value that people filled in",
        action="secretsmanager:GetSecretValue",
        on=arn("secretsmanager", "secret:storefront/payments-a1B2c3"),
        guard="name",
    ),
    Attack(
        name="the database's URL",
        action="secretsmanager:GetSecretValue",
        on=arn("secretsmanager", "secret:storefront/database-url-a1B2c3"),
        guard="name",
    ),
    Attack(
        name="the master password",
        action="secretsmanager:GetSecretValue",
        on=arn("secretsmanager", "secret:rds!db-1-a1B2c3"),
        context={**HERE, "aws:ResourceTag/aws:rds:primaryDBInstanceArn": arn("rds", f"db:{NAME_PREFIX}")},
        guard="name",
    ),
    Attack(
        name="a policy of a secret",
        action="secretsmanager:PutResourcePolicy",
        on=arn("secretsmanager", "secret:storefront/payments-a1B2c3"),
        guard="absent",
    ),
    Attack(
        name="another database's password rotated",
        action="secretsmanager:RotateSecret",
        on=arn("secretsmanager", "secret:rds!db-2-a1B2c3"),
        context={**HERE, "aws:ResourceTag/aws:rds:primaryDBInstanceArn": arn("rds", "db:payroll")},
        guard="condition aws:ResourceTag/aws:rds:primaryDBInstanceArn",
    ),
    Attack(
        name="an uploaded file",
        action="s3:GetObject",
        on="arn:aws:s3:::storefront-production-media-1/face.png",
        context={},
        guard="name",
    ),
    *_on_tags("kms:PutKeyPolicy", arn("kms", "key/1234abcd"), "the policy of a key"),
    *_on_tags("kms:Decrypt", arn("kms", "key/1234abcd"), "what a key encrypts"),
    *_on_tags("kms:ScheduleKeyDeletion", arn("kms", "key/1234abcd"), "the end of a key"),
    Attack(
        name="a foreign key under a name of its own",
        action="kms:CreateAlias",
        on=arn("kms", "key/1234abcd"),
        guard="condition aws:ResourceTag",
    ),
    Attack(
        name="a key without the stack's tags",
        action="kms:CreateKey",
        on="*",
        context={},
        guard="condition aws:RequestTag",
    ),
    Attack(
        name="a key that nobody can manage",
        action="kms:PutKeyPolicy",
        on=arn("kms", "key/1234abcd"),
        context={**OURS, "kms:BypassPolicyLockoutSafetyCheck": "true"},
        guard="sid NoLockout",
    ),
    *_named(
        "logs:DeleteLogGroup",
        "logs",
        "log-group:/ecs/payroll",
        "log-group:/ecs/backend",
        "log-group:/aws/lambda/storefront",
        "log-group:x-storefront-production-y",
    ),
    *_named("logs:GetLogEvents", "logs", "log-group:/ecs/payroll:log-stream:1"),
    # Taking over what has no tag yet, by giving it the stack's.
    Attack(
        name="tags for a foreign key",
        action="kms:TagResource",
        on=arn("kms", "key/1234abcd"),
        context={**HERE, **ASKED},
        guard="sid NoTakeover",
    ),
    Attack(
        name="tags for a foreign certificate",
        action="acm:AddTagsToCertificate",
        on=arn("acm", "certificate/1234abcd"),
        context={**HERE, **ASKED},
        guard="sid NoTakeover",
    ),
    Attack(
        name="tags for a foreign distribution",
        action="cloudfront:TagResource",
        on=f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1234",
        context=ASKED,
        guard="sid NoTakeover",
    ),
    Attack(
        name="tags for a foreign backup plan",
        action="backup:TagResource",
        on=arn("backup", "backup-plan:1234abcd"),
        context={**HERE, **ASKED},
        guard="sid NoTakeover",
    ),
    Attack(
        name="tags for a foreign network",
        action="ec2:CreateTags",
        on=arn("ec2", "vpc/vpc-1"),
        context={**HERE, **ASKED},
        guard="condition ec2:CreateAction",
    ),
    Attack(
        name="tags for a foreign group",
        action="ec2:CreateTags",
        on=arn("ec2", "security-group/sg-1"),
        context={**HERE, **ASKED, "ec2:Vpc": arn("ec2", "vpc/vpc-other")},
        guard="condition ec2:Vpc",
    ),
    Attack(
        name="tags for a foreign balancer",
        action="elasticloadbalancing:AddTags",
        on=arn("elasticloadbalancing", "loadbalancer/app/x/1"),
        context={**HERE, **ASKED},
        guard="condition elasticloadbalancing:CreateAction",
    ),
    *_named("logs:TagResource", "logs", "log-group:/ecs/payroll"),
    *_named("rds:AddTagsToResource", "rds", "db:payroll"),
    *_named("secretsmanager:TagResource", "secretsmanager", "secret:payroll-a1B2c3"),
    # The network and the edge.
    *_on_tags("ec2:DeleteVpc", arn("ec2", "vpc/vpc-1"), "a network"),
    *_on_tags(
        "ec2:AuthorizeSecurityGroupIngress",
        arn("ec2", "security-group/sg-1"),
        "the rules of a group",
        {**HERE, **ASKED},
    ),
    *_on_tags("ec2:RevokeSecurityGroupIngress", arn("ec2", "security-group/sg-1"), "the rules taken from a group"),
    *_on_tags("ec2:CreateRoute", arn("ec2", "route-table/rtb-1"), "a route"),
    *_on_tags("ec2:CreateSubnet", arn("ec2", "vpc/vpc-1"), "a subnet in a network", {**HERE, **ASKED}),
    *_on_tags("elasticloadbalancing:ModifyListener", arn("elasticloadbalancing", "listener/app/x/1/2"), "a listener"),
    *_on_tags(
        "elasticloadbalancing:CreateRule",
        arn("elasticloadbalancing", "listener/app/x/1/2"),
        "a rule of a listener",
        {**HERE, **ASKED},
    ),
    *_on_tags("cloudfront:UpdateDistribution", f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1234", "a distribution"),
    *_on_tags(
        "elasticloadbalancing:DeleteWebACLAssociation",
        arn("elasticloadbalancing", "loadbalancer/app/x/1"),
        "the firewall of a balancer",
    ),
    *_named("wafv2:UpdateWebACL", "wafv2", "regional/webacl/payroll/1"),
    Attack(
        name="another host's record",
        action="route53:ChangeResourceRecordSets",
        on="arn:aws:route53:::hostedzone/Z1",
        context={"route53:ChangeResourceRecordSetsNormalizedRecordNames": ["shop.example.com", "mail.example.com"]},
        guard="condition route53:ChangeResourceRecordSetsNormalizedRecordNames",
    ),
    Attack(
        name="a region of nobody's",
        action="sns:CreateTopic",
        on=f"arn:aws:sns:ap-southeast-2:{ACCOUNT}:{NAME_PREFIX}-x",
        context={"aws:RequestedRegion": "ap-southeast-2"},
        guard="sid NowhereElse",
    ),
    # What watches, switched off.
    *_named("cloudwatch:DeleteAlarms", "cloudwatch", "alarm:payroll", "alarm:storefront-staging-api"),
    *_named("events:DisableRule", "events", "rule/payroll", "rule/aws-controltower"),
    *_named("scheduler:DeleteSchedule", "scheduler", "schedule/default/payroll"),
    *_named("wafv2:DeleteLoggingConfiguration", "wafv2", "regional/webacl/payroll/1"),
    *_on_tags("ec2:DeleteFlowLogs", arn("ec2", "vpc-flow-log/fl-1"), "a flow log"),
    *_on_tags("backup:DeleteBackupPlan", arn("backup", "backup-plan:1234abcd"), "a backup plan"),
    *_named("backup:DeleteBackupVault", "backup", "backup-vault:payroll", "backup-vault:storefront-production-eu"),
    Attack(
        name="a recovery point",
        action="backup:DeleteRecoveryPoint",
        on=arn("backup", "recovery-point:1"),
        context={**HERE, **OURS},
        guard="sid NoLossOfBackups",
    ),
    Attack(
        name="a snapshot",
        action="rds:DeleteDBSnapshot",
        on=arn("rds", f"snapshot:{NAME_PREFIX}-final-1234abcd"),
        context={**HERE, **OURS},
        guard="sid NoLossOfBackups",
    ),
    Attack(
        name="automated backups",
        action="rds:DeleteDBInstanceAutomatedBackup",
        on=arn("rds", "auto-backup:1"),
        guard="sid NoLossOfBackups",
    ),
    Attack(
        name="the trail",
        action="cloudtrail:StopLogging",
        on=arn("cloudtrail", "trail/all"),
        guard="sid NoAccountSettings",
    ),
    Attack(
        name="the detector",
        action="guardduty:DeleteDetector",
        on=arn("guardduty", "detector/1"),
        guard="sid NoAccountSettings",
    ),
    Attack(
        name="the account's public access block",
        action="s3:PutAccountPublicAccessBlock",
        on="*",
        context={},
        guard="sid NoAccountSettings",
    ),
    Attack(
        name="leaving the organisation",
        action="organizations:LeaveOrganization",
        on="*",
        context={},
        guard="sid NoAccountSettings",
    ),
    # The state of other stacks, which share bucket and key.
    *[
        Attack(
            name=f"{action} of {file}",
            action=f"s3:{action}",
            on=f"arn:aws:s3:::storefront-tfstate/.pulumi/{file}",
            context={},
            guard="name",
        )
        for action, file in (
            ("GetObject", "stacks/slipway/staging.json"),
            ("PutObject", "stacks/slipway/staging.json"),
            ("GetObject", "stacks/slipway/prod-eu.json"),
            ("DeleteObject", "history/slipway/staging/1.json"),
            ("PutObject", "stacks/payroll/prod.json"),
            ("DeleteObject", "locks/organization/slipway/staging/1.json"),
            ("PutObject", "meta.yaml"),
        )
    ],
    Attack(
        name="secrets of another stack's state",
        action="kms:Decrypt",
        on=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/state",
        context={"kms:EncryptionContext:stack": "slipway/staging"},
        guard="condition kms:EncryptionContext:stack",
    ),
    Attack(
        name="secrets without a context",
        action="kms:Decrypt",
        on=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/state",
        context={},
        guard="condition kms:EncryptionContext",
    ),
]
"""With the deploying role's keys."""

PREVIEW: Final[Sequence[Attack]] = [
    Attack(
        name="its stack's state",
        action="s3:GetObject",
        on="arn:aws:s3:::storefront-tfstate/.pulumi/stacks/slipway/prod.json",
        context={},
        guard="absent",
    ),
    Attack(
        name="the secrets in it",
        action="kms:Decrypt",
        on=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/state",
        context={"kms:EncryptionContext:stack": "slipway/prod"},
        guard="absent",
    ),
    Attack(
        name="a secret",
        action="secretsmanager:GetSecretValue",
        on=arn("secretsmanager", "secret:storefront/payments-a1B2c3"),
        guard="absent",
    ),
    Attack(
        name="the cache's token",
        action="secretsmanager:GetSecretValue",
        on=arn("secretsmanager", f"secret:{NAME_PREFIX}-cache-secret-1-a1B2c3"),
        guard="absent",
    ),
    Attack(
        name="an uploaded file",
        action="s3:GetObject",
        on="arn:aws:s3:::storefront-production-media-1/face.png",
        context={},
        guard="absent",
    ),
    Attack(
        name="what a key encrypts", action="kms:Decrypt", on=arn("kms", "key/1234abcd"), context=OURS, guard="absent"
    ),
    Attack(
        name="logs",
        action="logs:GetLogEvents",
        on=arn("logs", f"log-group:/ecs/{NAME_PREFIX}-api:log-stream:1"),
        guard="absent",
    ),
    Attack(name="every task's environment", action="ecs:DescribeTaskDefinition", on="*", guard="absent"),
    Attack(name="user data", action="ec2:DescribeInstanceAttribute", on=arn("ec2", "instance/i-1"), guard="absent"),
    Attack(name="templates of machines", action="ec2:DescribeLaunchTemplateVersions", on="*", guard="absent"),
    Attack(name="keys of VPNs", action="ec2:DescribeVpnConnections", on="*", guard="absent"),
    Attack(name="a password of a machine", action="ec2:GetPasswordData", on=arn("ec2", "instance/i-1"), guard="absent"),
    Attack(name="a parameter", action="ssm:GetParameter", on=arn("ssm", "parameter/payroll"), guard="absent"),
    Attack(name="becoming another role", action="sts:AssumeRole", on=ROLE, context={}, guard="absent"),
    Attack(name="a role", action="iam:CreateRole", on=ROLE, context=BOUND, guard="absent"),
    Attack(
        name="a passed role",
        action="iam:PassRole",
        on=ROLE,
        context={"iam:PassedToService": "ecs-tasks.amazonaws.com"},
        guard="absent",
    ),
    Attack(name="a network", action="ec2:CreateVpc", on=arn("ec2", "vpc/*"), context={**HERE, **ASKED}, guard="absent"),
    Attack(
        name="a deployment", action="ecs:UpdateService", on=arn("ecs", f"service/{NAME_PREFIX}/api"), guard="absent"
    ),
    Attack(name="an image", action="ecr:PutImage", on=arn("ecr", "repository/storefront/api"), guard="absent"),
    *_named("lambda:GetFunction", "lambda", "function:payroll", "function:storefront-staging-x"),
    *_named("rds:DescribeDBInstances", "rds", "db:payroll"),
    *_named("s3:GetBucketPolicy", "s3", "arn:aws:s3:::payroll"),
    *_named("secretsmanager:DescribeSecret", "secretsmanager", "secret:payroll-a1B2c3"),
    *_named("iam:GetRole", "iam", f"arn:aws:iam::{ACCOUNT}:role/admin"),
    *_on_tags("kms:GetKeyPolicy", arn("kms", "key/1234abcd"), "the policy of a key"),
    *_on_tags("acm:DescribeCertificate", arn("acm", "certificate/1234abcd"), "a certificate"),
    *_on_tags(
        "cloudfront:GetDistributionConfig", f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1234", "a distribution"
    ),
]
"""With the keys that a pull request gets."""

TASK: Final[Sequence[Attack]] = [
    Attack(name=name, action=action, on=on, context=context, guard="boundary")
    for name, action, on, context in (
        ("a user", "iam:CreateUser", "*", {}),
        ("a role", "iam:CreateRole", ROLE, BOUND),
        ("a passed role", "iam:PassRole", ROLE, {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
        ("its boundary", "iam:DeleteRolePermissionsBoundary", ROLE, {}),
        ("becoming an administrator", "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin", {}),
        ("the organisation", "organizations:ListAccounts", "*", {}),
        (
            "another stack's secret",
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", "secret:payroll-a1B2c3"),
            HERE,
        ),
        (
            "staging's secret",
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", "secret:storefront/staging/payments-a1B2c3"),
            HERE,
        ),
        (
            "another database's password",
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", "secret:rds!db-2-a1B2c3"),
            {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": arn("rds", "db:payroll")},
        ),
        ("what another key encrypts", "kms:Decrypt", arn("kms", "key/1234abcd"), OTHERS),
        ("what an untagged key encrypts", "kms:Decrypt", arn("kms", "key/1234abcd"), {}),
        ("what the key of a copy encrypts", "kms:Decrypt", arn("kms", "key/1234abcd"), COPY),
        ("the policy of its own key", "kms:PutKeyPolicy", arn("kms", "key/1234abcd"), OURS),
        ("another bucket", "s3:GetObject", "arn:aws:s3:::payroll/x", {}),
        ("the state", "s3:GetObject", "arn:aws:s3:::storefront-tfstate/.pulumi/stacks/slipway/prod.json", {}),
        ("the policy of its own bucket", "s3:PutBucketPolicy", f"arn:aws:s3:::{NAME_PREFIX}-media-1", {}),
        ("another function", "lambda:InvokeFunction", arn("lambda", "function:payroll"), HERE),
        ("a machine", "ec2:RunInstances", "*", HERE),
        ("another cluster", "ecs:UpdateService", arn("ecs", "service/payroll/api"), HERE),
        ("another database", "rds:DeleteDBInstance", arn("rds", "db:payroll"), HERE),
        ("another topic", "sns:Publish", arn("sns", "payroll"), HERE),
        ("the log of another", "logs:PutLogEvents", arn("logs", "log-group:/ecs/payroll:log-stream:1"), HERE),
        ("a snapshot given away", "rds:ModifyDBSnapshotAttribute", arn("rds", "snapshot:awsbackup:job-1"), HERE),
    )
]
"""By a role of the stack that the attacker gave every permission there is."""
