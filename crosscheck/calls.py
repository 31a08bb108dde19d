"""The calls of AWS that making a resource implies, held against botocore's own models: types, required members, lengths, enums, patterns.

What is refused here AWS would refuse, too: nothing is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import botocore.session  # type: ignore[import-untyped] # has no types of its own
from botocore.validate import ParamValidator  # type: ignore[import-untyped] # has no types of its own

from crosscheck.forms import FORMS, Inputs
from crosscheck.shapes import Names, Shape, convert

CALLS: Final[Mapping[str, Mapping[str, Names]]] = json.loads(
    Path(__file__).with_name("calls.json").read_text(encoding="utf-8")
)
"""By type its calls, and by call the inputs that have other names there, or none. What the program does not set is left to AWS."""
NO_CALL: Final[Mapping[str, str]] = {
    "aws:acm/certificateValidation:CertificateValidation": "it waits",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "AWS made it; its rules are taken away",
    "aws:lambda/invocation:Invocation": "the input is the function's own",
}
"""Types whose making sets nothing, and why."""
_KINDS: Final = {"structure": "structure", "list": "list", "map": "map", "string": "string", "boolean": "boolean",
                 "integer": "integer", "long": "integer", "float": "number", "double": "number"}  # fmt: skip


class _Model:
    """A shape of botocore's."""

    def __init__(self, shape: Any) -> None:  # noqa: ANN401 - botocore has no types
        self.shape = shape

    @property
    def kind(self) -> str:
        return _KINDS.get(self.shape.type_name, "other")

    @property
    def members(self) -> Mapping[str, Shape]:
        return {name: _Model(member) for name, member in self.shape.members.items()}

    @property
    def element(self) -> Shape:
        return _Model(self.shape.member if self.shape.type_name == "list" else self.shape.value)


@cache
def _input(call: str) -> Any:  # noqa: ANN401 - botocore has no types
    service, _, operation = call.partition(":")
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


def refusals(token: str, inputs: Inputs) -> Iterator[str]:
    """Yield what AWS's models have against the calls that a resource implies.

    Args:
        token: the resource's type.
        inputs: what the program sets, without unknown values.
    """
    if not token.startswith("aws:") or token in NO_CALL:
        return
    if token not in CALLS:
        yield f"{token} has no calls in {__name__}"
        return
    for call, names in CALLS[token].items():
        shape = _input(call)
        # The provider leaves out empty lists.
        given = FORMS.get(call, dict)({key: value for key, value in inputs.items() if value != []})
        made = convert(given, _Model(shape), names)
        yield from (f"{call} has no {name} ({token})" for name in made.unmapped)
        report = ParamValidator().validate(made.value, shape)
        if report.has_errors():
            yield f"{call}: {' '.join(report.generate_report().split())}"
        else:
            yield from (f"{call}: {line}" for line in bounds(made.value, shape))


def bounds(value: Any, shape: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - botocore has no types
    """Yield what botocore leaves to the service: enums, lengths, patterns."""
    match shape.type_name:
        case "structure":
            for name, item in value.items():
                yield from bounds(item, shape.members[name], f"{path}.{name}".lstrip("."))
        case "list":
            yield from _length(len(value), shape, path, "items")
            for item in value:
                yield from bounds(item, shape.member, f"{path}[]")
        case "map":
            yield from _length(len(value), shape, path, "items")
            for name, item in value.items():
                yield from bounds(item, shape.value, f"{path}.{name}")
        case "string":
            yield from _text(value, shape, path)
        case "integer" | "long" | "float" | "double":
            yield from _length(value, shape, path, "")


def _text(value: str, shape: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - botocore has no types
    yield from _length(len(value), shape, path, "characters")
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield f"{path}: {value[:200]!r} does not match {pattern}"


def _length(value: float, shape: Any, path: str, unit: str) -> Iterator[str]:  # noqa: ANN401 - botocore has no types
    least, most = (shape.metadata.get(bound) for bound in ("min", "max"))
    if (least is not None and value < least) or (most is not None and value > most):
        yield f"{path}: {value} {unit}, and {least} to {most} are allowed"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        # Java's names of classes, and its ends.
        return re.compile(
            pattern.replace("\\p{L}", "\\w").replace("\\p{Z}", "\\s").replace("\\p{N}", "\\d").replace("\\p{M}", "")
        )
    except re.error:
        return None


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None
