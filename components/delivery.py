"""How a pipeline on GitHub Actions gets into AWS: without long-lived keys, with what the stack needs and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

import limits
from components._checked import Checked
from components._dependencies import with_dependencies
from components._permissions import packing
from components._permissions.scope import ACCOUNT, KINDS, PARTS, VPC, Kind, Part, Scope, SharedParts, Statement
from components._permissions.statements import deploy_statements, preview_statements

ISSUER: Final = "token.actions.githubusercontent.com"
"""Who signs GitHub Actions' tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GitHubArgs(Checked):
    """The repository whose workflows come in, and from where in it."""

    repository: str
    """`owner/name`."""
    owner_id: int | None = None
    """The owner's number, `gh api repos/OWNER/NAME --jq .owner.id`; None: any owner that ever had the name."""
    repository_id: int | None = None
    """The repository's number, `gh api repos/OWNER/NAME --jq .id`; None: any repository that ever had the name."""
    environments: Sequence[str] = ()
    """GitHub environments whose jobs may deploy: their protection rules are the approval."""
    refs: Sequence[str] = ()
    """Branches and tags whose jobs may deploy without an environment, such as refs/heads/main."""

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}", self.repository):
            yield "repository", f"{self.repository!r} is not a repository, such as octo-org/storefront"
        if not self.environments and not self.refs:
            yield "environments", "neither these nor refs given: nobody could deploy"
        for ref in self.refs:
            if not re.fullmatch(r"refs/(heads|tags)/[^\s*?:]+", ref):
                yield "refs", f"{ref!r} is not a branch or tag, such as refs/heads/main"
        for environment in self.environments:
            if not re.fullmatch(r"[^\s*?:][^*?:]{0,254}", environment):
                yield "environments", f"{environment!r} is not an environment: 1 to 255 characters without * ? :"

    @property
    def contexts(self) -> Sequence[str]:
        """The last parts of the subjects of deployments."""
        return [*(f"environment:{name}" for name in self.environments), *(f"ref:{ref}" for ref in self.refs)]

    def subjects(self, *contexts: str) -> Sequence[str]:
        """Return the tokens' subjects, as GitHub wrote them until July 2026 and, for newer repositories, since."""
        owner, name = self.repository.split("/")
        owner_id = "*" if self.owner_id is None else self.owner_id
        repository_id = "*" if self.repository_id is None else self.repository_id
        starts = (f"repo:{owner}/{name}", f"repo:{owner}@{owner_id}/{name}@{repository_id}")
        return [f"{start}:{context}" for context in contexts for start in starts]


