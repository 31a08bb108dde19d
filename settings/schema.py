"""Writes the stack file's JSON Schema, which editors complete stack files with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from settings import schema_lookup
from settings.described import describe, sections
from settings.model import OPTIONAL_SECTIONS, Section, Settings

FILE: Final = Path(__file__).parent.parent / "slipway.schema.json"
"""Where the schema is kept; every stack file names it in its first line."""

_KEYS: Final = {
    "secretsprovider": "What encrypts secrets",
    "encryptionsalt": "Salt of the passphrase",
    "encryptedkey": "Key of secrets, encrypted",
}
"""What Pulumi itself writes into a stack file, beside `config`."""
_SWITCH: Final = {"type": "boolean", "title": "Enabled", "default": True, "description": "Whether the section counts."}
"""What an optional section has beside its settings."""
_NOTHING: Final = {"type": "null"}
_WORDS: Final = re.compile(r"p[0-9]+|[A-Z]?[a-z]+|[0-9]+x+|[A-Z]?[0-9]+|[A-Z]+(?![a-z])")
_UPPER: Final = frozenset(
    (
        "acl",
        "arn",
        "cdn",
        "cidr",
        "cors",
        "cpu",
        "dns",
        "http",
        "https",
        "iam",
        "id",
        "iops",
        "nat",
        "rpo",
        "rto",
        "tls",
        "uri",
        "url",
        "usd",
        "waf",
    )
)
_ODD: Final = {
    "gib": "GiB",
    "mib": "MiB",
    "mibps": "MiB/s",
    "ids": "IDs",
    "az": "AZ",
    "github": "GitHub",
    "acls": "ACLs",
    "urls": "URLs",
}
_ESCAPE: Final = re.compile(r"\\(.)")
_SYNTAX: Final = frozenset("^$\\.*+?()[]{}|/-bBdDsSwW")
"""What may follow a backslash in a pattern of ECMAScript's with the flag `u`, of what Python's patterns use."""


def schema() -> dict[str, object]:
    """Return the schema of a whole stack file."""
    describe()
    for section in sections():
        section.model_rebuild(force=True)  # with the descriptions
    model: dict[str, Any] = Settings.model_json_schema(by_alias=True)
    definitions = model["$defs"]
    for section in sections():
        found = model if section is Settings else definitions.get(section.__name__)
        if found:
            _describe_settings(section, found)
    provider = definitions.pop("Provider")
    for section in sections():
        if definition := definitions.get(section.__name__):
            _take_nothing(section, definition["properties"])
    for name in OPTIONAL_SECTIONS:
        if optional := schema_lookup.section(schema_lookup.annotation_at((name,))):
            definitions[optional.__name__]["properties"]["enabled"] = _SWITCH
    _take_nothing(Settings, model["properties"])
    _take_former_names(model)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Slipway stack file",
        "description": "What Slipway builds, and how Pulumi keeps its secrets.",
        "type": "object",
        "properties": {
            "config": _configuration(model, provider),
            **{name: {"type": "string", "title": told} for name, told in _KEYS.items()},
        },
        "required": ["config"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _configuration(model: dict[str, Any], provider: dict[str, Any]) -> dict[str, object]:
    """Return the schema of `config`, whose keys begin with their namespace."""
    keys = {f"slipway:{name}": setting for name, setting in model["properties"].items() if name != "aws"}
    keys |= {f"aws:{name}": setting for name, setting in provider["properties"].items()}
    required = [f"slipway:{name}" for name in model["required"] if name != "aws"]
    return {
        "type": "object",
        "title": "Configuration",
        "properties": keys,
        "required": [*required, *(f"aws:{name}" for name in provider["required"])],
        "patternProperties": {"^(pulumi|awsx|random|docker|docker-build):": {}},
        "additionalProperties": False,
    }


def title(name: str) -> str:
    """Return a setting's name in words: `errors5xxPercent` is Errors 5xx percent, `memoryMib` Memory MiB."""
    words = [word.lower() for word in _WORDS.findall(name)]
    shown = [_ODD.get(word) or (word.upper() if word in _UPPER else word) for word in words]
    return " ".join([shown[0][:1].upper() + shown[0][1:], *shown[1:]])


def _describe_settings(section: type[Section], found: dict[str, Any]) -> None:
    """Exchange pydantic's schema of a section's settings for one that editors show better."""
    found.pop("title", None)
    for name, info in schema_lookup.fields(section):
        found["properties"][name] = _setting(name, info, found["properties"][name])


