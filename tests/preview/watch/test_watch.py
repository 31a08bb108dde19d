"""A project is watched while its files are saved in all the ways in which editors and people save them."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.preview.watch.conftest import NAMING, PROGRAM, REPOSITORY, RULE, SECONDS, Watched, alive, project, stack_file


def test_at_first_the_whole_preview_is_shown(watched: Watched) -> None:
    assert "/toy/first kept 60 days" in watched.first
    assert "toy prod: passes policy" in watched.first
    assert f"The page is at http://127.0.0.1:{watched.port}/; Ctrl-C ends it." in watched.first


def test_a_save_shows_what_has_changed_since_the_last_one(watched: Watched) -> None:
    text = watched.save(30)
    assert "against the preview before: 1 updated" in text
    assert "retentionInDays: 60 -> 30" in text
    assert "toy:days: 60 -> 30" in text
    text = watched.save(60)
    assert "retentionInDays: 30 -> 60" in text


def test_after_the_first_preview_all_is_loaded_and_waits(watched: Watched) -> None:
    watched.state(lambda state: state["ready"])
    assert "more slowly" not in watched.said


def test_a_save_that_changes_nothing_says_so(watched: Watched) -> None:
    watched.stack.write_text(stack_file(watched.root, 60) + "# a comment\n")
    assert "Nothing changes. toy prod: passes policy" in watched.answer()


def test_what_was_seen_while_watching_is_what_a_preview_shows(watched: Watched) -> None:
    watched.save(61)
    watched.save(60)
    watched.stack.write_text(stack_file(watched.root, 60) + "# another comment\n")
    watched.answer()
    state = watched.state(lambda state: not state["text"])
    _, page = watched.get()
    command = [sys.executable, "-m", "preview", "--root", str(watched.root), "--file", str(watched.stack)]
    alone = subprocess.run([*command, "--format", "html"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert f"state.page !== {state['page']}" in page
    body = re.compile(r"<main>.*</main>", re.DOTALL)
    assert body.findall(page) == body.findall(alone.stdout) != []


def test_a_module_of_the_program_counts(watched: Watched) -> None:
    module = watched.root / "naming.py"
    module.write_text(NAMING.replace("/toy/", "/new/"))
    assert "name: /toy/first -> /new/first" in watched.answer()
    module.write_text(NAMING)
    assert "name: /new/first -> /toy/first" in watched.answer()


def test_a_file_that_the_stack_file_names_counts(watched: Watched) -> None:
    (watched.root / "words.txt").write_text("second")
    assert "name: /toy/first -> /toy/second" in watched.answer()
    (watched.root / "words.txt").write_text("first")
    watched.answer()


def test_a_rule_of_the_policy_pack_counts(watched: Watched) -> None:
    rule = watched.root / "policy" / "rule.py"
    rule.write_text(RULE.replace("LEAST = 1", "LEAST = 90"))
    assert "passes policy with 1 remark" in watched.answer()
    rule.write_text(RULE)
    assert "passes policy," in watched.answer()


def test_mistakes_are_shown_here_and_on_the_page_until_they_are_mended(watched: Watched) -> None:
    text = watched.save(100)
    assert "toy:days: 100 is outside 1..99" in text
    assert "Not previewed; save again." in text
    state = watched.state(lambda state: state["wrong"])
    assert "toy:days: 100 is outside 1..99" in state["text"]
    watched.stack.write_text("config: [\n")
    assert "not valid YAML" in watched.answer()
    # The last good one is what the next good one is compared with.
    assert "retentionInDays: 60 -> 50" in watched.save(50)
    assert watched.state(lambda state: state["page"] > 1)["wrong"] is False
    watched.save(60)


def test_a_program_that_is_being_written(watched: Watched) -> None:
    module = watched.root / "naming.py"
    module.write_text("def name(words\n")
    text = watched.answer()
    assert "SyntaxError" in text
    assert "Not previewed; save again." in text
    module.write_text("from other import name\n")
    assert "No module named 'other'" in watched.answer()
    (watched.root / "other.py").write_text(NAMING.replace("/toy/", "/other/"))
    assert "name: /toy/first -> /other/first" in watched.answer()
    module.write_text(NAMING)
    watched.answer()
    (watched.root / "other.py").unlink()


def test_a_module_that_asks_for_the_configuration_when_it_is_imported_is_not_imported_ahead(watched: Watched) -> None:
    program = watched.root / "__main__.py"
    (watched.root / "naming.py").write_text(
        'import pulumi\n\nDAYS = pulumi.Config().require_int("days")\n\n' + NAMING.replace("{words}", "{words}-{DAYS}")
    )
    assert "name: /toy/first -> /toy/first-60" in watched.answer()
    assert "name: /toy/first-60 -> /toy/first-40" in watched.save(40)
    assert "name: /toy/first-40 -> /toy/first-60" in watched.save(60)
    (watched.root / "naming.py").write_text(NAMING)
    watched.answer()
    assert program.read_text() == PROGRAM


def test_a_program_that_ends_the_process(watched: Watched) -> None:
    program = watched.root / "__main__.py"
    program.write_text("import os\nos._exit(3)\n")
    assert "the preview's process ended before it was done" in watched.answer()
    program.write_text(PROGRAM)
    assert "Nothing changes." in watched.answer()


def test_an_editor_that_saves_by_renaming(watched: Watched) -> None:
    new = watched.root / ".Pulumi.prod.yaml.new"
    new.write_text(stack_file(watched.root, 20))
    watched.stack.unlink()
    time.sleep(0.1)
    new.rename(watched.stack)
    text = watched.answer()
    assert "retentionInDays: 60 -> 20" in text
    assert watched.silent(1)
    watched.save(60)


def test_a_writer_that_empties_the_file_first(watched: Watched) -> None:
    text = stack_file(watched.root, 22)
    with watched.stack.open("w") as file:
        time.sleep(0.1)
        file.write(text)
    assert "retentionInDays: 60 -> 22" in watched.answer()
    assert watched.silent(1)
    watched.save(60)


def test_a_file_that_is_gone_and_comes_back(watched: Watched) -> None:
    watched.stack.unlink()
    assert "no such file" in watched.answer()
    assert "retentionInDays: 60 -> 21" in watched.save(21)
    watched.save(60)


def test_a_save_while_the_one_before_is_being_answered(watched: Watched) -> None:
    watched.write(77)  # the program now takes an hour
    time.sleep(2)
    assert "retentionInDays: 60 -> 22" in watched.save(22)
    assert watched.silent(1)
    watched.save(60)


def test_of_quick_saves_the_last_one_counts(watched: Watched) -> None:
    for days in (23, 24, 25):
        watched.write(days)
        time.sleep(0.15)
    text = watched.answer()
    while "-> 25" not in text:  # a fast machine answers those before as well
        text = watched.answer()
    assert watched.silent(1)
    watched.save(60)


def test_the_page_is_served_to_this_machine_alone(watched: Watched) -> None:
    status, page = watched.get()
    assert status == HTTPStatus.OK
    assert "connect-src 'self'" in page
    assert watched.get(host="example.com")[0] == HTTPStatus.FORBIDDEN
    assert watched.get("/etc/passwd")[0] == HTTPStatus.NOT_FOUND
    listening = Path("/proc/net/tcp").read_text()
    assert f"0100007F:{watched.port:04X} 00000000:0000 0A" in listening
    assert f"00000000:{watched.port:04X} 00000000:0000 0A" not in listening


def test_an_open_page_is_told(watched: Watched) -> None:
    before = watched.state(lambda state: not state["text"])["page"]
    watched.write(26)
    after = watched.state(lambda state: state["page"] > before)["page"]
    watched.answer()
    _, page = watched.get()
    assert f"state.page !== {after}" in page
    assert "retentionInDays: 60 -&gt; 26" in page
    watched.save(60)


def test_ctrl_c_leaves_nothing_behind(watched: Watched) -> None:
    port, started = watched.port, watched.processes()
    assert len(started) >= 2  # the warm process and the pack's
    with watched.asked("/events"):
        assert watched.end(signal.SIGINT) == 0
    assert "Stopped." in watched.answer("Stopped.")
    end = time.monotonic() + SECONDS
    while any(map(alive, started)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, started))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_killed_it_leaves_nothing_behind(tmp_path: Path) -> None:
    made = Watched(project(tmp_path))
    started = made.processes()
    made.end(signal.SIGKILL)
    end = time.monotonic() + SECONDS
    while any(map(alive, started)) and time.monotonic() < end:
        time.sleep(0.05)
    assert started
    assert not any(map(alive, started))


def test_a_stack_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    root = project(tmp_path)
    command = [sys.executable, "-m", "preview.watch", "--root", str(root), "--stack", "prdo"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 2
    assert "Pulumi.prdo.yaml: no such file; stacks here: prod" in done.stderr
