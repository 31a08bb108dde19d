"""How strictly each control is judged: by environment, by severity, by name; and what a policy configuration may say."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from policy.control import Environment, Level, Severity
from policy.rules import BY_NAME, CONTROLS

SETTINGS: Final = "pack-settings"
"""The policy whose configuration holds for the whole pack."""
ENVIRONMENT: Final = "environment"
MANDATORY_FROM: Final = "mandatoryFrom"
ALL: Final = "all"
"""The engine gives every policy the level of this entry, and hands the entry on as well."""
NOTHING: Final = "nothing"
"""The threshold that no severity reaches."""

SCHEMA: Final[Mapping[str, Mapping[str, object]]] = {
    ENVIRONMENT: {"type": "string", "enum": list(Environment)},
    MANDATORY_FROM: {"type": "string", "enum": [NOTHING, *Severity]},
}
"""What `SETTINGS` may be given, as JSON Schema."""

_STACK_PREFIXES: Final = (
    ("prod", Environment.PRODUCTION),
    ("stag", Environment.STAGING),
    ("dev", Environment.DEVELOPMENT),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyConfig:
    """What a policy configuration says about one policy."""

    level: str
    """``disabled``, ``advisory``, ``mandatory`` or ``remediate``."""
    properties: Mapping[str, object]


def environment(settings: Mapping[str, object] | None = None, tags: Mapping[str, str] | None = None) -> Environment:
    """How strict to judge.

    The first of these that exists: the policy configuration ``pack-settings.environment``, the stack's tag
    ``environment``, the stack's configuration ``policy:environment``, then ``slipway:environment``, the stack's name
    (``prod...``, ``stag...``, ``dev...``), production.

    Args:
        settings: the configuration of `SETTINGS`.
        tags: the stack's tags, which only Pulumi Cloud has.

    Raises:
        ValueError: one of them names an environment that does not exist.
    """
    stated = (
        (f"{SETTINGS}.{ENVIRONMENT}", (settings or {}).get(ENVIRONMENT)),
        (f"the stack's tag {ENVIRONMENT}", (tags or {}).get(ENVIRONMENT)),
        *(
            (f"{namespace}:{ENVIRONMENT}", pulumi.Config(namespace).get(ENVIRONMENT))
            for namespace in ("policy", "slipway")
        ),
    )
    for place, given in stated:
        if given is not None:
            if given not in list(Environment):
                raise ValueError(f"{place}: {given} is none of {', '.join(Environment)}")
            return Environment(str(given))
    stack = (pulumi.get_stack() or "").rsplit("/", 1)[-1].lower()
    return next((found for prefix, found in _STACK_PREFIXES if stack.startswith(prefix)), Environment.PRODUCTION)


def levels(where: Environment, mandatory_from: str | None = None) -> dict[str, Level]:
    """Each control's level.

    Args:
        where: the catalogue's levels for this environment hold.
        mandatory_from: or, if given, this severity and those above it are mandatory and the rest is advisory. What is
            disabled stays so.

    Raises:
        ValueError: there is no such severity.
    """
    if mandatory_from is None:
        return {control.name: control.levels[where] for control in CONTROLS}
    order = [*Severity]
    if mandatory_from not in (NOTHING, *order):
        raise ValueError(f"{SETTINGS}.{MANDATORY_FROM}: {mandatory_from} is none of {', '.join((NOTHING, *order))}")
    strict = () if mandatory_from == NOTHING else tuple(order[order.index(Severity(mandatory_from)) :])
    return {
        control.name: Level.DISABLED
        if control.levels[where] is Level.DISABLED
        else Level.MANDATORY
        if control.severity in strict
        else Level.ADVISORY
        for control in CONTROLS
    }


def problems(
    requests: Mapping[str, PolicyConfig], parameters: Mapping[str, frozenset[str]], remediable: frozenset[str]
) -> Iterator[str]:
    """What is wrong with a policy configuration that the engine itself accepts.

    Args:
        requests: the configuration by policy.
        parameters: which properties each policy of the pack may be given.
        remediable: the policies that can fix what they find.
    """
    every_one = all(request.level == "remediate" for name, request in requests.items() if name in BY_NAME)
    for name, request in requests.items():
        if name == ALL and not request.properties:
            continue
        if name not in parameters:
            yield f"{name}: there is no such policy{_nearest(name, parameters)}"
            continue
        for key in sorted(request.properties.keys() - parameters[name]):
            allowed = ", ".join(sorted(parameters[name])) or "no parameters"
            yield f"{name}.{key}: there is no such parameter; {name} has {allowed}"
        if request.level == "remediate" and name in BY_NAME and name not in remediable and not every_one:
            yield f"{name}: nothing can be remediated; the level is disabled, advisory or mandatory"


def _nearest(name: str, known: Mapping[str, object]) -> str:
    match = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {match[0]}?" if match else ""