@dataclass(frozen=True, kw_only=True, slots=True)
class StateArgs:
    """Pulumi's state of the stack, in a bucket that may hold that of others, too."""

    stack: str
    """`PROJECT/STACK`: its place in the bucket, and the value of `stack` in the encryption context of its secrets."""
    bucket: str | None = None
    """The S3 bucket; None: the state is elsewhere."""
    key_arn: str | None = None
    """The KMS key of the state and of the secrets in it."""
    own_key: bool = False
    """Whether the key is for this stack alone: else only what has the encryption context is its own."""
    previewed: bool = False
    """Whether pull requests read the state and, with the key, the secrets in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryArgs(Checked):
    """Who may deploy a stack, and what that takes."""

    name_prefix: str
    """The stack's name in AWS, such as storefront-production: its roles stand under the path of this name."""
    account_id: Input[str]
    """The AWS account."""
    regions: Sequence[str]
    """The stack's region first, then others it has resources in: us-east-1 for a CDN, those of copies and of Chatbot."""
    github: GitHubArgs
    """Where deployments come from."""
    provider_arn: str | None = None
    """The account's identity provider for GitHub where it exists, of which there can be one only; None: it is made here."""
    role_name: str | None = None
    """The deploying role's name; None: the name prefix and `-deploy`. A change replaces the role."""
    preview_role_name: str | None = None
    """The name of a role that pull requests may only read with; None: there is none."""
    session_hours: int = 1
    """Hours that a deployment may take, 1 to 12."""
    parts: Sequence[Part] = PARTS
    """What the stack may be made of. Fewer parts are fewer permissions."""
    names: Mapping[Kind, Sequence[str]] = field(default_factory=dict)
    """The names of the stack's own that are not made of the name prefix. A `database-backup` may end with `:*`: any of its type."""
    tags: Mapping[str, str]
    """Tags that everything of the stack carries, and nothing else does: nothing without them is changed or taken over."""
    hosts: Sequence[str] = ()
    """Host names whose DNS records the stack writes."""
    state: StateArgs | None = None
    """Pulumi's state; None: it is in Pulumi Cloud, or somebody else lets the pipeline use it."""
    boundary_arn: str
    """The permissions boundary that every role of the stack must have, beyond which nobody who can change the program gets.
    `<account-id>` stands for the account's id."""
    vpc_id: Input[str]
    """The network, in which AWS makes a security group, a list and interfaces that have no tags."""
    permissions: Sequence[Statement] = ()
    """What the deploying role may do besides."""
    given_vpc_id: str | None = None
    """The network's id where it was there before the stack; None: the stack made it."""
    given_addresses: Sequence[str] = ()
    """Allocation ids of the NAT gateways' addresses where they were there before the stack."""
    shared: SharedParts = field(default_factory=SharedParts)
    """What another stack made and lets this one use."""
    empty_buckets: bool = False
    """Whether a deployment may delete what the stack's buckets hold, as `empty_on_destroy` needs."""
    deploy_texts: Sequence[str] = field(init=False, default=(), repr=False, compare=False)
    """The policies of the role that deploys, as `deploy_documents` writes them for these arguments."""

    @property
    def role(self) -> str:
        """The deploying role's name."""
        return self.role_name or f"{self.name_prefix}-deploy"

    def _problems(self) -> Iterator[tuple[str, str | None]]:
        wrong = list(self._wrong())
        yield from wrong
        if any(problem for _, problem in wrong):
            return
        most = packing.MOST_POLICIES
        object.__setattr__(self, "deploy_texts", deploy_documents(self))
        count = len(self.deploy_texts)
        if count > most:
            shorter = f"leave names out, and they begin with {self.name_prefix} and take one line together"
            yield "names", f"the permissions take {count} policies; a role has {most} at most: {shorter}"
        trust = len(_trust(self, *self.github.contexts))
        if trust > packing.TRUST_SIZE:
            yield "github", f"the trust policy has {trust} characters; at most {packing.TRUST_SIZE} are allowed"

    def _wrong(self) -> Iterator[tuple[str, str | None]]:
        for name, value in (("role_name", self.role), ("preview_role_name", self.preview_role_name)):
            if value is not None and not re.fullmatch(r"[A-Za-z0-9+=,.@_-]{1,64}", value):
                yield name, f"{value!r} is not a role's name: at most 64 letters, digits and + = , . @ _ -"
        longest = 12
        if not 1 <= self.session_hours <= longest:
            yield "session_hours", f"{self.session_hours} is outside 1 to {longest}"
        if not self.regions:
            yield "regions", "none given; the stack's own comes first"
        for region in self.regions:
            yield "regions", limits.region(region)
        if not self.tags:
            yield "tags", "none given: without them the stack cannot be told from others in the account"
        for part in self.parts:
            if part not in PARTS:
                yield "parts", f"{part!r} is not a part; allowed: {limits.listed(PARTS)}"
        yield from self._wrong_names()

    def _wrong_names(self) -> Iterator[tuple[str, str]]:
        for kind, names in self.names.items():
            if kind not in KINDS:
                yield "names", f"{kind!r} is not granted by name; allowed: {limits.listed(KINDS)}"
            for given in names:
                # Which automated backup a deleted database's is, its id does not say.
                name = given.removesuffix(":*") if kind == "database-backup" else given
                if not name or re.search(r"[\s*?]", name):
                    yield "names", f"{given!r} is not a name: it is empty, or has spaces, * or ?"


