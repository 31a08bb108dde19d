"""Cognito: passwords, guests, deletion."""

from collections.abc import Iterator
from typing import Final

from policy.control import HUB, IN_PRODUCTION, Control, Severity
from policy.model import Finding, Resource
from policy.rule import Config, Parameter, resource_rule
from policy.values import UNKNOWN

USER_POOL: Final = "aws:cognito/userPool:UserPool"


@resource_rule(
    Control(
        name="user-pool-passwords-strong",
        title="User pools ask for strong passwords",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Short passwords are guessed. Parameter: minLength.",
        remediation='aws.cognito.UserPool(..., password_policy={"minimum_length": 12, ...})',
        url=HUB + "cognito-controls.html#cognito-3",
        fsbp=("Cognito.3",),
        nist=("IA-5",),
        prowler=("cognito_user_pool_password_policy_minimum_length_14",),
        cdk_nag=("COG1",),
    ),
    USER_POOL,
    minLength=Parameter({"type": "integer", "minimum": 6, "maximum": 99}, 8),
)
def user_pool_passwords_strong(resource: Resource, config: Config) -> Iterator[Finding]:
    """Cognito's default asks for eight characters of every kind."""
    least = config.number("minLength")
    if resource.has("passwordPolicy"):
        fix = f'password_policy={{"minimum_length": {least}, ...}}'
        yield from resource.must_reach("passwordPolicy.minimumLength", least=least, unit="characters", fix=fix)
        for kind in ("Lowercase", "Numbers", "Symbols", "Uppercase"):
            yield from resource.must_be(
                f"passwordPolicy.require{kind}", wanted=True, fix=f'"require_{kind.lower()}": True'
            )


@resource_rule(
    Control(
        name="user-pool-deletion-protected",
        title="AWS refuses to delete the user pool",
        category="Deletion protection",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Every user would have to register again; passwords cannot be restored.",
        remediation='aws.cognito.UserPool(..., deletion_protection="ACTIVE")',
        url="https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html",
        nist=("CP-9",),
        prowler=("cognito_user_pool_deletion_protection_enabled",),
    ),
    USER_POOL,
)
def user_pool_deletion_protected(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default."""
    seen = resource.text("deletionProtection", default="INACTIVE")
    yield from resource.must_hold(
        UNKNOWN if seen is UNKNOWN else seen == "ACTIVE",
        "deletionProtection is INACTIVE, wanted ACTIVE",
        about="deletionProtection",
        fix='deletion_protection="ACTIVE"',
    )


@resource_rule(
    Control(
        name="identity-pool-without-guests",
        title="Identity pools give guests no credentials of AWS",
        category="Identity",
        severity=Severity.MEDIUM,
        levels=IN_PRODUCTION,
        why="Everybody gets credentials of the account without signing in.",
        remediation="aws.cognito.IdentityPool(..., allow_unauthenticated_identities=False)",
        url=HUB + "cognito-controls.html#cognito-2",
        fsbp=("Cognito.2",),
        nist=("AC-3",),
        checkov=("CKV_AWS_366",),
        prowler=("cognito_identity_pool_guest_access_disabled",),
        cdk_nag=("COG7",),
    ),
    "aws:cognito/identityPool:IdentityPool",
)
def identity_pool_without_guests(resource: Resource, _config: Config) -> Iterator[Finding]:
    """Off by default."""
    yield from resource.must_be(
        "allowUnauthenticatedIdentities", wanted=False, fix="allow_unauthenticated_identities=False"
    )
