"""What the documentation says on the command line can be said there."""

import re
import shlex
from pathlib import Path

import click
import pytest

from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.signal import Reason
from graphwiz_trader.entrypoints.cli import graphwiz
from tests.docs.pages import PAGES, ROOT, blocks, mentions, name

LANGUAGES = {"sh", "yaml", "python", "json", "cypher", "mermaid", "text"}


def _misunderstood(line: str) -> str | None:
    """Return what *line* says that no command knows, if it does."""
    words = shlex.split(line.partition(" #")[0])
    command: click.Command = graphwiz
    words = words[words.index("graphwiz") + 1 :]
    while words and isinstance(command, click.Group) and not words[0].startswith(("-", "…")):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return f"no command {words[0]!r}"
        command, words = found, words[1:]
    known = {
        option
        for parameter in command.get_params(click.Context(command))
        for option in (*parameter.opts, *parameter.secondary_opts)
    } | {"--help", "-h", "--version"}
    options = [word.partition("=")[0] for word in words if word.startswith("-") and word != "-"]
    unknown = [option for option in options if option not in known and not option[1:].isdigit()]
    return f"no option {unknown}" if unknown else None


def test_every_command_and_option_that_a_page_names_exists() -> None:
    said = [(page, line) for page, line in mentions() if "graphwiz" in line.split()]
    wrong = [(name(page), line, found) for page, line in said if (found := _misunderstood(line))]
    assert len(said) > 100
    assert not wrong


def test_a_command_or_option_that_is_not_there_is_found() -> None:
    assert _misunderstood("graphwiz fly --json") == "no command 'fly'"
    assert _misunderstood("graphwiz graph top --sideways") == "no option ['--sideways']"
    assert _misunderstood("graphwiz graph top --json  # the best") is None


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_block_says_what_it_is_written_in(page: Path) -> None:
    assert {block.language for block in blocks(page)} <= LANGUAGES


def test_every_reason_of_a_refusal_is_explained_and_names_keys_that_exist() -> None:
    page = (ROOT / "docs/reference/refusals.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    explained = [word for row in rows for word in re.findall(r"`([A-Z_]+)`", row.split("|")[1])]
    keys = re.findall(r"`(?:hft\.risk\.)?(\w+)`", "".join(row.split("|")[3] for row in rows))
    known = {field.name for field in fields_of(RiskSettings)} | {"ttl_ms", "instruments"}

    assert sorted(explained) == sorted(reason.value for reason in Reason)
    assert {key for key in keys if key not in known} == set()
