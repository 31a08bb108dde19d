"""`slipway:delivery`: the roles of GitHub's workflows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

import limits
from settings.model.section import RoleName, Section
from settings.rules import Rule, form


class GitHub(Section):
    """The repository whose workflows deploy, and from where in it: `environment` or `branch`."""

    repository: Annotated[
        str, form(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", "a repository, such as octo-org/storefront")
    ] = Field(examples=["octo-org/storefront"])
    """`owner/name`."""
    environment: (
        Annotated[str, form(r"[^\s*?:][^*?:]{0,254}", "an environment: 1 to 255 characters without * ? :")] | None
    ) = None
    """The GitHub environment whose jobs may deploy, such as `production`: its protection rules, such as required reviewers, are the approval."""
    branch: Annotated[str, form(r"[^\s*?:]{1,244}", "a branch: no spaces, * ? :")] | None = None
    """The branch whose jobs may deploy without an environment, such as `main`: whoever can push to it deploys."""
    owner_id: Annotated[int, Field(ge=1)] | None = None
    """The owner's number, such as 583231, which a new owner of the same name does not have: `gh api repos/OWNER/NAME --jq .owner.id`."""
    repository_id: Annotated[int, Field(ge=1)] | None = None
    """The repository's number, such as 1296269: `gh api repos/OWNER/NAME --jq .id`."""


class Delivery(Section):
    """The role that a repository's workflows deploy this stack with, without long-lived keys.

    It cannot change itself: an administrator runs the update that makes it, or that changes names given in this file.
    """

    github: GitHub
    """Where deployments come from, such as `{repository: acme/shop, environment: production}`: nobody else can take the roles."""
    role_name: RoleName | None = None
    """The role's name, such as storefront-github; default the names of app and environment, and `-deploy`."""
    preview_role_name: RoleName | None = None
    """The name of a role that pull requests may only read with, such as shop-preview; none when left out. A change replaces the role: workflows name
    it."""
    provider_arn: (
        Annotated[
            str,
            form(
                r"arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\.actions\.githubusercontent\.com",
                "the ARN of GitHub's identity provider, arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
            ),
        ]
        | None
    ) = None
    """The account's identity provider for GitHub where another stack made it, such as
    arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com: an account has one. Left out, it is made here."""
    session_hours: Annotated[int, Field(ge=1, le=12)] = 1
    """Hours that a deployment's credentials may last, such as 2: longer than migrations and rollouts take together."""
    state_bucket: Annotated[str, Rule(limits.bucket_name)] | None = None
    """The S3 bucket of Pulumi's state, such as `acme-pulumi-state`: the role may read and write this stack's files in it. Left out, it reaches
    no bucket of state."""
    state_key_arn: (
        Annotated[str, form(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+", "the ARN of a KMS key")]
        | None
    ) = None
    """The KMS key of the state and of the secrets in it, such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab. The
    secrets are told from other stacks' by the encryption context: `pulumi stack init --secrets-provider
    'awskms://KEY?region=REGION&context_stack=PROJECT/STACK'`."""
    own_state_key: bool = False
    """Whether the key is for this stack alone, so that its secrets need no encryption context."""
    preview_reads_state: bool = False
    """Whether the preview role reads the stack's state and, with the key, every secret in it: then every pull request can."""
    boundary_arn: (
        Annotated[
            str,
            form(
                r"arn:aws[a-z-]*:iam::(?:[0-9]{12}|aws):policy/\S+",
                "a managed policy's ARN, such as arn:aws:iam::123456789012:policy/developers",
            ),
        ]
        | None
    ) = None
    """The permissions boundary of every role of the stack, a managed policy of the account or one of AWS's own; left out, the stack makes one."""
