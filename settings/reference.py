"""Writes docs/configuration.md: every setting of a stack file, from the models that check it."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic.fields import FieldInfo

from settings import messages, schema_lookup
from settings.described import describe
from settings.model import OPTIONAL_SECTIONS, Provider, Section, Settings
from settings.references import PART_SECRETS, REFERENCES
from settings.rules import Rule

FILE: Final = Path(__file__).parent.parent / "docs" / "configuration.md"

_INTRO: Final = """\
# Configuration

A stack is one file, `Pulumi.<stack>.yaml`; [Pulumi.prod.yaml](../Pulumi.prod.yaml) is a commented one to start from. Everything left out has
a safe default. Units are in the names: GiB, MiB, seconds, days, percent. Times of day are UTC. Editors complete and check the file by the
schema that its first line names, `make preview` checks all of it, and tells every mistake at once.

An optional section that is missing, or says `enabled: false`, means that the part is not built. A section with nothing in it (`slipway:registry:`)
is built from its defaults. A value is given by its path with `pulumi config set --path --type string 'slipway:services.api.image.tag' 9f2c1ab`.

This page is generated from the program (`python -m settings.reference`).
"""

_SUCH_AS: Final = "uch as "
"""The words before an example in a setting's meaning, whether they begin a sentence or not."""


def text() -> str:
    """Return the page."""
    describe()
    models = _models()
    sections = "\n".join(_section(model, places) for model, places in models.items())
    return f"{_INTRO}\n{_contents(models)}\n{sections}\n{_references()}"


def _models() -> Mapping[type[Section], list[str]]:
    """Return every section with the places where it stands, outside in."""
    found: dict[type[Section], list[str]] = {}

    def collect(model: type[Section], place: str) -> None:
        found.setdefault(model, []).append(place)
        for name, info in schema_lookup.fields(model):
            annotation: object = info.annotation
            inner = f"{place}.{name}" if place else f"slipway:{name}"
            while not schema_lookup.section(annotation) and (
                schema_lookup.is_mapping(annotation) or schema_lookup.is_list(annotation)
            ):
                inner += ".<name>" if schema_lookup.is_mapping(annotation) else "[]"
                annotation = schema_lookup.step(annotation, 0)
            if (section := schema_lookup.section(annotation)) and section is not Provider:
                collect(section, inner)

    collect(Settings, "")
    found[Provider] = ["aws:"]
    return found


def _contents(models: Mapping[type[Section], list[str]]) -> str:
    tops = [place for places in models.values() for place in places[:1] if place.count(".") == place.count(".<name>")]
    return (
        " · ".join(f"[`{_title(p)}`](#{_anchor(p)})" for p in tops if p) + " · [references](#references-and-secrets)\n"
    )


def _title(place: str) -> str:
    return place.removeprefix("slipway:")


def _anchor(place: str) -> str:
    return "".join(c for c in place.lower() if c.isalnum() or c in "-_")


def _section(model: type[Section], places: list[str]) -> str:
    first = places[0]
    if not first:
        heading, intro, prefix = "## Top level", "What every stack file has.", "slipway:"
    else:
        level = "##" if "." not in first.replace(".<name>", "") else "###"
        heading, prefix = f"{level} `{first}`", ""
        intro = " ".join((model.__doc__ or "").split())
        if first.removeprefix("slipway:") in OPTIONAL_SECTIONS:
            intro += " Optional."
        if len(places) > 1:
            intro += f" The same in {', '.join(f'`{_title(place)}`' for place in places[1:])}."
    rows = [_row(prefix, name, info) for name, info in schema_lookup.fields(model) if name != "aws"]
    table = ["| setting | allowed | default | meaning |", "|---|---|---|---|", *rows]
    return "\n".join([heading, "", intro, "", *table, ""])


