"""What an IAM statement allows, judged by the table of actions: grants that can never work, and `*` where actions know resources."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from policy.common import iam_actions
from policy.common.iam_actions import Action

_EVERYTHING: Final = re.compile(r"\*+|arn:\*+|arn:[^:]+(:\*+)+")
"""What covers every ARN: `*`, `arn:*`, `arn:aws:*:*:*:*`. A `*` of IAM stands for colons, too."""
_ALL_ACTIONS: Final = re.compile(r"\*+(:\*+)?")
_CALLED_WITHOUT: Final = frozenset(
    {
        "comprehend:DetectEntities",
        "polly:StartSpeechSynthesisTask",
        "polly:SynthesizeSpeech",
        "rekognition:DetectModerationLabels",
        "translate:TranslateDocument",
        "translate:TranslateText",
    }
)
"""Actions that know resources which ordinary calls are not about: an endpoint, a lexicon, a model or a terminology of one's own.

The services' developer guides, chapters on identity-based policies (November 2026), allow them on `*`.
"""
_CLOSE: Final = 0.6
_SHOWN: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong with one entry of a grant."""

    where: Literal["actions", "resources"]
    """The list that the entry is in."""
    index: int
    """Its place in the list, from 0."""
    kind: Literal["unknown", "unseen", "dead", "broad"]
    """No such action; a pattern that covers none known; allows nothing, whatever is called; allows what should be named."""
    message: str
    """A sentence without its end that says what is allowed."""


def faults(actions: Sequence[str], resources: Sequence[str], partition: str | None = None) -> Iterator[Fault]:
    """Find what cannot work or is too broad in what one statement allows.

    Args:
        actions: as the statement has them, wildcards and all: `s3:Get*`.
        resources: ARNs with wildcards, or `*`. Only pass what is known: an ARN of something not made yet is no text to judge.
        partition: `aws`, `aws-cn`, `aws-us-gov`: ARNs of another one are of nothing here. None: any will do.

    Of a statement that allows every action of AWS nothing is said: that is another fault.
    """
    if any(_ALL_ACTIONS.fullmatch(pattern) for pattern in actions):
        return
    known: dict[int, tuple[Action, ...]] = {}
    for index, pattern in enumerate(actions):
        if found := iam_actions.matches(pattern):
            known[index] = found
        else:
            yield _unknown(index, pattern)
    living = {}
    for index, resource in enumerate(resources):
        if message := _other_partition(resource, partition):
            yield Fault(where="resources", index=index, kind="dead", message=message)
        else:
            living[index] = resource
    if len(known) == len(actions) and living:
        yield from _apart(actions, known, living)


def _apart(
    actions: Sequence[str], known: Mapping[int, Sequence[Action]], resources: Mapping[int, str]
) -> Iterator[Fault]:
    """Find actions and resources that have nothing to do with each other, and `*` for actions that know resources."""
    alive: list[Action] = []
    for index, found in known.items():
        if any(iam_actions.is_about(action, item) for item in resources.values() for action in found):
            alive += found
        else:
            yield Fault(where="actions", index=index, kind="dead", message=_not_about(actions[index], found))
    for index, resource in resources.items() if alive else ():
        if not any(iam_actions.is_about(action, resource) for action in alive):
            message = f"{_cut(resource)} is nothing that {_names(alive)} can be about"
            yield Fault(where="resources", index=index, kind="dead", message=message)
        elif is_everything(resource) and (bound := broad(actions)):
            message = f"{resource!r} allows {bound.name} on everything: name ARNs, such as {_form(bound)}"
            yield Fault(where="resources", index=index, kind="broad", message=message)


def is_everything(resource: str) -> bool:
    """Tell whether a `Resource` leaves nothing out: `*`, `arn:aws:*`."""
    return _EVERYTHING.fullmatch(resource) is not None


def broad(actions: Sequence[str]) -> Action | None:
    """Return the first action that must not be allowed on `*`, because IAM can narrow it; None if there is none.

    A pattern may cover such actions as well if most that it covers know no resource and these only list: `ec2:Describe*`.
    Bare `*` is not judged.
    """
    for pattern in actions:
        found = () if _ALL_ACTIONS.fullmatch(pattern) else iam_actions.matches(pattern)
        bound = [action for action in found if action.resource_types and action.name not in _CALLED_WITHOUT]
        lists = all(action.access_level == "List" for action in bound)
        if bound and not (lists and 2 * len(bound) < len(found)):
            return bound[0]
    return None


def _unknown(index: int, pattern: str) -> Fault:
    service, _, name = pattern.partition(":")
    known = iam_actions.actions(service)
    if known and re.search(r"[*?]", name):
        message = f"{_cut(pattern)} covers no action known when the table was made ({iam_actions.source()})"
        return Fault(where="actions", index=index, kind="unseen", message=message)
    if known:
        meant = _meant(pattern, [action.name for action in known])
        later = f"if AWS has added it since ({iam_actions.source()}), write {_cut(pattern)}*"
        message = f"{_cut(pattern)} is not an action of {service}{meant}; {later}"
    else:
        message = f"{_cut(service)} is not a service that IAM knows{_meant(service, iam_actions.services())}"
    return Fault(where="actions", index=index, kind="unknown", message=message)


def _other_partition(resource: str, partition: str | None) -> str:
    parts = resource.split(":", 2)
    if partition is None or len(parts) < 2 or parts[0] != "arn" or re.search(r"[*?$]", parts[1]):  # noqa: PLR2004 (arn:partition)
        return ""
    if parts[1] == partition:
        return ""
    return f"{_cut(resource)} is in the partition {_cut(parts[1])}, and this is {partition}: begin it with arn:{partition}:"


def _not_about(pattern: str, found: Sequence[Action]) -> str:
    bound = [action for action in found if action.resource_types]
    if not bound:
        return f"{_cut(pattern)} knows no resource: IAM allows it on '*' only; give it a permission of its own with '*'"
    return f"{_cut(pattern)} allows nothing on these resources: it is about {_form(bound[0])}"


def _form(action: Action) -> str:
    """The ARNs an action is about, the most telling first: those that each call needs, and the plainest."""
    types = sorted(action.resource_types, key=lambda kind: (not kind.is_required, kind.arn.count("$")))
    forms = list(dict.fromkeys(kind.arn for kind in types))
    return " or ".join(forms[:_SHOWN])


def _names(actions: Sequence[Action]) -> str:
    names = list(dict.fromkeys(action.name for action in actions))
    return names[0] if len(names) == 1 else f"{names[0]} or the other actions"


def _meant(word: str, known: Sequence[str]) -> str:
    lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=_CLOSE) if len(word) <= 128 else []  # noqa: PLR2004 (an action's longest name)
    return f"; did you mean {lower[close[0]]}?" if close else ""


def _cut(value: str) -> str:
    return value if len(value) <= 160 else f"{value[:157]}..."  # noqa: PLR2004 (what a line holds)