class Delivery(pulumi.ComponentResource):
    """The role that a repository's workflows deploy one stack with, and optionally one that pull requests preview it with.

    The roles cannot change themselves, the identity provider or each other: an administrator runs the update that makes
    or changes them, and pipelines all the others.
    """

    provider_arn: Output[str]
    """The identity provider."""
    role_arn: Output[str]
    """What `role-to-assume` of aws-actions/configure-aws-credentials is for deployments; known once it has its policies."""
    preview_role_arn: Output[str] | None
    """The same for pull requests; None without such a role."""

    def __init__(self, name: str, args: DeliveryArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Delivery", name, None, opts)
        self.provider_arn = self._identity_provider(name, args)
        self.role_arn = self._role(f"{name}-deploy", args, args.role, args.github.contexts, args.deploy_texts)
        self.preview_role_arn = (
            self._role(f"{name}-preview", args, args.preview_role_name, ["pull_request"], preview_documents(args))
            if args.preview_role_name
            else None
        )
        self.register_outputs(
            {
                "provider_arn": self.provider_arn,
                "role_arn": self.role_arn,
                "preview_role_arn": self.preview_role_arn,
            }
        )

    def _identity_provider(self, name: str, args: DeliveryArgs) -> Output[str]:
        if args.provider_arn:
            return Output.from_input(args.provider_arn)
        provider = aws.iam.OpenIdConnectProvider(
            f"{name}-github",
            url=f"https://{ISSUER}",
            client_id_lists=["sts.amazonaws.com"],
            opts=ResourceOptions(parent=self),
        )
        return provider.arn

    def _role(
        self, name: str, args: DeliveryArgs, role_name: str, contexts: Sequence[str], texts: Sequence[str]
    ) -> Output[str]:
        hour = 3600
        trust = _trust(args, *contexts)
        role = aws.iam.Role(
            f"{name}-role",
            name=role_name,
            description=f"{args.github.repository} on GitHub Actions: {args.name_prefix}",
            max_session_duration=args.session_hours * hour,
            assume_role_policy=self.provider_arn.apply(lambda arn: trust.replace(_PROVIDER, arn)),
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )
        attachments = []
        for number, text in enumerate(texts, start=1):
            policy = aws.iam.Policy(
                f"{name}-policy-{number}",
                name=f"{role_name}-{number}",
                description=f"What {role_name} may do, part {number}",
                policy=_here(text, args),
                opts=ResourceOptions(parent=self, delete_before_replace=True),
            )
            attachment = aws.iam.RolePolicyAttachment(
                f"{name}-attachment-{number}", role=role.name, policy_arn=policy.arn, opts=ResourceOptions(parent=self)
            )
            attachments.append(attachment)
        return with_dependencies(role.arn, *attachments)


_PROVIDER: Final = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
"""Stands for the provider's ARN, and is as long."""


def _trust(args: DeliveryArgs, *contexts: str) -> str:
    """Return the trust policy that lets the tokens of these contexts in."""
    condition = {
        "StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"},
        "StringLike": {f"{ISSUER}:sub": list(args.github.subjects(*contexts))},
    }
    return packing.document(
        [
            {
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
                "Effect": "Allow",
                "Principal": {"Federated": _PROVIDER},
            }
        ]
    )


_MANY: Final[Sequence[Kind]] = ("log-group", "secret", "repository", "family")
"""Kinds of which each service may have one, the longest first."""


def deploy_documents(args: DeliveryArgs) -> Sequence[str]:
    """Return the policies of the role that deploys."""
    return fitting(args, deploy_statements, args.permissions)


def preview_documents(args: DeliveryArgs) -> Sequence[str]:
    """Return the policies of the role that previews."""
    return fitting(args, preview_statements)


def fitting(
    args: DeliveryArgs, statements: Callable[[Scope], Sequence[Statement]], more: Sequence[Statement] = ()
) -> Sequence[str]:
    """Write statements, and more that stay as they are, with as many names as a role's policies hold."""
    documents = packing.pack([*statements(scope(args)), *more])
    for number in range(len(_MANY)):
        if len(documents) <= packing.MOST_POLICIES:
            break
        documents = packing.pack([*statements(scope(args, crowded=_MANY[: number + 1])), *more])
    return documents


def scope(args: DeliveryArgs, *, crowded: Sequence[Kind] = ()) -> Scope:
    """Return what the roles are limited to; `crowded`: kinds told by tags, as their names are too many."""
    own, state = [args.role, args.preview_role_name], args.state
    return Scope(
        name_prefix=args.name_prefix,
        regions=args.regions,
        tags=args.tags,
        parts=args.parts,
        names=args.names,
        crowded=crowded,
        hosts=args.hosts,
        state_bucket=state.bucket if state else None,
        state_stack=state.stack if state else "",
        state_key_arn=state.key_arn if state else None,
        state_key_shared=not (state and state.own_key),
        preview_reads_state=bool(state and state.previewed),
        boundary_arn=args.boundary_arn,
        empty_buckets=args.empty_buckets,
        own_roles=[name for name in own if name],
        provider_arn=args.provider_arn,
        given_vpc_id=args.given_vpc_id,
        given_addresses=args.given_addresses,
        shared=args.shared,
    )


def _here(text: str, args: DeliveryArgs) -> Output[str]:
    """Write the account's id into a document and, where it is about the network, the network's."""
    account = Output.from_input(args.account_id).apply(lambda found: text.replace(ACCOUNT, found))
    if VPC not in text:
        return account
    return Output.all(account, args.vpc_id).apply(lambda found: found[0].replace(VPC, found[1]))
