"""The schema as editors use it: patterns in ECMAScript, and where Node.js is, a validator in JavaScript and the YAML language server."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
import regress

from settings import schema
from tests.settings.files import ROOT, SHIPPED, changed, document

EDITORS = Path(__file__).parent / "editors"
NODE = shutil.which("node") or "node"
installed = pytest.mark.skipif(
    not shutil.which("node") or not (EDITORS / "node_modules").is_dir(),
    reason="needs Node.js and what `make editors` installs",
)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Return all mappings inside a value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(part)


def settings() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return all settings of the schema by name."""
    for part in parts(schema.schema()):
        if isinstance(part.get("properties"), dict) and part.get("type") == "object":
            yield from part["properties"].items()


def test_every_pattern_is_one_of_ecmascript() -> None:
    patterns = {part["pattern"] for part in parts(schema.schema()) if isinstance(part.get("pattern"), str)}
    patterns |= {pattern for part in parts(schema.schema()) for pattern in part.get("patternProperties", ())}
    assert len(patterns) > 30
    for pattern in patterns:
        regress.Regex(pattern, "u")


def test_every_setting_has_a_title_in_words_and_no_default_of_nothing() -> None:
    found = dict(settings())
    assert len(found) > 200
    for name, setting in found.items():
        assert (
            setting["title"] == schema.title(name)
            or ":" in name
            or name in ("secretsprovider", "encryptionsalt", "encryptedkey", "config")
        )
        assert setting.get("default", "") is not None, name
    titles = {
        name: found[name]["title"] for name in ("errors5xxPercent", "memoryMib", "p99Seconds", "urlSecret", "multiAz")
    }
    assert titles == {
        "errors5xxPercent": "Errors 5xx percent",
        "memoryMib": "Memory MiB",
        "p99Seconds": "P99 seconds",
        "urlSecret": "URL secret",
        "multiAz": "Multi AZ",
    }


def test_what_an_address_may_be_is_no_choice_of_nothing() -> None:
    email = schema.schema()["$defs"]["Recipient"]["properties"]["email"]  # type: ignore[index] # JSON
    assert email["type"] == "string"
    assert "default" not in email
    assert "anyOf" not in email


WRONG: list[dict[str, Any]] = [
    {"slipway:services.api.cpu": 300},
    {"slipway:services.api.memoryMib": 500},
    {"slipway:network.zones": ["us-east-1", "us-east-1b"]},
    {"slipway:network.zones": ["us-east-1a"]},
    {"slipway:database.version": "latest"},
    {"slipway:cache.version": "8.x"},
    {"slipway:database.backupWindow": "3-4"},
    {"slipway:database.maintenanceWindow": "sunday:04:30-sunday:05:30"},
    {"slipway:services.api.scaling.schedule": [{"cron": "0 8 * *", "min": 1, "max": 2}]},
    {"slipway:notify.team": [{"email": None}]},
    {"slipway:services.api.route.paths": ["api"]},
]


@installed
def test_a_validator_in_javascript_compiles_it_and_says_the_same() -> None:
    right = [document(path) for path in SHIPPED]
    wrong = [{"config": changed(changes)} for changes in WRONG]
    done = subprocess.run(
        [NODE, "compile.js", str(schema.FILE)],
        cwd=EDITORS,
        input="\n".join(map(json.dumps, [*right, *wrong])),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [True] * len(right) + [False] * len(wrong)


class Server:
    """The YAML language server, spoken to as an editor does."""

    def __init__(self, into: IO[bytes], out: IO[bytes]) -> None:
        self._into, self._out, self._last = into, out, 0

    def tell(self, method: str, params: object, **more: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self._into.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._into.flush()

    def ask(self, method: str, params: object) -> Any:
        self._last += 1
        self.tell(method, params, id=self._last)
        while True:
            message = self.read()
            if message.get("id") == self._last and "method" not in message:
                return message["result"]

    def read(self) -> dict[str, Any]:
        """Return the next message; answer what the server asks of an editor with nothing."""
        length = 0
        while line := self._out.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._out.read(length))
        if "method" in message and "id" in message:
            asked = message["params"].get("items", ()) if isinstance(message.get("params"), dict) else ()
            body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": [None for _ in asked]}).encode()
            self._into.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self._into.flush()
        return message

    def diagnose(self, uri: str, text: str) -> list[str]:
        self.tell(
            "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}
        )
        while True:
            message = self.read()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return [found["message"] for found in message["params"]["diagnostics"]]


@pytest.fixture
def server() -> Iterator[Server]:
    with subprocess.Popen(
        [NODE, "node_modules/yaml-language-server/bin/yaml-language-server", "--stdio"],
        cwd=EDITORS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        found = Server(process.stdin, process.stdout)
        found.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": ROOT.as_uri(),
                "capabilities": {"textDocument": {"hover": {"contentFormat": ["markdown"]}}},
            },
        )
        found.tell("initialized", {})
        yield found
        process.kill()


@installed
def test_the_language_server_checks_and_explains_stack_files(server: Server) -> None:
    path = ROOT / "Pulumi.prod.yaml"
    text = path.read_text(encoding="utf-8").replace("$schema=slipway.schema.json", f"$schema={schema.FILE.as_uri()}")
    assert server.diagnose(path.as_uri(), text) == []
    wrong = text.replace("engine: postgres", "engine: oracle", 1)
    assert any("postgres" in message for message in server.diagnose((ROOT / "Pulumi.wrong.yaml").as_uri(), wrong))
    line = next(number for number, content in enumerate(text.splitlines()) if "errors5xxPercent" in content)
    hover = server.ask(
        "textDocument/hover", {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": 8}}
    )
    assert "Errors 5xx percent" in json.dumps(hover)


@installed
def test_the_language_server_completes_an_address_without_null(server: Server) -> None:
    uri = (ROOT / "Pulumi.new.yaml").as_uri()
    head = f"# yaml-language-server: $schema={schema.FILE.as_uri()}\nconfig:\n  slipway:notify:\n    team:\n      - "
    server.diagnose(uri, head + "\n")
    found = server.ask(
        "textDocument/completion", {"textDocument": {"uri": uri}, "position": {"line": 4, "character": 8}}
    )
    offered = {item["label"]: item.get("insertText", "") for item in found["items"]}
    assert "email" in offered
    assert "null" not in offered["email"]
