"""The fenced blocks of the documentation, and what is said of them."""

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = re.compile(
    r"(?:^<!-- not run: (?P<excuse>.+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_INLINE = re.compile(r"(?<!`)`(graphwiz [^`]+)`(?!`)")
_NAME = re.compile(r"# (?P<name>[\w-]+\.yaml)\n")


@attrs.frozen
class Block:
    """One fenced block; `excuse` says why it is not run, if it is not."""

    page: Path
    language: str
    text: str
    excuse: str | None

    @property
    def file(self) -> str | None:
        """The name under which a page's later commands find it, if it gives itself one."""
        named = _NAME.match(self.text)
        return named["name"] if named else None

    @property
    def commands(self) -> list[str]:
        """The lines of a session, continued ones joined, without their comments."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of *page*, in order."""
    found = _FENCE.finditer(page.read_text(encoding="utf-8"))
    return [Block(page, each["language"], each["text"], each["excuse"]) for each in found]


def mentions() -> Iterator[tuple[Path, str]]:
    """Yield every command that any page names, in a session or in the text."""
    for page in PAGES:
        for block in blocks(page):
            if block.language == "sh":
                yield from ((page, line) for line in block.commands)
        yield from ((page, found) for found in _INLINE.findall(page.read_text(encoding="utf-8")))


def name(page: Path) -> str:
    """Return the page's path in the repository."""
    return page.relative_to(ROOT).as_posix()
