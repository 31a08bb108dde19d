"""The users of a database: a task that makes them in it, and the secrets with their passwords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import pulumi
import pulumi_aws as aws
import pulumi_random as random
from pulumi import Input, Output, ResourceOptions

import limits
from components import _database_password as passwords
from components import _documents as documents
from components._containers import ContainerArgs, SecretReference, definitions
from components._dependencies import with_dependencies
from components._group_rules import connection
from components._migration_run import MigrationRun, MigrationRunArgs
from components._pull_through import FILL
from components._role import service_role
from components._task import task_definition
from components._user_statements import UserArgs, script, variable


@dataclass(frozen=True, kw_only=True, slots=True)
class UsersTaskArgs:
    """The users that there are to be, and where the task that makes them runs."""

    users: Mapping[str, UserArgs]
    """The users by name: letters, digits and underscores. One that is taken out logs in no more; what it owns stays."""
    image: str
    """The image with the engine's own client, `psql` or `mysql`, with tag or digest."""
    repository_arns: Sequence[str] = ()
    """The ECR repository it comes from, if it does."""
    cached_repository_arns: Sequence[str] = ()
    """The same, if it may be in the namespace of a pull-through cache."""
    family: str
    """The task definition's family."""
    log_group_name: str
    """Where it logs to. A change deletes the group with what it holds."""
    cluster_arn: Input[str]
    """The cluster it runs in."""
    subnet_ids: Sequence[Input[str]]
    """Private subnets, or public ones, from which the image's registry, Secrets Manager and CloudWatch are reached."""
    public_ip: bool = False
    """Whether it gets a public address, as it needs in public subnets."""
    timeout_seconds: int = 900
    """Seconds until the update gives up on it, 60 to 43200."""
    profile: str | None = None
    """The profile of the AWS configuration file that starts it; None: the environment decides."""
    assume_role_arns: Sequence[str] = ()
    """Roles to assume to start it, each with the one before, as the AWS provider does."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Other addresses of `ecs` and `sts`, for emulators."""

    def problems(self, engine: str, master: str) -> Iterator[tuple[str, str | None]]:
        """Check the engine's limits; yield arguments, and what is wrong with each."""
        if not self.users:
            yield "users", "none given; leave them out"
        for name in self.users:
            yield "users", limits.rds_user(engine, name)
            if name == master:
                yield "users", f"{name!r} is the master user, which RDS looks after"
        for _, problem in limits.apart(self.users):
            yield "users", problem
        owners = sorted(name for name, user in self.users.items() if user.rights == "owner")
        if len(owners) > 1:
            yield "users", f"{limits.listed(owners, 'and')} cannot all own what is in the database: one does"
        for name in owners:
            if self.users[name].login == "iam":
                yield (
                    "users",
                    f"{name!r} owns what the master user has to reach as its member, which would then log in with tokens alone",
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseUsersArgs:
    """A database, and the task that makes users in it. A change of users, passwords or the database runs it."""

    task: UsersTaskArgs
    """The users and the task."""
    name_prefix: str
    """What generated names start with, such as storefront-production."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    vpc_id: Input[str]
    """The network of its security group."""
    engine: Literal["postgres", "mysql"]
    """What the database speaks."""
    host: Input[str]
    """The database's own address: users are made past a proxy, which knows none of them yet."""
    port: int
    """Its TCP port."""
    database_name: str
    """The database inside."""
    resource_id: Input[str]
    """What is another with another database of the same address, in which there are no users."""
    answering: Sequence[pulumi.Resource] = ()
    """What has to stand before it takes connections."""
    security_group_id: Input[str]
    """The database's own security group, which gets a rule that lets the task in."""
    secret_arn: Input[str]
    """The secret with `username` and `password` of the master user."""
    key_arn: Input[str]
    """The key that encrypts that secret, and those of the users."""
    log_days: int = 90
    """Days its log is kept."""
    log_key_arn: Input[str] | None = None
    """The key that encrypts its log; None: AWS's own."""
    recovery_days: int = 30
    """Days a deleted secret can be brought back, 7 to 30; 0 deletes it at once."""
    protect: bool = True
    """Whether Pulumi refuses to delete the users' secrets."""
    boundary_arn: Input[str] | None = None
    """The permissions boundary of its roles; None: they have none."""


class DatabaseUsers(pulumi.ComponentResource):
    """Users of a database that are there once `ready` is known to be, each with a secret of its own or with tokens of IAM's.

    The program makes the passwords, which are in Pulumi's encrypted state. The task reads them from one secret, and only when it has set them do the
    users' own secrets say the new ones: what reads those never has a password that the database does not take.
    """

    secrets: Mapping[str, aws.secretsmanager.Secret]
    """Secrets with `username` and `password` as a JSON document, by user; empty before the password is set."""
    secret_arns: Mapping[str, Output[str]]
    """Their ARNs, usable once the password is set."""
    ready: Output[str]
    """The task's revision, usable once every user is there."""

    def __init__(self, name: str, args: DatabaseUsersArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:DatabaseUsers", name, None, opts)
        made = {
            user: self._password(f"{name}-password-{limits.slug(user)}")
            for user, wanted in sorted(args.task.users.items())
            if wanted.login == "password"
        }
        given = self._given(name, args, made) if made else None
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=args.task.log_group_name,
            retention_in_days=args.log_days,
            kms_key_id=args.log_key_arn,
            opts=ResourceOptions(parent=self),
        )
        run, definition = self._run(name, args, given, log, sorted(made))
        self.secrets = {user: self._secret(name, args, user) for user in made}
        self.secret_arns = {
            user: self._filled(name, user, password, self.secrets[user], run) for user, password in made.items()
        }
        self.ready = with_dependencies(definition.arn, run)
        self.register_outputs({"secret_arns": self.secret_arns, "ready": self.ready})

    def _password(self, name: str) -> Output[str]:
        # What may stand in a shell, a URL and every driver's connection string as it is.
        return random.RandomPassword(
            name,
            length=40,
            special=True,
            override_special="-_",
            min_lower=1,
            min_upper=1,
            min_numeric=1,
            min_special=1,
            opts=ResourceOptions(parent=self),
        ).result

    def _given(
        self, name: str, args: DatabaseUsersArgs, made: Mapping[str, Output[str]]
    ) -> aws.secretsmanager.SecretVersion:
        """Keep what passwords are set by for the task alone: for PostgreSQL what it keeps in their place."""
        secret = aws.secretsmanager.Secret(
            f"{name}-given",
            name_prefix=f"{args.name_prefix}-{name}-given-",
            description=f"What the passwords of the users of {args.database_name} are set by",
            kms_key_id=args.key_arn,
            recovery_window_in_days=args.recovery_days,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )
        kept = made if args.engine == "mysql" else {user: text.apply(passwords.scram) for user, text in made.items()}
        return aws.secretsmanager.SecretVersion(
            f"{name}-given",
            secret_id=secret.id,
            secret_string=Output.json_dumps(kept, sort_keys=True),
            opts=ResourceOptions(parent=self),
        )

    def _secret(self, name: str, args: DatabaseUsersArgs, user: str) -> aws.secretsmanager.Secret:
        """Make what keeps a user's password, as RDS keeps the master user's."""
        return aws.secretsmanager.Secret(
            f"{name}-secret-{limits.slug(user)}",
            name_prefix=f"{args.name_prefix}-{name}-{limits.slug(user)}-",
            description=f"User {user} of database {args.database_name}",
            kms_key_id=args.key_arn,
            recovery_window_in_days=args.recovery_days,
            opts=ResourceOptions(parent=self, protect=args.protect),
        )

    def _filled(
        self, name: str, user: str, password: Output[str], secret: aws.secretsmanager.Secret, run: MigrationRun
    ) -> Output[str]:
        """Fill a user's secret; return its ARN, usable once it is filled."""
        version = aws.secretsmanager.SecretVersion(
            f"{name}-secret-{limits.slug(user)}",
            # Readers restart when it changes: the database must take the new password by then.
            secret_id=with_dependencies(secret.id, run),
            secret_string=Output.json_dumps({"username": user, "password": password}, sort_keys=True),
            opts=ResourceOptions(parent=self),
        )
        return with_dependencies(secret.arn, version)

    def _run(
        self,
        name: str,
        args: DatabaseUsersArgs,
        given: aws.secretsmanager.SecretVersion | None,
        log: aws.cloudwatch.LogGroup,
        users: Sequence[str],
    ) -> tuple[MigrationRun, aws.ecs.TaskDefinition]:
        task = args.task
        group, rules = self._security_group(name, args)
        execution_role, policy = self._execution_role(name, args, given, log)
        role = service_role(
            self,
            f"{name}-task",
            service="ecs-tasks.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"What the task that makes users of {args.name_prefix} may do: nothing",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        definition = task_definition(
            self,
            f"{name}-task",
            family=task.family,
            cpu=256,
            memory_mib=512,
            architecture="x86_64",
            execution_role_arn=execution_role.arn,
            task_role_arn=role.arn,
            containers=definitions([_container(args, given, users)], {_CONTAINER: task.image}, log.name, args.region),
            suppressed_controls=(),
            not_secret=(),
        )
        run = MigrationRun(
            f"{name}-run",
            MigrationRunArgs(
                task_definition=definition.arn,
                containers=[_CONTAINER],
                cluster=task.cluster_arn,
                subnets=task.subnet_ids,
                public_ip=task.public_ip,
                security_groups=[group.id],
                log_group=log.name,
                timeout_seconds=task.timeout_seconds,
                region=args.region,
                profile=task.profile,
                role_arns=task.assume_role_arns,
                endpoints=task.endpoints,
                users={user: f"{wanted.rights}, by {wanted.login}" for user, wanted in sorted(task.users.items())},
            ),
            ResourceOptions(parent=self, depends_on=[policy, *rules, *args.answering]),
        )
        return run, definition

    def _security_group(
        self, name: str, args: DatabaseUsersArgs
    ) -> tuple[aws.ec2.SecurityGroup, Sequence[pulumi.Resource]]:
        """Make the task's group: out to the database and to AWS, where nobody gets in."""
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            name_prefix=f"{args.name_prefix}-{name}-",
            description=f"Task that makes users of database {args.database_name}",
            vpc_id=args.vpc_id,
            tags={"Name": f"{args.name_prefix}-{name}"},
            opts=ResourceOptions(parent=self),
        )
        rules = connection(
            self,
            f"{name}-database",
            group.id,
            args.security_group_id,
            args.port,
            to="the database",
            by="the task that makes its users",
        )
        aws_out = aws.vpc.SecurityGroupEgressRule(
            f"{name}-egress",
            security_group_id=group.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="To the image's registry, Secrets Manager and CloudWatch",
            opts=ResourceOptions(parent=self),
        )
        return group, [*rules, aws_out]

    def _execution_role(
        self,
        name: str,
        args: DatabaseUsersArgs,
        given: aws.secretsmanager.SecretVersion | None,
        log: aws.cloudwatch.LogGroup,
    ) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        """Make the role ECS starts the task with: it alone reads the master user's password for it."""
        role = service_role(
            self,
            f"{name}-execution",
            service="ecs-tasks.amazonaws.com",
            name_prefix=args.name_prefix,
            description=f"Starts the task that makes users of {args.name_prefix}",
            account_id=args.account_id,
            boundary_arn=args.boundary_arn,
        )
        through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{args.region}.amazonaws.com"}}
        secrets = [args.secret_arn, *([given.secret_id] if given else [])]
        statements = [
            documents.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [Output.concat(log.arn, ":*")]),
            documents.allow(["secretsmanager:GetSecretValue"], secrets),
            documents.allow(["kms:Decrypt"], [args.key_arn], through),
        ]
        if args.task.repository_arns:
            pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
            statements.append(documents.allow(["ecr:GetAuthorizationToken"], ["*"]))
            statements.append(documents.allow(pull, args.task.repository_arns))
        if args.task.cached_repository_arns:
            statements.append(documents.allow(FILL, args.task.cached_repository_arns))
        policy = aws.iam.RolePolicy(
            f"{name}-execution",
            role=role.name,
            policy=documents.policy(*statements),
            opts=ResourceOptions(parent=self),
        )
        return role, policy


