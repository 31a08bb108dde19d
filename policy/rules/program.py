"""The program as a whole: where it may build, what is protected, and what it must not hold."""

import base64
import fnmatch
import re
from collections.abc import Iterator
from typing import Final

from policy import values
from policy.common.credentials import is_credential, looks_secret, names_secret
from policy.control import EVERYWHERE, NOWHERE, OPT_IN, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.rules.container import IDENTIFIER, TASK, declared_harmless
from policy.topology import CACHE, DATABASE, DATABASE_CLUSTER
from policy.values import UNKNOWN, Value

PROVIDER: Final = "pulumi:providers:aws"


_WORDS: Final = {"type": "array", "items": {"type": "string"}}


_STATEFUL: Final = (
    DATABASE,
    DATABASE_CLUSTER,
    CACHE,
    "aws:dynamodb/table:Table",
    "aws:efs/fileSystem:FileSystem",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
)


_GUARDED: Final[list[Value]] = [
    "*",
    "assumeRolePolicy",
    "atRestEncryptionEnabled",
    "backupRetentionPeriod",
    "blockPublicAcls",
    "blockPublicPolicy",
    "cidrBlocks",
    "cidrIpv4",
    "deletionProtection",
    "enableKeyRotation",
    "ignorePublicAcls",
    "ingress",
    "inlinePolicies",
    "kmsKeyId",
    "kmsMasterKeyId",
    "managedPolicyArns",
    "multiAz",
    "policy",
    "publiclyAccessible",
    "restrictPublicBuckets",
    "storageEncrypted",
    "transitEncryptionEnabled",
    "transitEncryptionMode",
]


_PLACES_FOR_SECRETS: Final = (
    "aws:secretsmanager/secretVersion:SecretVersion",
    "random:",
    "tls:",
    "pulumi:",
)
"""Types that exist to hold secrets; what they hold is judged by rules of their own."""


_PARAMETER: Final = "aws:ssm/parameter:Parameter"


_OF_IMAGE: Final = "sourceConfiguration.imageRepository.imageConfiguration"
_OF_CODE: Final = "sourceConfiguration.codeRepository.codeConfiguration.codeConfigurationValues"


_VARIABLES: Final = {
    "aws:amplify/app:App": ("environmentVariables",),
    "aws:amplify/branch:Branch": ("environmentVariables",),
    "aws:apprunner/service:Service": (
        f"{_OF_IMAGE}.runtimeEnvironmentVariables",
        f"{_OF_CODE}.runtimeEnvironmentVariables",
    ),
    "aws:codebuild/project:Project": ("environment.environmentVariables",),
}
"""What gives programs an environment, beside tasks and functions, and the property that holds it: by name, or as a list."""


_ENCODED: Final = ("userData", "userDataBase64")
"""Properties that hold, or may hold, a text in base64: a launch template's user data is nothing else."""


_JUDGED_ELSEWHERE: Final = frozenset({(TASK, "containerDefinitions"), ("aws:lambda/function:Function", "environment")})


@resource_rule(
    Control(
        name="regions-allowed",
        title="Only allowed regions and accounts are built in",
        category="Operations",
        severity=Severity.HIGH,
        levels=OPT_IN,
        why="Data lands under another law, or in somebody else's account. Parameters: regions, accounts.",
        remediation='aws.Provider(region="eu-central-1", allowed_account_ids=["123456789012"])',
        url="https://docs.aws.amazon.com/controltower/latest/controlreference/primary-region-deny-policy.html",
        nist=("CM-7",),
    ),
    regions=Parameter(_WORDS, []),
    accounts=Parameter(_WORDS, []),
)
def regions_allowed(resource: Resource, config: Config) -> Iterator[Finding]:
    """The provider's region, a resource's own region, and the accounts that the provider is held to."""
    if not resource.type.startswith(("aws:", PROVIDER)):
        return
    regions, accounts = config.words("regions"), config.words("accounts")
    region = resource.text("region")
    if regions and region is UNKNOWN:
        yield resource.unknown("region is not known yet")
    elif regions and region and region not in regions:
        shown = values.show(region, r"[a-z]{2}(-[a-z]+)+-\d")
        yield resource.fails(f"region is {shown}, wanted {', '.join(regions)}", fix=f'region="{regions[0]}"')
    if resource.type == PROVIDER and accounts:
        held = values.document(resource.get("allowedAccountIds"))
        if held is UNKNOWN:
            yield resource.unknown("allowedAccountIds are not known yet")
        elif not values.items(held) or any(account not in accounts for account in values.items(held)):
            what = "allowedAccountIds is not held to the organisation's accounts"
            yield resource.fails(what, fix=f'allowed_account_ids=["{accounts[0]}"]')


