"""Writes the stack file's JSON Schema, which editors complete stack files with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from settings import shape
from settings.model import OPTIONAL_SECTIONS, Section, Settings

FILE: Final = Path(__file__).parent.parent / "slipway.schema.json"
"""Where the schema is kept; every stack file names it in its first line."""

_NOTHING: Final = {"type": "null"}


def schema() -> dict[str, object]:
    """Return the schema of a whole stack file."""
    model = Settings.model_json_schema(by_alias=True)
    definitions = model["$defs"]
    provider = definitions.pop("Provider")
    for section in _sections(Settings):
        if definition := definitions.get(section.__name__):
            _take_nothing(section, definition["properties"])
    switch = {"type": "boolean", "default": True, "description": "Whether the section counts."}
    for name in OPTIONAL_SECTIONS:
        if optional := shape.section(shape.annotation_at((name,))):
            definitions[optional.__name__]["properties"]["enabled"] = switch
    _take_nothing(Settings, model["properties"])
    keys = {f"slipway:{name}": setting for name, setting in model["properties"].items() if name != "aws"}
    keys |= {f"aws:{name}": setting for name, setting in provider["properties"].items()}
    required = [f"slipway:{name}" for name in model["required"] if name != "aws"]
    config = {
        "type": "object",
        "properties": keys,
        "required": [*required, *(f"aws:{name}" for name in provider["required"])],
        "patternProperties": {"^(pulumi|awsx|random|docker|docker-build):": {}},
        "additionalProperties": False,
    }
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Slipway stack file",
        "type": "object",
        "properties": {"config": config, "secretsprovider": text, "encryptionsalt": text, "encryptedkey": text},
        "required": ["config"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _sections(model: type[Section]) -> set[type[Section]]:
    """Return a section and all those inside it."""
    found = {model}
    for _, info in shape.fields(model):
        annotation: object = info.annotation
        while annotation is not None:
            if section := shape.section(annotation):
                found |= _sections(section)
            annotation = None if section else shape.step(annotation, 0)
    return found


def _take_nothing(model: type[Section], properties: dict[str, dict[str, object]]) -> None:
    """Accept `name:` with nothing after it where a section, a mapping or a list stands: it means an empty one."""
    for name, info in shape.fields(model):
        if name not in properties:
            continue
        inner = properties[name]
        patterns = inner.get("patternProperties")
        if isinstance(patterns, dict):
            inner["additionalProperties"] = False
        if shape.is_mapping(info.annotation) and shape.section(shape.step(info.annotation, "")):
            if isinstance(patterns, dict):
                inner["patternProperties"] = {key: {"anyOf": [value, _NOTHING]} for key, value in patterns.items()}
            else:
                inner["additionalProperties"] = {"anyOf": [inner["additionalProperties"], _NOTHING]}
        nothing_fits = (
            shape.section(info.annotation) or shape.is_mapping(info.annotation) or shape.is_list(info.annotation)
        )
        if nothing_fits and not shape.is_optional(info.annotation):
            properties[name] = {"anyOf": [inner, _NOTHING]}
            for key in ("description", "default", "examples"):
                if key in inner:
                    properties[name][key] = inner.pop(key)


def text() -> str:
    """Return the schema as it is kept."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
