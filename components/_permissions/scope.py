"""What tells a stack's own resources from all others in the account: its names, and its tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from components import _documents as documents
from components._bucket_names import prefixes
from components._permissions import packing

Part = Literal[
    "network", "load-balancer", "certificate", "dns", "cdn", "vpc-origin", "waf", "ecs", "ecr", "database", "database-cluster",
    "database-proxy", "cache", "cache-users", "bucket", "malware-scan", "volume", "key", "secret", "log", "alarm", "mute", "dashboard",
    "topic", "event", "schedule", "function", "job", "queue", "namespace", "call-certificates", "backup", "budget", "slack",
]  # fmt: skip
"""What a stack may be made of."""
PARTS: Final[Sequence[Part]] = get_args(Part)

Kind = Literal[
    "cluster",
    "family",
    "repository",
    "database",
    "database-cluster",
    "cluster-instance",
    "cluster-parameters",
    "database-backup",
    "cache",
    "bucket",
    "secret",
    "log-group",
    "mute",
]
"""What is granted by names that a stack file gives, or that only some stacks have."""
KINDS: Final[Sequence[Kind]] = get_args(Kind)

ACCOUNT: Final = "<account-id>"
"""Stands for the account's id, and is as long."""
OWNER_TAG: Final = "owner-id"
"""The tag that tells a person's copy of a stack from the stack that is nobody's: the other tags of the two are the same."""
VPC: Final = "<vpc-xxxxxxxxxxxxxxx>"
"""Stands for the network's id, and is as long."""

