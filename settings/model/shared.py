"""`slipway:shared` and `slipway:sharing`: parts of one stack that others use, and what the two tell each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from settings.model.section import Section
from settings.rules import form, one_of

SharedPart = Literal["network", "cluster", "loadBalancer", "zone", "registry"]
"""What a stack may let others use."""
SHARED_PARTS: Final[Sequence[SharedPart]] = get_args(SharedPart)
OFFER: Final = "shared"
"""The output that tells other stacks of what they may use."""
PRIORITIES: Final = 1000
"""How many priorities of a shared listener each stack has: from its base on; those below the first base are the sharing stack's."""
LAST_OWN_PRIORITY: Final = 989
"""The last that a stack gives in its file; the ten after it are its default service's."""
OFFER_VERSION: Final = 1
"""Of that output's shape; keys that are added to it change no version."""


class Shared(Section):
    """Parts of another stack of this program that this one uses instead of making them, by a stack reference."""

    stack: Annotated[
        str,
        form(
            r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+",
            "a stack's full name, ORGANIZATION/PROJECT/STACK, such as acme/slipway/platform; in a state bucket the first is organization",
        ),
    ] = Field(examples=["acme/slipway/platform"])
    """The stack that makes the parts, by its full name, such as acme/slipway/platform; where the state is in a bucket of your own,
    organization/slipway/platform. It has to be up to date before this one; a change replaces everything that stands in its parts."""
    parts: Annotated[Sequence[SharedPart], Field(min_length=1)] = Field(examples=[["network", "cluster"]])
    """Which of its parts, such as `[network, cluster]`: those that its `sharing.parts` names. What this file says of them (`network.cidr`,
    `network.zones`, `cluster.name`, `domain.zone`) has to be what they are, and is held against it."""
    priority_base: (
        Annotated[
            int, one_of(range(PRIORITIES, 50 * PRIORITIES, PRIORITIES), "the first of a stack's thousand priorities")
        ]
        | None
    ) = None
    """Where this stack's rules stand among those of others at the shared load balancer, such as 2000: the number is added to every priority in this
    file, and each stack has another. Needed for `loadBalancer`. A change makes all rules anew, and in between requests find none."""


class Sharing(Section):
    """What other stacks of this program may use of this one: they name it in `shared`, and find it in the output `shared`."""

    parts: Annotated[Sequence[SharedPart], Field(min_length=1)] = Field(examples=[["network", "cluster"]])
    """The parts, such as `[network, cluster]`. Pulumi then refuses to delete them, while `protection.protect` is on: it does not know who uses
    them. Take one out only once no stack uses it."""


class _Offered(BaseModel):
    """What all of an offer shares: what a newer program adds to it is passed over."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, defer_build=True)


class OfferedNetwork(_Offered):
    """A network that others may use."""

    vpc_id: str
    cidr: str
    public: Mapping[str, str]
    """The subnets' ids by zone."""
    private: Mapping[str, str]
    isolated: Mapping[str, str]
    way_out: bool
    """Whether private subnets have one."""


class OfferedCluster(_Offered):
    """A cluster that others may use."""

    name: str
    arn: str
    container_insights: str


class OfferedBalancer(_Offered):
    """A load balancer that others may have rules at."""

    arn: str
    arn_suffix: str
    dns_name: str
    zone_id: str
    security_group_id: str
    listener_arn: str


class OfferedZone(_Offered):
    """A hosted zone that others may have records in."""

    zone_id: str
    name: str | None = None
    """Its name, as far as the sharing stack's file has it."""


class OfferedRegistry(_Offered):
    """Repositories that others may have images in."""

    urls: Mapping[str, str]
    """By name, where images are pushed to and pulled from, without a tag."""


class OfferedParts(_Offered):
    """The output `shared` of a stack: what others may use of it."""

    version: int
    name_prefix: str
    """What the names of the stack's parts begin with."""
    region: str
    account_id: str
    network: OfferedNetwork | None = None
    cluster: OfferedCluster | None = None
    load_balancer: OfferedBalancer | None = None
    zone: OfferedZone | None = None
    registry: OfferedRegistry | None = None

    def has(self, part: SharedPart) -> bool:
        """Tell whether a part is among them."""
        return getattr(self, "load_balancer" if part == "loadBalancer" else part) is not None
