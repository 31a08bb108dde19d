"""The roles of tasks: which secrets they may read, and that the application's is its own."""

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from policy import values
from policy.control import IN_PRODUCTION, NOWHERE, Control, Severity
from policy.documents import allows, conditions, grants, matches, statements
from policy.model import Finding, Graph, Resource
from policy.rule import Config, stack_rule
from policy.rules.container import IDENTIFIER, TASK, containers, unread
from policy.rules.identity import ROLE
from policy.values import UNKNOWN, Answer, Value

ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


POLICY: Final = "aws:iam/policy:Policy"


RESOURCE_POLICY: Final = "aws:secretsmanager/secretPolicy:SecretPolicy"


KMS_KEY: Final = "aws:kms/key:Key"


_HOLDER: Final = "aws:secretsmanager/secret:Secret"


ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"


_READING: Final = ("secretsmanager:getsecretvalue", "ssm:getparameters")
"""The actions by which ECS reads what a container definition calls secrets, in lower case."""


_EVERY_SECRET: Final = re.compile(
    r"\*+|arn:[^:]*(:\*+|:(secretsmanager|ssm)(:\*+|:[^:]*(:\*+|:[^:]*:(\*+|secret:?\*+|parameter/?\*+))))"
)
"""Resources that leave no secret or parameter out. A ``*`` of IAM stands for colons, too."""


_ABOUT_ONE: Final = ("aws:resourcetag/", "secretsmanager:resourcetag/", "secretsmanager:secretid", "ssm:resourcetag/")


_READS_EVERYTHING: Final = (
    r"arn:aws[a-z-]*:iam::aws:policy/(SecretsManagerReadWrite|AmazonSSMReadOnlyAccess|AmazonSSMFullAccess)"
)


_READS_NO_SECRET: Final = re.compile(r"arn:aws[a-z-]*:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")