def _row(prefix: str, name: str, info: FieldInfo) -> str:
    description = " ".join((info.description or "").split())
    if former := schema_lookup.former(info):
        description += f" Before version {former.since}: `{former.former}`, which is still read."
    allowed = _allowed(info)
    if _SUCH_AS not in f"{allowed} {description}" or schema_lookup.choices(info.annotation):
        description += example(name, info)
    cells = (f"`{prefix}{name}`", allowed, _default(info), description)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


_PLAIN: Final = re.compile(r"[A-Za-z](?:[^#:]|:(?! ))*")
"""Text that YAML reads as itself without quotes."""


def example(name: str, info: FieldInfo) -> str:
    """Return a setting's example as the file has it; nothing where its meaning has to say one, and of a section, whose settings have theirs."""
    value = schema_lookup.example(info)
    if value is None:
        return ""
    return f" Such as `{name}: {value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value)}`."


def _allowed(info: FieldInfo) -> str:
    low, high = messages.bounds(info)
    if low is not None:
        return f"{low} to {high}" if high is not None else f"at least {low}"
    return _type(info.annotation, info)


def _type(annotation: object, info: FieldInfo | None = None) -> str:
    inner = schema_lookup.plain(annotation)
    if told := next(_told(annotation, info), None):
        return told
    if typing.get_origin(inner) is Literal:
        return ", ".join(f"`{choice}`" for choice in typing.get_args(inner))
    if schema_lookup.is_mapping(annotation):
        value = _type(schema_lookup.step(annotation, ""))
        return "sections by name" if value == "section" else f"{value} by name"
    if schema_lookup.is_list(annotation):
        return f"list of {_type(schema_lookup.step(annotation, 0))}".replace("list of section", "list of sections")
    return "section" if schema_lookup.section(annotation) else _WORDS.get(inner, "any value")


_WORDS: Final[Mapping[object, str]] = {bool: "true, false", int: "whole number", float: "number", str: "text"}


def _choices(values: Sequence[object]) -> str:
    first, longest = 8, 14
    if len(values) > longest:
        return f"{', '.join(f'`{value}`' for value in values[:first])} ... `{values[-1]}` ({len(values)} in all)"
    return ", ".join(f"`{value}`" for value in values)


def _told(annotation: object, info: FieldInfo | None) -> Iterator[str]:
    """Return what the rules of a setting say is allowed."""
    for rule in [*(info.metadata if info else ()), *schema_lookup.metadata(annotation)]:
        if isinstance(rule, Rule) and isinstance(choices := rule.schema.get("enum"), list):
            yield _choices(choices)
        elif isinstance(rule, Rule) and rule.words:
            yield rule.words


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, Section):
        given = value.model_dump(by_alias=True, exclude_unset=True)
        return f"`{json.dumps(given)}`" if given else ""
    if isinstance(value, tuple):
        value = [v.model_dump(by_alias=True, exclude_unset=True) if isinstance(v, Section) else v for v in value]
    if value is None or value in ([], {}):
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _references() -> str:
    rows = [f"| `${{{name}}}` | {meaning} |" for name, meaning in REFERENCES.items()]
    secrets = [
        f"| `{part}:{key}` | {meaning} |" for part, keys in PART_SECRETS.items() for key, meaning in keys.items()
    ]
    return "\n".join(
        [
            "## References and secrets",
            "",
            "In `environment`, `${...}` stands for what is built. The service needs the part in its `uses`.",
            "",
            "| reference | stands for |",
            "|---|---|",
            *rows,
            "",
            "In `secrets`, a variable gets its value from Secrets Manager when a task starts; no value is ever in the program, its state or this file.",
            "",
            "| secret | what is in it |",
            "|---|---|",
            "| `name` | the whole value of a secret in `slipway:secrets` |",
            "| `name:key` | one key of a secret that is a JSON document |",
            *secrets,
            "| the database's `urlSecret`, and its replica's | user, password, address and name in one: postgresql://... or mysql://... |",
            "| the cache's `urlSecret` | address and token in one: rediss://... |",
            "",
        ]
    )


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