@resource_rule(
    Control(
        name="stateful-resources-protected",
        title="What holds data is protected from deletion by Pulumi",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="A renamed resource is a deleted one; protect stops the update first.",
        remediation="opts=ResourceOptions(protect=True)",
        url="https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/back-up-data.html",
        nist=("CP-9",),
    ),
    *_STATEFUL,
)
def stateful_resources_protected(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Pulumi then refuses to delete or replace it."""
    if not resource.protect:
        yield resource.fails("its option protect is off, wanted on", fix="opts=ResourceOptions(protect=True)")


@resource_rule(
    Control(
        name="guarded-properties-not-ignored",
        title="No safety property is under ignore_changes",
        category="Operations",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="What somebody switched off by hand stays off. Parameter: properties.",
        remediation="ResourceOptions(ignore_changes=[...]) without it",
        url="https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/ops_ready_to_support_const_orc.html",
        nist=("CM-3",),
    ),
    properties=Parameter(_WORDS, _GUARDED),
)
def guarded_properties_not_ignored(resource: Resource, config: Config) -> Iterator[Finding]:
    """What changes behind the program's back stays changed."""
    guarded = set(config.words("properties"))
    ignored = sorted({re.split(r"[.\[]", path)[0] for path in resource.ignore_changes} & guarded)
    if ignored:
        yield resource.fails(f"ignore_changes holds {', '.join(ignored)}", fix="leave it out of ignore_changes")


@resource_rule(
    Control(
        name="built-by-approved-components",
        title="Guarded types are built by approved components",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="Whoever writes the resource alone forgets what the component knows. Parameters: types, components.",
        remediation="the component of the organisation's library",
        url="https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/ops_dev_integ_share_design_stds.html",
        nist=("CM-2",),
    ),
    types=Parameter(_WORDS, []),
    components=Parameter(_WORDS, []),
)
def built_by_approved_components(resource: Resource, config: Config) -> Iterator[Finding]:
    """The URN tells whose child a resource is."""
    if resource.type not in config.words("types"):
        return
    parents = resource.urn.split("::")[2:3]
    chain = parents[0].split("$")[:-1] if parents else []
    approved = config.words("components")
    if not any(fnmatch.fnmatchcase(parent, pattern) for parent in chain for pattern in approved):
        yield resource.fails(
            "no approved component built it", fix=f"one of {', '.join(approved) or 'the approved components'}"
        )


@resource_rule(
    Control(
        name="no-plaintext-credentials",
        title="No property holds a credential",
        category="Secrets",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Everybody who may describe the resource reads it, and so does everybody with the state.",
        remediation="a secret in Secrets Manager, referred to by its ARN",
        url="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_identities_secrets.html",
        nist=("IA-5", "SC-28"),
        checkov=("CKV_AWS_45", "CKV_AWS_41", "CKV_AWS_46"),
    )
)
def no_plaintext_credentials(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Keys, tokens and addresses with passwords, in any string; and what is secret by its name, in variables and plain parameters.

    The provider's keys are for a session at most. What containers get has a rule of its own.
    """
    if resource.type == PROVIDER and str(resource.get("accessKey")).startswith("AKIA"):
        what = "accessKey is a key that never ends, which the state holds with its secret"
        yield resource.fails(what, fix="a profile, or a role taken by OIDC in the environment of the pipeline")
    if resource.type.startswith(_PLACES_FOR_SECRETS) or (
        resource.type == _PARAMETER and resource.text("type") in ("SecureString", UNKNOWN)
    ):
        return
    evaluated = {key: value for key, value in resource.props.items() if (resource.type, key) not in _JUDGED_ELSEWHERE}
    for path in _leaks(evaluated, ""):
        yield resource.fails(
            f"{path} holds what looks like a credential", fix="a secret in Secrets Manager, referred to by ARN"
        )
    harmless = declared_harmless(resource)
    for place, name, value in _named(resource):
        if name not in harmless and not is_credential(value) and looks_secret(name, value):
            yield resource.fails(
                f"{place} looks like a secret by its name", fix="a secret in Secrets Manager, or a SecureString"
            )


def _named(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """What stands in clear under a name of the program's own: the words for a message, the name and the value."""
    for path in _VARIABLES.get(resource.type, ()):
        for name, value in _variables(resource.get(path)):
            yield f"{path}, {values.show(name, IDENTIFIER)}", name, value
    called = resource.text("name") or resource.name
    if resource.type == _PARAMETER and isinstance(called, str):
        for path in ("value", "insecureValue"):
            for value in values.strings(resource.get(path)):
                yield f"{path} of a String", called.rpartition("/")[2], value


def _variables(environment: Value) -> Iterator[tuple[str, str]]:
    """The variables that stand in clear, of a mapping or of a list of names with values."""
    listed: list[tuple[Value, Value]] = []
    if isinstance(environment, dict):
        listed += environment.items()
    elif isinstance(environment, list):
        listed += [
            (values.at(item, "name"), values.at(item, "value"))
            for item in environment
            if values.at(item, "type") in (None, "PLAINTEXT")
        ]
    yield from ((key, value) for key, value in listed if isinstance(key, str) and isinstance(value, str))


def _is_for_secrets(name: str) -> bool:
    """Whether AWS made a property for a secret: authToken, privateKey."""
    return re.fullmatch(r"[a-z][A-Za-z0-9]*", name) is not None and names_secret(name)


def _decoded(value: str) -> str:
    """What a text in base64 says; nothing where it is something else."""
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("latin-1")
    except ValueError:
        return ""


_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")


def _leaks(value: Value, path: str) -> Iterator[str]:
    if isinstance(value, str):
        name = path.rpartition(".")[2]
        texts = (value, _decoded(value)) if name in _ENCODED else (value,)
        if any(map(is_credential, texts)) and not _is_for_secrets(name):
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            step = key if _NAME.fullmatch(key) else "*"
            yield from _leaks(item, f"{path}.{step}" if path else step)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaks(item, f"{path}.{index}")


@resource_rule(
    Control(
        name="instance-classes-allowed",
        title="Databases, caches and tasks are of an allowed size",
        category="Operations",
        severity=Severity.LOW,
        levels=OPT_IN,
        why="A typing error in a class can cost thousands a month. Parameters: classes, maxCpu, maxMemory.",
        remediation='aws.rds.Instance(..., instance_class="db.t4g.medium")',
        url="https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/cost_type_size_number_resources.html",
        nist=("CM-7",),
    ),
    DATABASE,
    CACHE,
    "aws:elasticache/cluster:Cluster",
    "aws:rds/clusterInstance:ClusterInstance",
    DATABASE_CLUSTER,
    TASK,
    classes=Parameter(_WORDS, []),
    maxCpu=Parameter({"type": "integer", "minimum": 256}, 16384),
    maxMemory=Parameter({"type": "integer", "minimum": 512}, 122880),
)
def instance_classes_allowed(resource: Resource, config: Config) -> Iterator[Finding]:
    """A guard against a bill that nobody expected. `maxCpu` in CPU units, `maxMemory` in MiB; Fargate has no more."""
    if resource.type == TASK:
        yield from _size_allowed(resource, "cpu", config.number("maxCpu"))
        yield from _size_allowed(resource, "memory", config.number("maxMemory"))
        return
    allowed = config.words("classes")
    path = "dbClusterInstanceClass" if resource.type == DATABASE_CLUSTER else "instanceClass"
    path = path if resource.type.startswith("aws:rds/") else "nodeType"
    seen = resource.text(path)
    if seen is UNKNOWN:
        yield resource.unknown(f"{path} is not known yet")
    elif allowed and seen and not any(fnmatch.fnmatchcase(seen, pattern) for pattern in allowed):
        shown = values.show(seen, r"(db|cache)\.[a-z0-9.-]{1,30}")
        yield resource.fails(f"{path} is {shown}, wanted {', '.join(allowed)}", fix="a class on the list")


def _size_allowed(task: Resource, path: str, most: int) -> Iterator[Finding]:
    """Findings about a task's CPU or memory, which may be written in vCPU or GB: both are 1024 of the usual unit."""
    seen = task.get(path)
    match = re.fullmatch(r"(?i)(\d+(?:\.\d+)?)\s*(?:vcpu|gb)", seen) if isinstance(seen, str) else None
    size = float(match[1]) * 1024 if match else task.number(path)
    if size is UNKNOWN:
        yield task.unknown(f"{path} is not known yet")
    elif size > most:
        yield task.fails(f"{path} is {values.show(size)}, wanted at most {most}", fix=f'{path}="{most}"')
