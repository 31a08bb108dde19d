"""`python -m preview.picture`: write the README's diagram of the reference application; with `--image`, its page as a picture."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from preview import evaluation
from preview.picture import page
from preview.picture.drawing import draw
from preview.picture.mermaid import diagram
from preview.pricing import estimate
from preview.render import Preview

_ROOT: Final = Path(__file__).resolve().parents[2]
_README: Final = _ROOT / "README.md"
_STACK: Final = "Pulumi.prod.yaml"
_BLOCK: Final = re.compile(r"(?<=<!-- picture -->\n)```mermaid\n.*?```", re.DOTALL)
_IMAGE: Final = _ROOT / "docs" / "picture.png"
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Write both."""
    parser = argparse.ArgumentParser(prog="python -m preview.picture", description=__doc__)
    parser.add_argument("--image", action="store_true", help="also take docs/picture.png, with the system's chromium")
    image = parser.parse_args().image
    graph = evaluation.stack_file(_ROOT, _ROOT / _STACK, _ROOT / "none", {}, evaluation.Progress()).graph
    cost = estimate(graph)
    text = f"```mermaid\n{diagram(draw(graph, cost))}\n```"
    _README.write_text(_BLOCK.sub(lambda _: text, _README.read_text(encoding="utf-8")), encoding="utf-8")
    if image:
        _take(page.of_preview(Preview(source=_STACK, graph=graph, estimate=cost, verdict=None)))


def _take(text: str) -> None:
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"none of {', '.join(_BROWSERS)} is here to take the picture")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(text, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--window-size=1280,1150",
        ]
        command += [f"--user-data-dir={folder}/profile", f"--screenshot={_IMAGE}", file.as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a browser, on a page of our own


if __name__ == "__main__":
    main()