def _setting(name: str, info: FieldInfo, given: dict[str, Any]) -> dict[str, Any]:
    """Return a setting's schema as editors show it best: a title in words, its default, an example, and no `null` that only says nothing."""
    kept: dict[str, Any] = {key: _plain(value) for key, value in given.items() if key != "title"}
    default = info.get_default(call_default_factory=True) if not info.is_required() else None
    if default is None:
        kept.pop("default", None)
        if not info.is_required() and not _takes_nothing(info):
            kept = _without_null(kept)
    elif "default" not in kept:
        kept["default"] = _default(default)
    if (example := schema_lookup.example(info)) is not None:
        kept.setdefault("examples", [example])
    return {"title": title(name), **kept}


def _without_null(kept: dict[str, Any]) -> dict[str, Any]:
    some: list[dict[str, Any]] = [choice for choice in kept.get("anyOf", ()) if choice != _NOTHING]
    if not some:
        return kept
    if len(some) > 1:
        return kept | {"anyOf": some}
    return {key: value for key, value in kept.items() if key != "anyOf"} | some[0]


def _takes_nothing(info: FieldInfo) -> bool:
    """Tell whether `name:` with nothing after it means an empty section, mapping or list."""
    of_type = (schema_lookup.section, schema_lookup.is_mapping, schema_lookup.is_list)
    return any(test(info.annotation) for test in of_type)


def _default(value: object) -> object:
    return value.model_dump(mode="json", by_alias=True, exclude_defaults=True) if isinstance(value, Section) else value


def _plain(value: object) -> object:
    """Return a schema without pydantic's own titles, with patterns that ECMAScript takes."""
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if not isinstance(value, dict):
        return value
    plain: dict[str, object] = {}
    for key, part in value.items():
        if key == "pattern" and isinstance(part, str):
            plain[key] = _ecmascript(part)
        elif key == "patternProperties" and isinstance(part, dict):
            plain[key] = {_ecmascript(pattern): _plain(inner) for pattern, inner in part.items()}
        elif key != "title" or not isinstance(part, str):
            plain[key] = _plain(part)
    return plain


def _ecmascript(pattern: str) -> str:
    """Leave out the backslashes that Python allows and ECMAScript's flag `u` does not."""
    return _ESCAPE.sub(lambda match: match[0] if match[1] in _SYNTAX else match[1], pattern)


def _take_nothing(model: type[Section], properties: dict[str, dict[str, object]]) -> None:
    """Accept `name:` with nothing after it where a section, a mapping or a list stands: it means an empty one."""
    for name, info in schema_lookup.fields(model):
        if name not in properties:
            continue
        inner = properties[name]
        patterns = inner.get("patternProperties")
        if isinstance(patterns, dict):
            inner["additionalProperties"] = False
        if schema_lookup.is_mapping(info.annotation) and schema_lookup.section(schema_lookup.step(info.annotation, "")):
            if isinstance(patterns, dict):
                inner["patternProperties"] = {key: {"anyOf": [value, _NOTHING]} for key, value in patterns.items()}
            else:
                inner["additionalProperties"] = {"anyOf": [inner["additionalProperties"], _NOTHING]}
        if _takes_nothing(info) and not schema_lookup.is_optional(info.annotation):
            properties[name] = {"anyOf": [inner, _NOTHING]}
            for key in ("title", "description", "default", "examples"):
                if key in inner:
                    properties[name][key] = inner.pop(key)


def _take_former_names(model: dict[str, Any]) -> None:
    """Accept the former names of settings, which editors strike through."""
    found = {**model["$defs"], Settings.__name__: model}
    for section, name, info in ((s, *named) for s in sections() for named in schema_lookup.fields(s)):
        renamed, definition = schema_lookup.former(info), found.get(section.__name__)
        if renamed and definition:
            kept = {key: part for key, part in definition["properties"][name].items() if key != "default"}
            told = f"The former name of {name}, until version {renamed.since}."
            definition["properties"][renamed.former] = kept | {
                "title": title(renamed.former),
                "deprecated": True,
                "description": told,
            }
            if info.is_required():
                definition["required"].remove(name)  # that both are missing, the program tells


def text() -> str:
    """Return the schema as it is kept."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
