"""Secrets whose value is a connection URL, composed inside AWS from a password that the program never sees."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components import _names as names
from components._checked import Checked
from components._dependencies import Dependency, with_dependencies
from components._role import service_role


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionStringArgs:
    """One URL: what it is made of, and who reads it. A change writes a new version and restarts its readers."""

    kind: Literal["postgres", "mysql", "redis"]
    """What it leads to: decides the scheme, the parameters and the keys that the source's JSON document has."""
    name: str | None = None
    """The name of its secret in Secrets Manager; None: its key."""
    source_arn: Input[str]
    """The secret with the password: `username` and `password` of a database as RDS keeps them, `token` of a cache."""
    key_arn: Input[str]
    """The KMS key that encrypts the source, and the URL too."""
    host: Input[str]
    """Where it leads."""
    port: int
    """The TCP port."""
    database: str = ""
    """The database's name; empty for none."""
    scheme: str | None = None
    """What it begins with, such as postgresql+asyncpg; None: postgresql, mysql or rediss by the kind."""
    parameters: Mapping[str, str] | None = None
    """What follows the question mark; None: `sslmode=require` for postgres, nothing otherwise."""
    services: Sequence[str] = ()
    """Names of the ECS services that read it."""
    after: Sequence[Dependency] = ()
    """What has to exist before it is composed, such as the version of a source that is made beside it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionStringSecretsArgs(Checked):
    """Which URLs there are, and where the function that composes them runs."""

    name_prefix: str
    """What generated names start with, such as storefront-production."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    function_name: str
    """The function's name in Lambda, by which people run it. A change replaces it."""
    urls: Mapping[str, ConnectionStringArgs]
    """The URLs by their secrets' names in Secrets Manager, or by what the program calls them. A new name is a new secret."""
    vpc_id: Input[str]
    """The network of its security group."""
    subnet_ids: Sequence[Input[str]]
    """Private subnets from which Secrets Manager and ECS are reached, by NAT or by their endpoints."""
    egress_cidr: str = "0.0.0.0/0"
    """Where it may connect to, on port 443; the network's own range suffices where both have endpoints."""
    cluster_name: Input[str]
    """The ECS cluster of the readers."""
    check_minutes: int = 5
    """Minutes between checks that nothing was missed, 1 to 1440: how long a lost event goes unnoticed."""
    timeout_seconds: int = 60
    """Seconds a run may take, 1 to 900."""
    reserved_concurrency: int | None = None
    """Runs at once at most, taken from the account's quota; None: no limit. More than one at once does no harm."""
    log_days: int = 90
    """Days its log is kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts its log; None: AWS's own."""
    recovery_days: int = 30
    """Days a deleted secret can be brought back, 7 to 30; 0 deletes at once and frees its name."""
    protect: bool = True
    """Whether Pulumi refuses to delete the secrets."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.function_name):
            shown = limits.short(self.function_name)
            yield (
                "function_name",
                f"{shown} is not a function's name: at most 64 letters, digits, hyphens and underscores",
            )
        for name, value, least, most in (
            ("check_minutes", self.check_minutes, 1, 1440),
            ("timeout_seconds", self.timeout_seconds, 1, 900),
        ):
            if not least <= value <= most:
                yield name, f"{value} is outside {least} to {most}"
        if self.reserved_concurrency is not None and self.reserved_concurrency < 1:
            yield "reserved_concurrency", f"{self.reserved_concurrency} is below 1: it would never run"
        if self.recovery_days not in (0, *range(7, 31)):
            yield "recovery_days", f"{self.recovery_days} is not allowed; 0 or 7 to 30 are"
        yield "log_days", limits.log_retention(self.log_days)
        yield "egress_cidr", limits.address_range(self.egress_cidr)
        yield from self._url_problems()

    def _url_problems(self) -> Iterator[tuple[str, str | None]]:
        if not self.urls:
            yield "urls", "none given; leave the component out"
        for name, url in self.urls.items():
            yield "urls", limits.secret_name(url.name or name)
            for service in url.services:
                yield "urls", limits.ecs_name(service)
            if not re.fullmatch(r"[a-z][a-z0-9+.-]*", _scheme(url)):
                shown = limits.short(_scheme(url))
                yield "urls", f"{shown} of {name} is not a scheme: lower-case letters, digits and + . -, a letter first"
        for _, problem in limits.apart(self.urls):
            yield "urls", problem


class ConnectionStringSecrets(pulumi.ComponentResource):
    """URL secrets and the function that fills them: now, whenever a password changes, and every few minutes to be sure.

    Secrets Manager tells EventBridge when the current version of a secret changes (`Secret Label Updated`); that needs no
    CloudTrail. No value of any secret is in the program or its state.
    """

    arns: Mapping[str, Output[str]]
    """ARNs of the URLs' secrets by name, usable once each has a value."""
    key_arns: Mapping[str, Input[str]]
    """The keys that encrypt them, by name."""
    ready: Output[str]
    """The function's ARN, usable once it filled every secret."""
    function_name: Output[str]
    """The function's name, for alarms."""
    log_group_name: Output[str]
    """Where the function logs to."""
    security_group_id: Output[str]
    """The function's security group."""

    def __init__(self, name: str, args: ConnectionStringSecretsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:SecretUrls", name, None, opts)
        secrets = {secret: self._secret(name, args, secret, url) for secret, url in args.urls.items()}
        configuration = _configuration(args, secrets)
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/lambda/{args.function_name}",
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            opts=ResourceOptions(parent=self),
        )
        role, policy = self._role(name, args, secrets, log)
        group, way_out = self._security_group(name, args, policy)
        # A check between the function's update and a new source's first version would fail.
        filled = with_dependencies(configuration, *(each for url in args.urls.values() for each in url.after))
        function = self._function(name, args, filled, role, log, group, [policy, way_out])
        rotation = {
            "source": ["aws.secretsmanager"],
            "detail-type": ["Secret Label Updated"],
            "resources": _distinct([url.source_arn for url in args.urls.values()]),
            "detail": {"labelUpdated": ["AWSCURRENT"]},
        }
        self._call_on(f"{name}-rotation", args, function, event_pattern=Output.json_dumps(rotation, sort_keys=True))
        minutes = args.check_minutes
        self._call_on(f"{name}-check", args, function, schedule=f"rate({minutes} minute{'s' * (minutes > 1)})")
        first = aws.lambda_.Invocation(
            f"{name}-first",
            function_name=function.name,
            input=json.dumps({"reason": "update"}),
            # Whatever the URLs are made of: a change has it run again.
            triggers={"urls": configuration, "code": _code_hash()},
            opts=ResourceOptions(parent=self),
        )

        self.arns = {secret_name: with_dependencies(secret.arn, first) for secret_name, secret in secrets.items()}
        self.key_arns = {secret_name: url.key_arn for secret_name, url in args.urls.items()}
        self.ready = with_dependencies(function.arn, first)
        self.function_name = function.name
        self.log_group_name = log.name
        self.security_group_id = group.id
        self.register_outputs(
            {
                "arns": self.arns,
                "key_arns": self.key_arns,
                "ready": self.ready,
                "function_name": self.function_name,
                "log_group_name": self.log_group_name,
                "security_group_id": self.security_group_id,
            }
        )

    def _secret(
        self, name: str, args: ConnectionStringSecretsArgs, secret_name: str, url: ConnectionStringArgs
    ) -> aws.secretsmanager.Secret:
        return aws.secretsmanager.Secret(
            f"{name}-{limits.slug(secret_name)}",
            name=url.name or secret_name,
            description=f"{_scheme(url)} URL, written by the function {args.function_name}",
            kms_key_id=url.key_arn,
            recovery_window_in_days=args.recovery_days,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )

    def _role(
        self,
        name: str,
        args: ConnectionStringSecretsArgs,
        secrets: Mapping[str, aws.secretsmanager.Secret],
        log: aws.cloudwatch.LogGroup,
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make the role of the function: read the passwords, write the URLs, restart their readers, nothing else."""
        role = service_role(
            self,
            f"{name}-role",
            service="lambda.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Composes the connection URLs of {args.name_prefix}",
            boundary_arn=args.boundary_arn,
        )
        partition = documents.partition(args.region)
        itself = Output.format(
            "arn:{0}:lambda:{1}:{2}:function:{3}", partition, args.region, args.account_id, args.function_name
        )
        keys = _distinct([url.key_arn for url in args.urls.values()])
        through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{args.region}.amazonaws.com"}}
        writing = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]
        statements = [
            documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [Output.concat(log.arn, ":*")]),
            # Lambda places the function in the network with these; the function's own code may not.
            documents.allow(_NETWORK_ACTIONS, ["*"]),
            documents.deny(_NETWORK_ACTIONS, ["*"], {"ArnEquals": {"lambda:SourceFunctionArn": itself}}),
            documents.allow(
                ["secretsmanager:GetSecretValue"], _distinct([url.source_arn for url in args.urls.values()])
            ),
            documents.allow(
                [f"secretsmanager:{action}" for action in writing], [secret.arn for secret in secrets.values()]
            ),
            documents.allow(["kms:Decrypt", "kms:GenerateDataKey"], keys, through),
        ]
        # They are made later, from what this function writes: their names make their ARNs.
        readers = sorted({service for url in args.urls.values() for service in url.services})
        if readers:
            arn = "arn:{0}:ecs:{1}:{2}:service/{3}/{4}"
            services = [
                Output.format(arn, partition, args.region, args.account_id, args.cluster_name, service)
                for service in readers
            ]
            statements.append(documents.allow(["ecs:DescribeServices", "ecs:UpdateService"], services))
        policy = aws.iam.RolePolicy(
            f"{name}-role",
            role=role.name,
            policy=documents.policy(*statements),
            opts=ResourceOptions(parent=self),
        )
        return role, policy

    def _security_group(
        self, name: str, args: ConnectionStringSecretsArgs, policy: aws.iam.RolePolicy
    ) -> tuple[aws.ec2.SecurityGroup, aws.vpc.SecurityGroupEgressRule]:
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            name_prefix=f"{args.name_prefix}-{name}-",
            description=f"Function {args.function_name}",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name_prefix}-{name}"},
            # Lambda removes its interfaces with the role's permission after the function is gone: the policy goes last.
            opts=ResourceOptions(parent=self, depends_on=[policy]),
        )
        rule = aws.vpc.SecurityGroupEgressRule(
            f"{name}-egress",
            security_group_id=group.id,
            cidr_ipv4=args.egress_cidr,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="To Secrets Manager and ECS",
            opts=ResourceOptions(parent=self),
        )
        return group, rule

    def _function(
        self,
        name: str,
        args: ConnectionStringSecretsArgs,
        configuration: Output[str],
        role: aws.iam.Role,
        log: aws.cloudwatch.LogGroup,
        group: aws.ec2.SecurityGroup,
        before: Sequence[pulumi.Resource],
    ) -> aws.lambda_.Function:
        return aws.lambda_.Function(
            f"{name}-function",
            name=args.function_name,
            description=f"Keeps the connection URLs of {args.name_prefix} in step with their passwords",
            runtime="python3.13",
            architectures=["arm64"],
            handler="handler.handle",
            code=pulumi.AssetArchive({"handler.py": pulumi.FileAsset(_CODE)}),
            role=role.arn,
            memory_size=256,
            timeout=args.timeout_seconds,
            reserved_concurrent_executions=args.reserved_concurrency,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables={"URLS": configuration.apply(fitting)}),
            vpc_config=aws.lambda_.FunctionVpcConfigArgs(
                subnet_ids=list(args.subnet_ids), security_group_ids=[group.id]
            ),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_format="JSON", application_log_level="INFO", system_log_level="INFO", log_group=log.name
            ),
            opts=ResourceOptions(
                parent=self,
                # Lambda refuses a role that may not place it in the network yet.
                depends_on=list(before),
                # Its name is fixed: two cannot stand side by side.
                delete_before_replace=True,
            ),
        )

    def _call_on(
        self,
        name: str,
        args: ConnectionStringSecretsArgs,
        function: aws.lambda_.Function,
        *,
        event_pattern: Output[str] | None = None,
        schedule: str | None = None,
    ) -> None:
        """Run the function on an event or a schedule."""
        rule = aws.cloudwatch.EventRule(
            name,
            name=names.after(args.name_prefix, name, names.RULE),
            description=f"Runs {args.function_name} {'when a password changes' if event_pattern else 'in case an event was lost'}",
            event_pattern=event_pattern,
            schedule_expression=schedule,
            opts=ResourceOptions(parent=self),
        )
        permission = aws.lambda_.Permission(
            name,
            function=function.name,
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=ResourceOptions(parent=self),
        )
        aws.cloudwatch.EventTarget(
            name,
            rule=rule.name,
            arn=function.arn,
            opts=ResourceOptions(parent=self, depends_on=[permission]),
        )


@dataclass(frozen=True, slots=True)
class _UrlFormat:
    """What URLs of a kind have in common."""

    scheme: str
    password_key: str
    username_key: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


_FORMATS: Final[Mapping[str, _UrlFormat]] = {
    "postgres": _UrlFormat("postgresql", "password", "username", {"sslmode": "require"}),
    # MySQL's drivers do not agree on a parameter for TLS; the server insists on it.
    "mysql": _UrlFormat("mysql", "password", "username"),
    "redis": _UrlFormat("rediss", "token"),
}
_CODE: Final = "functions/compose_secret_urls/handler.py"
_NETWORK_ACTIONS: Final[Sequence[str]] = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


def _configuration(args: ConnectionStringSecretsArgs, secrets: Mapping[str, aws.secretsmanager.Secret]) -> Output[str]:
    """Return what the function is told: canonical JSON, so that an unchanged program never runs it again."""
    return Output.json_dumps(
        [
            {
                "name": name,
                "target": secrets[name].arn,
                "source": url.source_arn,
                "scheme": _scheme(url),
                "host": url.host,
                "port": url.port,
                "path": url.database,
                "parameters": _FORMATS[url.kind].parameters if url.parameters is None else url.parameters,
                "username_key": _FORMATS[url.kind].username_key,
                "password_key": _FORMATS[url.kind].password_key,
                "cluster": args.cluster_name,
                "services": sorted(url.services),
            }
            for name, url in sorted(args.urls.items())
        ],
        sort_keys=True,
    )


def fitting(configuration: str) -> str:
    """Return what the function is told as its variable holds it: as it is, or packed where Lambda's 4 KB would not hold it."""
    if len(configuration) <= _PLAIN_CHARACTERS:
        return configuration
    return base64.b64encode(zlib.compress(configuration.encode(), level=9)).decode()


_PLAIN_CHARACTERS: Final = 4000


def _scheme(url: ConnectionStringArgs) -> str:
    return url.scheme or _FORMATS[url.kind].scheme


def _code_hash() -> str:
    """Return the hash of the function's source, by this file's place: Pulumi alone knows the project's folder while it runs."""
    return hashlib.sha256((Path(__file__).parent.parent / _CODE).read_bytes()).hexdigest()


def _distinct(values: Sequence[Input[str]]) -> list[Input[str]]:
    """Return each value once, by identity: outputs cannot be compared before they are known."""
    return list({id(value) if isinstance(value, Output) else value: value for value in values}.values())
