"""Rules of a load balancer's listener: what a request is judged by, and how what does not fit into one rule becomes several."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypedDict

from limits.words import short

MOST_VALUES: Final = 5
"""How many values the conditions of one rule may name together."""
MOST_WILDCARDS: Final = 6
"""How many * and ? the conditions of one rule may have together."""
RULES_OF_A_ROUTE: Final = 10
"""How many priorities a route with more values than a rule takes is given: its own, and those after it."""

HEADER: Final = r"(?![Hh][Oo][Ss][Tt]$)[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}"
"""The form of a header's name in a rule."""
HEADER_WORDS: Final = "a header's name, such as X-Tenant: at most 40 characters without spaces; Host goes to hosts"
METHOD: Final = "[A-Z_-]{1,40}"
"""The form of a request's method."""
METHOD_WORDS: Final = "a method in capitals, such as GET"
VALUE: Final = "[ -~]{1,128}"
"""The form of what a header or a query parameter is compared with."""
VALUE_WORDS: Final = "1 to 128 printable ASCII characters, of which * and ? stand for others"


class Asked(TypedDict):
    """The arguments of `Conditions`."""

    paths: Sequence[str]
    hosts: Sequence[str]
    headers: Mapping[str, Sequence[str]]
    methods: Sequence[str]
    query: Mapping[str, Sequence[str]]
    sources: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a request must have: one of the values of each kind that is given. Nothing given: every request does."""

    paths: Sequence[str] = ()
    """Path patterns; `/api/*` includes `/api` itself."""
    hosts: Sequence[str] = ()
    """Host names."""
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Patterns by the name of a header: each header must have one of its own."""
    methods: Sequence[str] = ()
    """Methods, such as GET."""
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Patterns by query parameter: each parameter must have one of its own."""
    sources: Sequence[str] = ()
    """IPv4 ranges of who asks."""

    @property
    def patterns(self) -> Sequence[str]:
        """The paths as a rule needs them: `/api/*` does not match `/api`."""
        both = (pattern for path in self.paths for pattern in (path, path.removesuffix("/*")) if pattern)
        return list(dict.fromkeys(both))

    @property
    def given(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.paths or self.hosts or self.narrowed)

    @property
    def narrowed(self) -> bool:
        """Whether anything beside path and host is asked for."""
        return bool(self.headers or self.methods or self.query or self.sources)


def values(conditions: Conditions) -> int:
    """Return how many values a rule with these conditions names."""
    named = itertools.chain(conditions.headers.values(), conditions.query.values())
    alone = (conditions.patterns, conditions.hosts, conditions.methods, conditions.sources)
    return sum(map(len, itertools.chain(alone, named)))


def too_wild(conditions: Conditions) -> str | None:
    """Check how many wildcards conditions have that stand in one rule together."""
    found = _wildcards(conditions)
    return (
        f"{found} wildcards (* and ?) are too many for one rule; at most {MOST_WILDCARDS}"
        if found > MOST_WILDCARDS
        else None
    )


def rules(conditions: Conditions, *, taken: int = 0) -> Mapping[int, Conditions]:
    """Return the rules that conditions need, each by how far its priority is from the route's; empty where they do not fit.

    What fits into one rule is one, at the route's own priority. Otherwise the paths, hosts or sources are dealt out, and which rule a value
    is in follows from the value itself: another order of the list moves nothing, and a value more or less hardly anything.

    Args:
        conditions: what a request must have.
        taken: how many values of each rule are taken already, such as by CloudFront's header.
    """
    if _fits(conditions, taken):
        return {0: conditions}
    for kinds in _ways(conditions):
        pieces = list(_pieces(conditions, kinds))
        if len(pieces) > 1 and all(_fits(piece, taken) for piece in pieces):
            return _dealt(conditions, pieces, kinds[0], taken)
    return {}


def unfit(conditions: Conditions, *, taken: int = 0) -> str | None:
    """Tell what is wrong with conditions that no rules can be made of, or None."""
    if rules(conditions, taken=taken):
        return None
    longest = sorted(conditions.paths, key=lambda path: -len(Conditions(paths=[path]).patterns))
    least = replace(conditions, paths=longest[:1], hosts=conditions.hosts[:1], sources=conditions.sources[:1])
    header = ", CloudFront's header once" if taken else ""
    counted = f"a path that ends in /* counts twice{header}"
    if _fits(least, taken):
        return (
            f"{values(conditions)} values to match are too many for one route, which is at most {RULES_OF_A_ROUTE} rules of {MOST_VALUES} "
            f"({counted}): take a common beginning, write /api* for /api and /api/*, which counts once, or give routes for some"
        )
    wild = too_wild(least)
    return wild or (
        f"{values(least) + taken} values would have to stand in each rule, which takes {MOST_VALUES} ({counted}): "
        "give fewer headers, methods or query parameters, or routes for some"
    )


def _wildcards(conditions: Conditions) -> int:
    texts = [*conditions.paths, *conditions.hosts]
    texts += itertools.chain(*conditions.headers.values(), *conditions.query.values())
    return sum(text.count("*") + text.count("?") for text in texts)


def _fits(conditions: Conditions, taken: int) -> bool:
    return values(conditions) + taken <= MOST_VALUES and _wildcards(conditions) <= MOST_WILDCARDS


_LISTS: Final = ("paths", "hosts", "sources")
"""What may be dealt out over several rules."""


def _ways(conditions: Conditions) -> Iterator[Sequence[str]]:
    """Yield which lists to deal out, the fewest and longest first."""
    longest = sorted(_LISTS, key=lambda kind: -len(getattr(conditions, kind)))
    for count in range(1, len(_LISTS) + 1):
        yield from itertools.combinations(longest, count)


def _pieces(conditions: Conditions, kinds: Sequence[str]) -> Iterator[Conditions]:
    """Yield the conditions with one value of each of these lists, in every combination."""
    for chosen in itertools.product(*(getattr(conditions, kind) or [None] for kind in kinds)):
        single = {kind: [value] for kind, value in zip(kinds, chosen, strict=True) if value is not None}
        yield Conditions(
            paths=single.get("paths", conditions.paths),
            hosts=single.get("hosts", conditions.hosts),
            headers=conditions.headers,
            methods=conditions.methods,
            query=conditions.query,
            sources=single.get("sources", conditions.sources),
        )


def _dealt(conditions: Conditions, pieces: Iterable[Conditions], kind: str, taken: int) -> Mapping[int, Conditions]:
    """Give each piece its place: the one its values stand for, or the next with room."""
    places: dict[int, Conditions] = {}
    for piece in sorted(pieces, key=_digest):
        first = _digest(piece)
        for step in range(RULES_OF_A_ROUTE):
            place = (first + step) % RULES_OF_A_ROUTE
            both = _joined(conditions, places[place], piece, kind) if place in places else piece
            if both is not None and _fits(both, taken):
                places[place] = both
                break
        else:
            return {}
    return dict(sorted(places.items()))


def _joined(whole: Conditions, one: Conditions, other: Conditions, kind: str) -> Conditions | None:
    """Return the conditions of two pieces in one rule, in the order of the list; None where they differ in more than that list."""
    wanted = {*getattr(one, kind), *getattr(other, kind)}
    together = [value for value in getattr(whole, kind) if value in wanted]
    if any(getattr(one, name) != getattr(other, name) for name in _LISTS if name != kind):
        return None
    return Conditions(
        paths=together if kind == "paths" else one.paths,
        hosts=together if kind == "hosts" else one.hosts,
        headers=one.headers,
        methods=one.methods,
        query=one.query,
        sources=together if kind == "sources" else one.sources,
    )


def _digest(piece: Conditions) -> int:
    text = "\n".join(itertools.chain(*(getattr(piece, name) for name in _LISTS)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def header_name(name: str) -> str | None:
    """Check the name of a header that a rule compares."""
    return None if re.fullmatch(HEADER, name) else f"{short(name)} is not {HEADER_WORDS}"


def method(name: str) -> str | None:
    """Check a request's method."""
    return None if re.fullmatch(METHOD, name) else f"{short(name)} is not {METHOD_WORDS}"


def compared(value: str) -> str | None:
    """Check what a header or a query parameter is compared with."""
    return None if re.fullmatch(VALUE, value) else f"{short(value)} is not {VALUE_WORDS}"
