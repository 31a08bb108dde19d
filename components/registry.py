"""The repositories that hold the application's images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components import _documents as documents
from components._checked import Checked
from components.encryption_key import DataKey, data_key

if TYPE_CHECKING:
    import pulumi_awsx as awsx


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryArgs(Checked):
    """Which repositories there are and what they keep."""

    name_prefix: str
    """What generated names start with, such as storefront-production."""
    account_id: Input[str]
    """The AWS account."""
    region: str
    """The AWS region."""
    repositories: Sequence[str]
    """The repositories' names in ECR. A change replaces a repository, without its images."""
    keep_images: int = 50
    """How many images a repository keeps: as far back as a rollback reaches."""
    untagged_days: int = 7
    """Days after which images without a tag are deleted."""
    scan: bool = True
    """Whether images are scanned for known vulnerabilities as they arrive."""
    immutable: bool = True
    """Whether a tag, once pushed, is fixed."""
    empty_on_destroy: bool = False
    """Whether deleting a repository deletes its images; otherwise one that is not empty stays."""
    protect: bool = True
    """Whether Pulumi refuses to delete the key, without which no image can be read."""
    key_deletion_days: int = 30
    """Days the deleted key can be brought back, 7 to 30."""
    data_key_arn: Input[str] | None = None
    """The key that encrypts images, where it is there already; None: one of its own is made. Another one replaces the repositories."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        for repository in self.repositories:
            yield "repositories", limits.repository_name(repository)
        for _, problem in limits.apart(self.repositories):
            yield "repositories", problem
        for name, value, least, most in (
            ("keep_images", self.keep_images, 1, _MOST),
            ("untagged_days", self.untagged_days, 1, _MOST),
            ("key_deletion_days", self.key_deletion_days, 7, 30),
        ):
            if not least <= value <= most:
                yield name, f"{value} is outside {least} to {most}"


class Registry(pulumi.ComponentResource):
    """Private repositories under a key of their own, scanned, with fixed tags, that forget old images."""

    urls: Mapping[str, Output[str]]
    """By name, where images are pushed to and pulled from, without a tag."""
    arns: Mapping[str, Output[str]]
    """Their ARNs by name."""
    key_arn: Output[str]
    """The key that encrypts the images."""

    def __init__(self, name: str, args: RegistryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Registry", name, None, opts)
        key = data_key(self, name, args, f"Images of {args.name_prefix}", args.data_key_arn)
        self.urls = {
            repository: self._repository(f"{name}-{limits.slug(repository)}", repository, args, key).url
            for repository in args.repositories
        }
        self.arns = {repository: _arn(repository, args, url) for repository, url in self.urls.items()}
        self.key_arn = key.arn
        self.register_outputs({"urls": self.urls, "arns": self.arns, "key_arn": self.key_arn})

    def _repository(self, logical_name: str, repository: str, args: RegistryArgs, key: DataKey) -> awsx.ecr.Repository:
        import pulumi_awsx as awsx  # noqa: PLC0415 - slow to import, and many stacks have no registry

        return awsx.ecr.Repository(
            logical_name,
            name=repository,
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=key.arn)
            ],
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=args.scan),
            image_tag_mutability="IMMUTABLE" if args.immutable else "MUTABLE",
            force_delete=args.empty_on_destroy,
            tags=None if args.immutable else {"slipway:waive": "repository-tags-immutable"},
            lifecycle_policy=awsx.ecr.LifecyclePolicyArgs(
                rules=[
                    awsx.ecr.LifecyclePolicyRuleArgs(
                        description=f"Untagged images go after {args.untagged_days} days",
                        tag_status=awsx.ecr.LifecycleTagStatus.UNTAGGED,
                        maximum_age_limit=args.untagged_days,
                    ),
                    awsx.ecr.LifecyclePolicyRuleArgs(
                        description=f"The newest {args.keep_images} images stay",
                        tag_status=awsx.ecr.LifecycleTagStatus.ANY,
                        maximum_number_of_images=args.keep_images,
                    ),
                ]
            ),
            opts=ResourceOptions(parent=self),
        )


class SharedRegistry:
    """The same as `Registry` has, of repositories that another stack makes."""

    def __init__(self, urls: Mapping[str, str], region: str) -> None:
        """Name the repositories.

        Args:
            urls: by name, where images are pushed to and pulled from, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/api.
            region: the AWS region.
        """
        start = f"arn:{documents.partition(region)}:ecr:{region}"
        self.urls = {name: Output.from_input(url) for name, url in urls.items()}
        self.arns = {
            name: Output.from_input(f"{start}:{url.partition('.')[0]}:repository/{name}") for name, url in urls.items()
        }


AnyRegistry = Registry | SharedRegistry
"""Repositories of the stack's own, or another stack's."""

_MOST: Final = 2147483647


def _arn(repository: str, args: RegistryArgs, url: Output[str]) -> Output[str]:
    """Return a repository's ARN, known once it exists."""
    prefix = f"arn:{documents.partition(args.region)}:ecr:{args.region}"
    return Output.all(args.account_id, url).apply(lambda known: f"{prefix}:{known[0]}:repository/{repository}")
