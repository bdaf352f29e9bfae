"""
The site's hook: reference pages made from the code, and links where a page is named.

mkdocs calls `on_files` once, before anything is rendered, and `on_page_markdown` for each page.
"""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from posixpath import relpath

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

import graphwiz_trader as gw
from graphwiz_trader import ports
from graphwiz_trader.bootstrap.schema import schema
from graphwiz_trader.domain import errors
from graphwiz_trader.entrypoints.cli import graphwiz
from graphwiz_trader.entrypoints.output import ExitCode, exit_code

_NAMED = re.compile(r"`docs/([\w./-]+\.md)`")
_ERRORS = """An error goes to stderr in words: what was found, what was expected, what to do.
Under `--json` stdout holds it as `error`."""
_PORTS = """What the use cases need of the world.
Adapters and fakes keep these promises; the suites in `tests/contracts` hold both to them."""
_COMMON = {"config", "assignments", "json", "quiet", "seed", "home"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that the code writes."""
    pages = {
        "commands": commands_page(),
        "configuration": configuration_page(),
        "errors": errors_page(),
        "ports": ports_page(),
        "python": python_page(),
    }
    for name, text in pages.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Turn each page named as `docs/….md` into a link; strict builds fail where it is missing."""
    here = PurePosixPath(page.file.src_uri).parent.as_posix()

    def link(found: re.Match[str]) -> str:
        return f"[{found[1]}]({relpath(found[1], here)})"

    return _NAMED.sub(link, markdown)


def commands_page() -> str:
    """Return every command, its arguments and options, as the command line knows them."""
    parts = [
        "# Commands",
        "Every command takes these besides its own:",
        _options(graphwiz_command("status"), common=True),
    ]
    for path, command in _commands((), graphwiz):
        context = click.Context(command, info_name=" ".join(("graphwiz", *path)))
        usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
        parts += [
            f"## graphwiz {' '.join(path)}",
            f"`{usage}`",
            inspect.cleandoc(command.help or ""),
        ]
        parts.append(_options(command, common=False))
    return _page(parts)


def graphwiz_command(name: str) -> click.Command:
    """Return a command of the command line by *name*."""
    found = graphwiz.get_command(click.Context(graphwiz), name)
    if found is None:
        raise LookupError(f"no command {name}")
    return found


def _commands(
    path: tuple[str, ...], group: click.Group
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands((*path, name), command)
        elif command is not None:
            yield (*path, name), command


def _options(command: click.Command, *, common: bool) -> str:
    context = click.Context(command)
    rows = [
        row
        for option in command.get_params(context)
        if isinstance(option, click.Option)
        and "--help" not in option.opts
        and ((option.name or "").removeprefix("common_") in _COMMON) is common
        and (row := option.get_help_record(context))
    ]
    return _table(("option", "meaning"), ((f"`{names}`", meaning) for names, meaning in rows))


def configuration_page() -> str:
    """Return every key of the configuration with its type, default and meaning."""
    parts = [
        "# Configuration",
        "As `graphwiz config schema` has it. `*` stands for a name of yours.",
        "`graphwiz config check` tells everything that is wrong at once.",
        "`graphwiz config show` prints what is in force.",
    ]
    rows: dict[str, list[tuple[str, ...]]] = {}
    for path, key in _keys((), schema()):
        section = ".".join(path[:2] if path[0] == "hft" else path[:1])
        default = key.get("default", "")
        shown = "" if default == "" or default is None else f"`{json.dumps(default)}`"
        told = str(key.get("description", ""))
        name = ".".join(path).removeprefix(f"{section}.")
        rows.setdefault(section, []).append((f"`{name}`", _type(key), shown, told))
    for section, found in rows.items():
        parts += [f"## {section}", _table(("key", "type", "default", "meaning"), found)]
    return _page(parts)


def _keys(
    path: tuple[str, ...], node: Mapping[str, object]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, object]]]:
    """Yield the leaves of a JSON schema; old names of keys are left out."""
    inner = node.get("properties")
    rest = node.get("additionalProperties")
    if isinstance(inner, Mapping):
        for name, child in inner.items():
            if not child.get("deprecated"):
                yield from _keys((*path, str(name)), child)
    if isinstance(rest, Mapping):
        yield from _keys((*path, "*"), rest)
    if not isinstance(inner, Mapping) and not isinstance(rest, Mapping):
        yield path, node


def _type(key: Mapping[str, object]) -> str:
    choices = key.get("anyOf")
    if isinstance(choices, list):
        return " or ".join(dict.fromkeys(_type(choice) for choice in choices))
    told = key.get("enum") or key.get("type", "")
    words = [str(each) for each in told] if isinstance(told, list) else [str(told)]
    bounds = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    limits = [f"{sign} {key[name]:g}" for name, sign in bounds.items() if name in key]
    return ", ".join([" or ".join(words), *limits])


def errors_page() -> str:
    """Return exit codes and the tree of errors."""
    codes = ((str(code.value), code.name.replace("_", " ").lower()) for code in ExitCode)
    kinds = [
        (f"`{name}`", str(_code(kind)), inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0])
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.TraderError)
    ]
    tree = inspect.cleandoc(errors.__doc__ or "").partition("\n\n")[2]
    return _page(
        [
            "# Exit codes and errors",
            _table(("exit code", "means"), codes),
            _ERRORS,
            "## The tree of errors",
            f"```text\n{tree}\n```",
            _table(("error", "exit code", "meaning"), kinds),
        ]
    )


def _code(kind: type[errors.TraderError]) -> int:
    return exit_code(kind.__new__(kind)).value


def ports_page() -> str:
    """Return every port, and what it promises."""
    parts = [
        "# Ports",
        _PORTS,
    ]
    for module in pkgutil.iter_modules(ports.__path__):
        found = importlib.import_module(f"{ports.__name__}.{module.name}")
        for name, kind in inspect.getmembers(found, inspect.isclass):
            if getattr(kind, "_is_protocol", False) and kind.__module__ == found.__name__:
                parts += [f"## {name}", inspect.cleandoc(kind.__doc__ or ""), *_promises(kind)]
    return _page(parts)


def _promises(kind: type) -> Iterator[str]:
    for name, member in vars(kind).items():
        told = member.fget if isinstance(member, property) else member
        if name.startswith("_") or not inspect.isfunction(told):
            continue
        shape = str(inspect.signature(told)) if not isinstance(member, property) else ""
        waits = "async " if inspect.iscoroutinefunction(told) else ""
        yield f"**`{waits}{name}{_plain(shape)}`**"
        yield inspect.cleandoc(told.__doc__ or "")


def _plain(shape: str) -> str:
    """Shorten the types of a signature to their last names."""
    return re.sub(r"(?:[a-z_]\w*\.)+([A-Z]\w*)", r"\1", shape)


def python_page() -> str:
    """Return the public functions of the package."""
    parts = ["# Python", "`import graphwiz_trader as gw`; `help(gw.backtest)` says the same."]
    for name in gw.__all__:
        found = getattr(gw, name)
        if callable(found):
            shape = _plain(str(inspect.signature(found)))
            parts += [
                f"## gw.{name}",
                f"```python\n{name}{shape}\n```",
                f"```text\n{inspect.getdoc(found)}\n```",
            ]
    return _page(parts)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows:
        cells = (" ".join(cell.split()).replace("|", "\\|") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _page(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