_SECRET_ARN: Final = re.compile(r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d+:secret:[^:]+")


@stack_rule(
    Control(
        name="task-roles-differ",
        title="The application has another role than the one that starts it",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="What starts a task pulls every image and reads every secret of it; the application needs neither.",
        remediation="aws.ecs.TaskDefinition(..., execution_role_arn=starter.arn, task_role_arn=application.arn)",
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html",
        nist=("AC-6",),
        checkov=("CKV_AWS_249",),
    ),
    TASK,
)
def roles_differ(graph: Graph, _config: Config) -> Iterator[Finding]:
    """What starts a task pulls images and reads every secret; the application in it needs neither."""
    for task in graph.of(TASK):
        if not (task.has("executionRoleArn") and task.has("taskRoleArn")):
            continue
        starts, works = task.get("executionRoleArn"), task.get("taskRoleArn")
        starter, worker = (graph.refers(task, path, ROLE) for path in ("executionRoleArn", "taskRoleArn"))
        same: Answer = UNKNOWN
        if starter.certain and worker.certain:
            same = starter.found == worker.found
        elif UNKNOWN not in (starts, works):
            same = starts == works
        elif not set(starter.found) & set(worker.found):
            # A role that is not made yet is none that has an ARN already.
            vague = [
                value for value, role in ((starts, starter), (works, worker)) if value is UNKNOWN and not role.found
            ]
            same = UNKNOWN if vague else False
        yield from task.must_hold(
            UNKNOWN if same is UNKNOWN else not same,
            "executionRoleArn and taskRoleArn are the same role",
            about="whether executionRoleArn and taskRoleArn differ",
            fix="task_role_arn=<a role with what the application needs>.arn",
        )


_LISTS: Final = (
    ("aws:iam/policyAttachment:PolicyAttachment", "roles", "policyArn"),
    ("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "roleName", "policyArns"),
)
"""Other ways to give roles managed policies: the type, the property that names the roles, and the one that names the policies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """What a role may do, as far as the stack says it."""

    documents: tuple[tuple[Resource, Value], ...]
    """Its policies with where they are written."""
    ready: tuple[tuple[Resource, Value], ...]
    """The ARNs of policies that the stack does not hold."""
    whole: bool
    """Whether nothing else in the stack may be a policy of it."""

    @property
    def known(self) -> bool:
        """Whether all that the stack says of it is known."""
        return self.whole and not any(values.has_unknown(item) for _, item in (*self.documents, *self.ready))

    def allowed(self, *actions: str) -> list[str]:
        """Patterns of the resources on which it may do one of some actions, conditions aside."""
        doing = [item for _, document in self.documents for item in statements(document) if grants(item, actions)]
        return [pattern for item in doing for pattern in list(values.strings(item.get("Resource"))) or ["*"]]


def _granted(graph: Graph, role: Resource) -> Granted:
    own = role.inputs
    documents = [(role, values.document(values.at(item, "policy"))) for item in values.items(own.get("inlinePolicies"))]
    ready = [(role, arn) for arn in values.items(own.get("managedPolicyArns"))]
    inline, vague = graph.companions(role, "role", ROLE_POLICY)
    documents += [(item, values.document(item.get("policy"))) for item in inline]
    attached, vague_too = graph.companions(role, "role", ATTACHMENT)
    for attachment in attached:
        more, rest = _attached(graph, attachment, "policyArn")
        documents, ready = [*documents, *more], [*ready, *rest]
    for token, path, arns in _LISTS:
        for holder in graph.of(token):
            chosen = graph.refers(holder, path, ROLE)
            if role not in chosen.found:
                vague = vague or (bool(chosen.foreign) and values.has_unknown(holder.get(path)))
                continue
            vague = vague or not chosen.exact
            more, rest = _attached(graph, holder, arns)
            documents, ready = [*documents, *more], [*ready, *rest]
    return Granted(documents=tuple(documents), ready=tuple(ready), whole=not (vague or vague_too))


def _attached(
    graph: Graph, holder: Resource, path: str
) -> tuple[list[tuple[Resource, Value]], list[tuple[Resource, Value]]]:
    """The documents of the stack's policies that a property names, and the ARNs of those that the stack does not hold."""
    chosen = graph.refers(holder, path, POLICY)
    documents = [(policy, values.document(policy.get("policy"))) for policy in chosen.found]
    known = [policy.get("arn") for policy in chosen.found]
    ready: list[tuple[Resource, Value]] = [
        (holder, arn) for arn in values.items(holder.get(path)) if arn is not UNKNOWN and arn not in known
    ]
    # An ARN that is an output of a policy of the stack is told apart from others by what the property depends on.
    ready = ready if chosen.foreign or not chosen.found else []
    return documents, [*ready, *[(holder, UNKNOWN)] * (chosen.foreign and UNKNOWN in values.items(holder.get(path)))]


def _reads(statement: dict[str, Value]) -> bool:
    """Whether a statement allows to read secrets, some or all."""
    actions = [item.lower() for item in values.strings(statement.get("Action"))]
    spared = [item.lower() for item in values.strings(statement.get("NotAction"))]
    return allows(statement) and any(
        _matches(actions, action) or ("NotAction" in statement and not _matches(spared, action)) for action in _READING
    )


def _matches(patterns: Iterable[str], text: str) -> bool:
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


def _reads_everything(statement: dict[str, Value]) -> bool:
    wide = any(_EVERY_SECRET.fullmatch(item) for item in values.strings(statement.get("Resource")))
    limited = any(key.startswith(_ABOUT_ONE) for _, key, _ in conditions(statement))
    return _reads(statement) and (wide or "NotResource" in statement) and not limited


@stack_rule(
    Control(
        name="execution-role-reads-named-secrets",
        title="Execution roles read the secrets they need",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Whoever can start a task with it reads every secret of the account.",
        remediation='{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [secret.arn, ...]}',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html",
        nist=("AC-6", "IA-5"),
    ),
    TASK,
)
def execution_role_reads_named_secrets(graph: Graph, _config: Config) -> Iterator[Finding]:
    """A task that starts with the right to every secret of the account is a way to every secret of the account."""
    roles: dict[str, Resource] = {}
    for task in graph.of(TASK):
        found = graph.refers(task, "executionRoleArn", ROLE).found
        roles |= {role.urn: role for role in found}
        if task.get("executionRoleArn") is UNKNOWN and not found:
            yield task.unknown("its execution role is not known yet")
    for role in roles.values():
        granted = _granted(graph, role)
        for holder, document in granted.documents:
            wide = [index for index, item in enumerate(statements(document)) if _reads_everything(item)]
            yield from _narrow(holder, role, f"statement {wide[0] + 1}" if wide else "", document)
        for holder, arn in granted.ready:
            match = re.fullmatch(_READS_EVERYTHING, arn) if isinstance(arn, str) else None
            yield from _narrow(holder, role, match[1] if match else "", arn)
        if not granted.whole:
            yield role.unknown("which policies it has is not known yet")


def _narrow(holder: Resource, role: Resource, wide: str, policy: Value) -> Iterator[Finding]:
    if wide:
        fix = '"Resource": [secret.arn, ...] for secretsmanager:GetSecretValue'
        yield holder.fails(f"{wide} lets execution role {role.name} read every secret", fix=fix)
    elif values.has_unknown(policy):
        yield holder.unknown("which secrets it lets be read is not known yet")


@stack_rule(
    Control(
        name="task-secrets-readable",
        title="Execution roles may read the secrets of their tasks",
        category="Secrets",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="A task that may not read its secrets never starts, and the deployment waits for it.",
        remediation='{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": [secret.arn, ...]}',
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
        nist=("CP-10",),
    ),
    TASK,
)
def task_secrets_readable(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Secrets, parameters, logins of registries and of log drivers, and the keys they are under. A secret's own policy may allow it, too."""
    opened = {policy.text("secretArn") for policy in graph.of(RESOURCE_POLICY)}
    for task in graph.of(TASK):
        yield from unread(task)
        starter = graph.refers(task, "executionRoleArn", ROLE)
        wanted = [item for item in _secrets(graph, task) if item.arn not in opened]
        if not wanted or not (starter.found or task.get("executionRoleArn") is UNKNOWN):
            continue
        granted = _granted(graph, starter.found[0]) if starter.certain else None
        if granted is None or not granted.known or UNKNOWN in opened:
            yield task.unknown("what its execution role may read is not known yet")
        elif all(_READS_NO_SECRET.fullmatch(str(arn)) for _, arn in granted.ready):
            for item in wanted:
                yield from _missing(task, starter.found[0], granted, item)


def _missing(task: Resource, role: Resource, granted: Granted, item: "_Wanted") -> Iterator[Finding]:
    action = _READ_FROM_MANAGER if item.is_secret else _GET_PARAMETER
    if not any(matches(pattern, item.arn) for pattern in granted.allowed(action)):
        yield task.fails(
            f"its execution role may not read {item.where}",
            fix=f'{{"Effect": "Allow", "Action": "{action}", "Resource": {"secret" if item.is_secret else "parameter"}.arn}}',
        )
    if item.key is None or _admits(item.key, role):
        return
    arn = item.key.get("arn")
    yield from task.must_hold(
        any(matches(pattern, arn) for pattern in granted.allowed("kms:Decrypt")) if isinstance(arn, str) else UNKNOWN,
        f"its execution role may not decrypt {item.where} with the key that it is under",
        about=f"the key of {item.where}",
        fix='{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key.arn}',
    )


def _admits(key: Resource, role: Resource) -> bool:
    """Whether the key's own policy lets the role decrypt."""
    return any(
        grants(statement, ["kms:Decrypt"])
        and role.get("arn") in values.items(values.at(statement.get("Principal"), "AWS"))
        for statement in statements(values.document(key.get("policy")))
    )


_READ_FROM_MANAGER: Final = "secretsmanager:GetSecretValue"
_GET_PARAMETER: Final = "ssm:GetParameters"
_PARAMETER_ARN: Final = re.compile(r"arn:[a-z-]+:ssm:[a-z0-9-]+:\d+:parameter/[\w./-]+")
_PARAMETER_NAME: Final = re.compile(r"/?[\w.-]+(?:/[\w.-]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """Something that the execution role must be able to read."""

    where: str
    """How messages call it."""
    arn: str
    """A secret's or a parameter's ARN; of a parameter by name one of no particular region and account."""
    is_secret: bool
    key: Resource | None = None
    """The stack's key that it is under; None where it is under AWS's, or where the stack does not say."""


def _secrets(graph: Graph, task: Resource) -> Iterator[_Wanted]:
    """What the containers of a task refer to and the execution role reads."""
    for name, container in containers(task):
        yield from _listed(graph, f"container {name}", container.get("secrets"))
        log = container.get("logConfiguration")
        yield from _listed(graph, f"container {name}, log driver", values.at(log, "secretOptions"))
        login = values.at(container.get("repositoryCredentials"), "credentialsParameter")
        if isinstance(login, str) and (match := _SECRET_ARN.match(login)):
            yield _Wanted(
                where=f"container {name}, repositoryCredentials",
                arn=match[0],
                is_secret=True,
                key=_key(graph, match[0]),
            )


def _listed(graph: Graph, holder: str, secrets: Value) -> Iterator[_Wanted]:
    for place, secret in enumerate(values.items(secrets)):
        reference = values.at(secret, "valueFrom")
        if not isinstance(reference, str):
            continue
        variable = values.show(values.at(secret, "name"), IDENTIFIER)
        where = f"{holder}, {f'secret {place + 1}' if variable in ('not set', 'another value') else variable}"
        if match := _SECRET_ARN.match(reference):
            yield _Wanted(where=where, arn=match[0], is_secret=True, key=_key(graph, match[0]))
        elif match := _PARAMETER_ARN.fullmatch(reference):
            yield _Wanted(where=where, arn=match[0], is_secret=False)
        elif _PARAMETER_NAME.fullmatch(reference):
            arn = f"arn:aws:ssm:eu-north-1:000000000000:parameter/{reference.lstrip('/')}"
            yield _Wanted(where=where, arn=arn, is_secret=False)


def _key(graph: Graph, arn: str) -> Resource | None:
    """The key of this stack that a secret of this stack is under."""
    for secret in graph.of(_HOLDER):
        if secret.get("arn") == arn and secret.inputs.has("kmsKeyId"):
            keys = graph.refers(secret, "kmsKeyId", KMS_KEY)
            return keys.found[0] if keys.certain and len(keys.found) == 1 else None
    return None