_CONTAINER: Final = "users"


def _container(
    args: DatabaseUsersArgs, given: aws.secretsmanager.SecretVersion | None, users: Sequence[str]
) -> ContainerArgs:
    """Return the container: what is new about users, passwords or the database is in it, so that it is another revision then."""
    host, port, user, word = (
        ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        if args.engine == "postgres"
        else ("DATABASE_HOST", "DATABASE_PORT", "DATABASE_USER", "MYSQL_PWD")
    )
    postgres = {"PGDATABASE": args.database_name, "PGSSLMODE": "require", "PGCONNECT_TIMEOUT": "10"}
    secrets = {
        user: SecretReference(arn=args.secret_arn, key="username"),
        word: SecretReference(arn=args.secret_arn, key="password"),
    }
    if given:
        secrets |= {
            variable(one): SecretReference(arn=given.secret_id, key=one, version=given.version_id) for one in users
        }
    return ContainerArgs(
        name=_CONTAINER,
        image=args.task.image,
        entry_point=("sh", "-c"),
        command=(script(args.engine, args.database_name, args.task.users),),
        environment={
            host: args.host,
            port: str(args.port),
            "DATABASE_RESOURCE_ID": args.resource_id,
            **(postgres if args.engine == "postgres" else {}),
        },
        secrets=secrets,
    )
