"""Writes the stack file's JSON Schema, which editors complete stack files with."""

from __future__ import annotations

import json
from pathlib import Path

from settings.model import OPTIONAL_SECTIONS, Settings

FILE = Path(__file__).parent.parent / "slipway.schema.json"
"""Where the schema is kept; every stack file names it in its first line."""


def schema() -> dict[str, object]:
    """Return the schema of a whole stack file."""
    model = Settings.model_json_schema(by_alias=True)
    sections = model["properties"]
    definitions = model["$defs"]
    provider = definitions.pop("Provider")
    switch = {"type": "boolean", "default": True, "description": "Whether the section counts."}
    for name in OPTIONAL_SECTIONS:
        definitions[name[0].upper() + name[1:]]["properties"]["enabled"] = switch
    keys = {f"slipway:{name}": section for name, section in sections.items() if name != "aws"}
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


def text() -> str:
    """Return the schema as it is kept."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