Statement = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedParts:
    """What another stack made and lets this one use: it carries that one's tags."""

    cluster: bool = False
    """Whether the cluster is its: only services and tasks of this stack's name are this stack's."""
    registry: bool = False
    """Whether the repositories are its: this stack's images go into them, and nothing of them changes."""
    listener_arn: str | None = None
    """The load balancer's listener, at which this stack has rules and a certificate; None: the balancer is this stack's."""
    balancer_group: str | None = None
    """The id of the load balancer's security group, which this stack's tasks let in and are let out to."""
    arns: Sequence[str] = ()
    """What this stack's calls are about beside its own. `<account-id>` stands for the account's id."""
    stack: str = ""
    """`PROJECT/STACK` of the other one, whose state holds what it offers; empty: there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What the permissions are limited to."""

    name_prefix: str
    """The stack's name in AWS: roles are under the path of this name, and what is named after it begins with it and a hyphen."""
    regions: Sequence[str]
    """The stack's region first, then others that it has resources in."""
    tags: Mapping[str, str]
    """Tags that everything of the stack carries, and nothing else does."""
    parts: Sequence[Part]
    """What the stack is made of."""
    names: Mapping[Kind, Sequence[str]] = field(default_factory=dict)
    """The names that are not made of the name prefix."""
    hosts: Sequence[str] = ()
    """Host names whose DNS records the stack writes."""
    state_bucket: str | None = None
    """The bucket of Pulumi's state."""
    state_stack: str = ""
    """`PROJECT/STACK`, as Pulumi's state has it."""
    state_key_arn: str | None = None
    """The key that encrypts the state and the secrets in it."""
    state_key_shared: bool = True
    """Whether other stacks use the key, too, so that only the encryption context tells whose secrets are."""
    preview_reads_state: bool = False
    """Whether pull requests read the stack's state, with the secrets in it."""
    boundary_arn: str | None = None
    """The permissions boundary that every role of the stack must have; None: there is none."""
    empty_buckets: bool = False
    """Whether the stack may delete what its buckets hold, to delete them."""
    own_roles: Sequence[str] = ()
    """Names of the pipeline's own roles, which it must not change."""
    provider_arn: str | None = None
    """The identity provider, where another stack made it."""
    given_vpc_id: str | None = None
    """The network, where it was there before the stack: others may be in it."""
    given_addresses: Sequence[str] = ()
    """Allocation ids of addresses that were there before the stack."""
    shared: SharedParts = field(default_factory=SharedParts)
    """What another stack made and lets this one use."""
    crowded: Sequence[Kind] = ()
    """Kinds of which there are too many names for IAM: told by what the names begin with, and by the stack's tags."""

    @property
    def partition(self) -> str:
        """The AWS partition."""
        return documents.partition(self.regions[0])

    @property
    def tagged(self) -> Mapping[str, str]:
        """The condition keys and values of what carries the stack's tags."""
        return {f"aws:ResourceTag/{tag}": value for tag, value in sorted(self.tags.items())}

    @property
    def owned(self) -> Mapping[str, Mapping[str, object]]:
        """The conditions of what is the stack's: it carries the stack's tags, and no owner where the stack has none."""
        nobodys = {} if OWNER_TAG in self.tags else {"Null": {f"aws:ResourceTag/{OWNER_TAG}": "true"}}
        return {"StringEquals": self.tagged, **nobodys}

    @property
    def requested(self) -> Mapping[str, str]:
        """The condition keys and values of a request that gives something the stack's tags."""
        return {f"aws:RequestTag/{tag}": value for tag, value in sorted(self.tags.items())}

    def arns(self, service: str, patterns: Sequence[str]) -> list[str]:
        """Return the ARNs of a service's resources.

        Args:
            service: the part of the ARN, such as `rds`.
            patterns: the ARNs' last parts; those that begin with a colon have no region, those with two no account either.
                `{name_prefix}` stands for the stack's name, `{name}` for names made of it, `{database}` and its like for each of those.
        """
        region = self.regions[0] if len(self.regions) == 1 else "*"
        starts = {0: f"{region}:{ACCOUNT}:", 1: f":{ACCOUNT}:", 2: "::"}
        return [
            f"arn:{self.partition}:{service}:{starts[colons]}{expanded}"
            for pattern in patterns
            for colons in (len(pattern) - len(pattern.lstrip(":")),)
            for expanded in self._expanded(pattern.lstrip(":"))
        ]

    def _expanded(self, pattern: str) -> Iterator[str]:
        """Write a pattern once for each of the names its `{kind}` stands for."""
        if self.shared.cluster and not pattern.startswith("task/"):
            pattern = pattern.replace("/{cluster}/*", "/{cluster}/{name}")
        pattern = pattern.replace("{name_prefix}", self.name_prefix).replace("{name}", f"{self.name_prefix}-*")
        kind = next((kind for kind in KINDS if f"{{{kind}}}" in pattern), None)
        if kind is None:
            yield pattern
            return
        for name in self.named(kind):
            yield pattern.replace(f"{{{kind}}}", name)

    def named(self, kind: Kind) -> Sequence[str]:
        """Return the names of a kind, as patterns: those made of the name prefix, and those given.

        Stores that hold data and are named by the stack file have exact names only: another stack's may begin alike.
        """
        # Secrets Manager adds a hyphen and six characters.
        ending = "-??????" if kind == "secret" else ""
        made = self._made(kind)
        starts = tuple(pattern[:-1] for pattern in made)
        given = dict.fromkeys(f"{name}{ending}" for name in self.names.get(kind, ()))
        names = [*made, *(name for name in given if not name.startswith(starts))]
        return packing.grouped(tuple(names), _MOST_PATTERNS) if kind in self.crowded else names

    def _made(self, kind: Kind) -> Sequence[str]:
        """Return the patterns of names that are made of the name prefix, or of the names of something else."""
        clusters = self.names.get("database-cluster", ())
        made: Sequence[str] = []
        match kind:
            case "family" | "secret":
                made = [f"{self.name_prefix}-*"]
            case "cluster-instance":
                # It may have had more instances than it has: 16 at most.
                made = [f"{name}-{number}" for name in clusters for number in ("?", "1?")]
            case "cluster-parameters" if clusters:
                made = [f"{self.name_prefix}-*", "default.*"]
            case "bucket":
                made = [f"{prefix}*" for prefix in prefixes(self.name_prefix)]
            case "log-group":
                made = self._log_groups()
            case "mute" if "mute" in self.parts:
                made = [f"{self.name_prefix}-*"]
        return made

    def _log_groups(self) -> Sequence[str]:
        """Return the patterns of log groups: the stack's own, and those that AWS names after what logs there."""
        own = (f"/ecs/{self.name_prefix}-*", f"/vpc/{self.name_prefix}/*", f"/aws/lambda/{self.name_prefix}-*")
        named: tuple[tuple[Kind, str], ...] = (
            ("cluster", "/ecs"),
            ("database", "/aws/rds/instance"),
            ("database-cluster", "/aws/rds/cluster"),
            ("cache", "/aws/elasticache"),
        )
        after = [
            f"{folder}/{name}/*"
            for kind, folder in named
            if kind != "cluster" or not self.shared.cluster
            for name in self.names.get(kind, ())
        ]
        return [*own, f"aws-waf-logs-{self.name_prefix}-*", *after]


_MOST_PATTERNS: Final = 8
