"""Images: repositories that scan, keep tags where they are, and let nobody else in."""

from collections.abc import Iterator
from typing import Final

from policy import values
from policy.control import EVERYWHERE, HUB, IN_PRODUCTION, NOWHERE, Control, Severity
from policy.documents import is_public, matches
from policy.model import Finding, Graph, Resource, is_aws_key
from policy.rule import Config, resource_rule, stack_rule
from policy.values import UNKNOWN, Answer, Value

REPOSITORY: Final = "aws:ecr/repository:Repository"


LIFECYCLE: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"


REGISTRY_POLICY: Final = "aws:ecr/registryPolicy:RegistryPolicy"


REGISTRY_SCAN: Final = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"


REPOSITORY_POLICY: Final = "aws:ecr/repositoryPolicy:RepositoryPolicy"


_UNDER_OWN_KEY: Final = (
    'encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}] (replaces the repository)'
)


@resource_rule(
    Control(
        name="repository-under-own-key",
        title="Image repositories are encrypted with a key of one's own",
        category="Encryption",
        severity=Severity.MEDIUM,
        levels=EVERYWHERE,
        why="Images hold the application's code. It can be chosen only when the repository is made.",
        remediation='aws.ecr.Repository(..., encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}])',
        url=HUB + "ecr-controls.html#ecr-5",
        fsbp=("ECR.5",),
        nist=("SC-28",),
        checkov=("CKV_AWS_136",),
    ),
    REPOSITORY,
)
def repository_under_own_key(repository: Resource, _config: Config) -> Iterator[Finding]:
    """AES256 is the default; KMS without a key is ECR's own. Both can be chosen only when the repository is made."""
    block = repository.get("encryptionConfigurations")
    kind = values.text(values.at(block, "encryptionType"), default="AES256")
    key = values.at(block, "kmsKey")
    if kind is UNKNOWN:
        yield repository.unknown("encryptionType is not known yet")
    elif kind not in ("KMS", "KMS_DSSE"):
        yield repository.fails(
            f"encryptionType is {values.show(kind, 'AES256')}, wanted KMS",
            fix=_UNDER_OWN_KEY,
        )
    elif key in (None, "") or is_aws_key(key):
        what = "kmsKey is not set, so it is ECR's own key" if key in (None, "") else "kmsKey is ECR's own key"
        yield repository.fails(f"{what}, wanted one of one's own", fix=_UNDER_OWN_KEY)


@resource_rule(
    Control(
        name="repository-tags-immutable",
        title="An image tag never moves",
        category="Images",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A task that restarts after a push would run other code than the one that was tested.",
        remediation='aws.ecr.Repository(..., image_tag_mutability="IMMUTABLE")',
        url=HUB + "ecr-controls.html#ecr-2",
        suppressible=True,
        fsbp=("ECR.2",),
        nist=("CM-2", "SI-7"),
        checkov=("CKV_AWS_51",),
        prowler=("ecr_repositories_tag_immutability",),
    ),
    REPOSITORY,
)
def repository_tags_immutable(repository: Resource, _config: Config) -> Iterator[Finding]:
    """A tag that can move makes every deployment a guess."""
    mode = repository.text("imageTagMutability", default="MUTABLE")
    if mode is UNKNOWN:
        yield repository.unknown("imageTagMutability is not known yet")
    elif not mode.startswith("IMMUTABLE"):
        seen = values.show(mode, "MUTABLE(_WITH_EXCLUSION)?")
        yield repository.fails(
            f"imageTagMutability is {seen}, wanted IMMUTABLE", fix='image_tag_mutability="IMMUTABLE"'
        )


