"""The page in a real browser: nothing overlaps or overflows, everything is reached by keyboard, and axe finds nothing.

Chromium is asked by its command line; where it is missing, these tests skip and say so. `.ci/run` installs it.
"""

from __future__ import annotations

import copy
import html
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from preview import stackfile
from preview.compare.difference import compare
from preview.compare.edit import Edit
from preview.compare.meaning.statement import Situation
from preview.picture import page
from preview.pricing import estimate
from preview.render import Preview
from tests.stacks import NAMES, ROOT, evaluated, recorded, registered, with_services

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE: Final = Path(__file__).parent / "browser" / "node_modules" / "axe-core" / "axe.min.js"
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here: .ci/run installs it")
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: make browser")
PROD: Final = "Pulumi.prod.yaml"

PROBE: Final = (Path(__file__).parent / "browser" / "probe.html").read_text()
"""Runs in the page after its own script, and leaves what it found where `--dump-dom` shows it."""
EARS: Final = (
    "<script>window.__errors = []; addEventListener('error', (e) => window.__errors.push(String(e.message)));</script>"
)


def preview_of(name: str) -> str:
    graph = recorded(name)
    return page.of_preview(Preview(source=name, graph=graph, estimate=estimate(graph), verdict=evaluated(name)))


@cache
def edited() -> str:
    file = stackfile.read(ROOT / PROD)
    config: dict[str, Any] = copy.deepcopy(dict(file.config))
    del config["slipway:services"]["worker"]
    config["slipway:network"]["zones"] = ["us-east-1a", "us-east-1b", "us-east-1c"]
    comparison = compare(recorded(PROD), registered(file.stack, config))
    situation = Situation(
        comparison=comparison,
        estimate_before=estimate(comparison.before),
        estimate_after=estimate(comparison.after),
    )
    return page.of_edit(Edit(source=PROD, base="HEAD", comparison=comparison, situation=situation, notes=("a note",)))


def browsed(text: str, folder: Path, width: int = 1280, *, axe: bool = False, dark: bool = False) -> dict[str, Any]:
    more = f"<script>{AXE.read_text()}</script>" if axe else ""
    file = folder / "page.html"
    file.write_text(text.replace("<title>", f"{EARS}<title>", 1).replace("</body>", f"{more}{PROBE}</body>"))
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},1000",
        "--virtual-time-budget=20000",
        *(["--blink-settings=preferredColorScheme=0"] if dark else []),
        "--dump-dom",
        file.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    found = re.search(r'<pre id="report">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    report = json.loads(html.unescape(found[1]))
    assert isinstance(report, dict)
    return report


@needs_browser
@pytest.mark.parametrize("width", [500, 1280, 2560])  # a headless window is not narrower than 500
def test_nothing_overlaps_and_all_is_reached(width: int, tmp_path: Path) -> None:
    report = browsed(edited(), tmp_path, width)
    assert report["errors"] == []
    assert report["overflow"] <= 0
    assert report["overlaps"] == []
    assert report["crossed"] == []  # no line passes behind the box of another part
    assert report["items"] > 300
    assert report["unreachable"] == 0
    assert report["found"].endswith(" found")
    assert (report["lines"] > 5) == (width > 960)  # on a small screen the words say who talks to whom


@needs_browser
def test_a_phone_shows_it_without_scrolling_sideways(tmp_path: Path) -> None:
    frame = '<!doctype html><html lang="en"><title>t</title><body style="margin:0"><iframe width="360" height="900" style="border:0" src="inner.html"></iframe>'
    inner = edited().replace(
        "</body>",
        "<script>addEventListener('load', () => setTimeout(() => parent.postMessage(document.documentElement.scrollWidth, '*'), 200));</script></body>",
    )
    (tmp_path / "inner.html").write_text(inner)
    listen = (
        "<script>addEventListener('message', (e) => { const p = document.createElement('pre'); p.id = 'report'; "
        "p.textContent = JSON.stringify({width: e.data}); document.body.append(p); });</script>"
    )
    (tmp_path / "outer.html").write_text(f"{frame}{listen}</body></html>")
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=10000", "--dump-dom", (tmp_path / "outer.html").as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = re.search(r'<pre id="report">(.*?)</pre>', done.stdout)
    assert found, done.stdout[-500:]
    assert json.loads(html.unescape(found[1]))["width"] <= 360


@needs_browser
@needs_axe
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(dark: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of a test
    text = edited()
    if dark:
        text = text.replace('<html lang="en">', '<html lang="en" data-theme="dark">')
    assert browsed(text, tmp_path, axe=True)["axe"] == []


@needs_browser
def test_two_hundred_services_are_still_usable(tmp_path: Path) -> None:
    graph = with_services(200)
    text = page.of_preview(Preview(source="many", graph=graph, estimate=estimate(graph), verdict=None))
    report = browsed(text, tmp_path)
    assert report["errors"] == []
    assert report["overlaps"] == []
    assert report["items"] > 4000
    assert report["paint"] < 1500


@pytest.mark.parametrize("name", NAMES)
def test_the_page_needs_nothing_from_elsewhere(name: str) -> None:
    text = preview_of(name)
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', text)
    assert "@import" not in text
    assert "url(" not in text


def test_what_a_stack_file_holds_cannot_become_markup() -> None:
    graph = recorded(PROD)
    text = page.of_preview(
        Preview(source="<script>alert(1)</script>", graph=graph, estimate=estimate(graph), verdict=None)
    )
    assert "<script>alert" not in text
