"""`slipway:shared` and `slipway:sharing`: parts of one stack that others use, and what the two tell each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from settings.model.section import Section
from settings.rules import form

SharedPart = Literal["network", "cluster"]
"""What a stack may let others use."""
SHARED_PARTS: Final[Sequence[SharedPart]] = get_args(SharedPart)
OFFER: Final = "shared"
"""The output that tells other stacks of what they may use."""
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
    `network.zones`, `cluster.name`) has to be what they are, and is held against it."""


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


class OfferedParts(_Offered):
    """The output `shared` of a stack: what others may use of it."""

    version: int
    name_prefix: str
    """What the names of the stack's parts begin with."""
    region: str
    account_id: str
    network: OfferedNetwork | None = None
    cluster: OfferedCluster | None = None