@stack_rule(
    Control(
        name="repository-scanned",
        title="Images are scanned when they are pushed",
        category="Images",
        severity=Severity.HIGH,
        levels=EVERYWHERE,
        why="Known holes in packages reach production unseen.",
        remediation='aws.ecr.Repository(..., image_scanning_configuration={"scan_on_push": True})',
        url=HUB + "ecr-controls.html#ecr-1",
        fsbp=("ECR.1",),
        nist=("RA-5",),
        checkov=("CKV_AWS_163",),
        prowler=("ecr_repositories_scan_images_on_push_enabled",),
    ),
    REPOSITORY,
)
def repository_scanned(graph: Graph, _config: Config) -> Iterator[Finding]:
    """By the repository's own setting, or by a rule of the registry's that fits its name."""
    rules = [rule for registry in graph.of(REGISTRY_SCAN) for rule in values.items(registry.get("rules"))]
    for repository in graph.of(REPOSITORY):
        by_itself = repository.flag("imageScanningConfiguration.scanOnPush")
        yield from repository.must_hold(
            values.some([by_itself, *(_scans(rule, repository.get("name")) for rule in rules)]),
            "imageScanningConfiguration.scanOnPush is false, wanted true",
            about="whether its images are scanned",
            fix='image_scanning_configuration={"scan_on_push": True}',
        )


def _scans(rule: Value, name: Value) -> Answer:
    """Whether a rule of the registry's scans a repository. A filter without ``*`` fits any name that holds it."""
    frequency = values.at(rule, "scanFrequency")
    if rule is UNKNOWN or frequency is UNKNOWN:
        return UNKNOWN
    if frequency not in ("SCAN_ON_PUSH", "CONTINUOUS_SCAN"):
        return False
    filters = [values.at(item, "filter") for item in values.items(values.at(rule, "repositoryFilters"))]
    return values.some(_fits(item, name) for item in filters)


def _fits(pattern: Value, name: Value) -> Answer:
    if pattern == "*":
        return True
    if not isinstance(pattern, str) or not isinstance(name, str):
        return UNKNOWN
    return matches(pattern if "*" in pattern else f"*{pattern}*", name)


@stack_rule(
    Control(
        name="repository-lifecycle-set",
        title="Old images are removed",
        category="Images",
        severity=Severity.MEDIUM,
        levels=NOWHERE,
        why="Every push leaves an image that costs and has known holes.",
        remediation="an aws.ecr.LifecyclePolicy that keeps the newest images",
        url=HUB + "ecr-controls.html#ecr-3",
        fsbp=("ECR.3",),
        nist=("CM-2",),
        prowler=("ecr_repositories_lifecycle_policy_enabled",),
    ),
    REPOSITORY,
)
def repository_lifecycle_set(graph: Graph, _config: Config) -> Iterator[Finding]:
    """Every push leaves an image behind."""
    for repository in graph.of(REPOSITORY):
        policies, vague = graph.companions(repository, "repository", LIFECYCLE)
        yield from repository.must_hold(
            values.some([bool(policies), *[UNKNOWN] * vague]),
            "no lifecycle policy removes old images",
            about="its lifecycle policy",
            fix="an aws.ecr.LifecyclePolicy for it that keeps the newest images",
        )


@resource_rule(
    Control(
        name="repository-policy-not-public",
        title="Images are not open to everybody",
        category="Exposure",
        severity=Severity.CRITICAL,
        levels=EVERYWHERE,
        why="Images hold the application's code; with write access, what runs in production.",
        remediation="a repository policy that names its accounts",
        url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
        nist=("AC-3", "AC-6"),
        checkov=("CKV_AWS_32",),
        prowler=("ecr_repositories_not_publicly_accessible",),
        cdk_nag=("ECR1", "ECROpenAccess"),
    ),
    REPOSITORY_POLICY,
    REGISTRY_POLICY,
)
def repository_policy_not_public(resource: Resource, _config: Config) -> Iterator[Finding]:
    """An image holds the application's code."""
    yield from resource.must_hold(
        values.negated(is_public(values.document(resource.get("policy")))),
        'policy allows Principal "*" without a condition on who calls or from where',
        about="policy",
        fix='name the accounts, or add {"StringEquals": {"aws:PrincipalOrgID": ...}}',
    )


@resource_rule(
    Control(
        name="repository-not-emptied-on-destroy",
        title="Deleting the repository does not delete its images",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="A service whose image is gone cannot start another task.",
        remediation="aws.ecr.Repository(..., force_delete=False)",
        url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-delete.html",
        nist=("CP-9", "SI-13"),
    ),
    REPOSITORY,
)
def repository_not_emptied_on_destroy(repository: Resource, _config: Config) -> Iterator[Finding]:
    """AWS refuses to delete a repository that holds images."""
    yield from repository.must_be("forceDelete", wanted=False, fix="force_delete=False")
