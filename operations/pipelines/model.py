"""`pipelines.yaml` beside the stack files: what of a pipeline no stack file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

_BRANCH = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}"
_PATH = r"\.|(?:\./)?[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}"

Branch = Annotated[str, Field(pattern=f"^{_BRANCH}$")]
Folder = Annotated[str, Field(pattern=f"^(?:{_PATH})$")]


class _Model(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True, use_attribute_docstrings=True
    )


class ImageBuild(_Model):
    """How an image is built."""

    context: Folder = "."
    """The folder whose files the image is built from, such as ./backend."""
    dockerfile: Folder = "Dockerfile"
    """The Dockerfile, below the context."""
    args: Mapping[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], str] = Field(default_factory=dict)
    """Build arguments; never secrets, which stay in the image."""


class Stage(_Model):
    """One stack that a branch deploys."""

    stack: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
    """The stack's name: `Pulumi.<stack>.yaml` beside this file."""
    branches: Sequence[Branch] = ("main",)
    """A push to one of these deploys it."""
    environment: str = ""
    """The GitHub environment, whose protection rules are the approval; default: the stack file's `delivery.github.environment`."""
    role_variable: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")] = "DEPLOY_ROLE_ARN"
    """The GitHub variable that holds the deploy role's ARN, `pulumi stack output deployRoleArn`; a variable of the environment or repository."""
    preview_role_variable: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")] = "PREVIEW_ROLE_ARN"
    """The GitHub variable of the repository that holds the preview role's ARN, `pulumi stack output previewRoleArn`: used where the stack file
    has `delivery.previewRoleName` and `previewReadsState`."""
    backup_first: bool = False
    """Whether a snapshot is taken before migrations run."""


class Migrations(_Model):
    """Migrations that get a pipeline of their own, beside the one before each new version."""

    paths: Sequence[Annotated[str, Field(min_length=1, max_length=200)]] = Field(min_length=1)
    """Changes to these run it, such as backend/migrations/**."""
    service: str
    """The service whose `migrate` it is."""
    validate_with: Sequence[str] = Field(default=(), alias="validate")
    """Commands that check the migrations without a deployed database."""


class Pipelines(_Model):
    """What `make pipelines` writes workflows from."""

    name: str = "Deploy"
    """The name of the deployment's workflow."""
    slipway: Folder = "."
    """The folder of the repository that holds this program."""
    python: Annotated[str, Field(pattern=r"^3\.\d{1,2}(?:\.\d{1,2})?$")] = "3.12"
    """The Python that the tests run with."""
    test: Sequence[Annotated[str, Field(min_length=1, max_length=500)]] = ("make test",)
    """Commands that test the application, in the repository's root."""
    audit: Sequence[Annotated[str, Field(min_length=1, max_length=500)]] = ()
    """Commands that look for holes in the application's own code and dependencies, in the repository's root."""
    builds: Mapping[str, ImageBuild] = Field(default_factory=dict)
    """How the services' images are built, by service; a service that is not here is built from the folder of its name."""
    stages: Sequence[Stage] = Field(min_length=1)
    """What is deployed, and by which branches, in this order."""
    migrations: Migrations | None = None
    """A pipeline for migrations alone."""

    @model_validator(mode="after")
    def _one_stage_a_branch(self) -> Self:
        """Refuse a branch that would deploy two stacks, and a stack that stands twice."""
        branches = [branch for stage in self.stages for branch in stage.branches]
        stacks = [stage.stack for stage in self.stages]
        for what, values in (("branch", branches), ("stack", stacks)):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                raise ValueError(f"stages: the {what} {twice[0]!r} stands twice")
        return self
