"""`graphwiz data`: recorded market data, made ours, proven, described, given back."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.entrypoints.commands.align import align
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit

if TYPE_CHECKING:
    from graphwiz_trader.adapters.files.imports.archive import FileArchive
    from graphwiz_trader.application.verify import Verdict
    from graphwiz_trader.domain.instrument import Instrument
    from graphwiz_trader.domain.tape import TapeHeader

P = ParamSpec("P")

_PATH = click.Path(path_type=Path)
_SOURCES = (
    click.argument("paths", type=_PATH, nargs=-1, required=True, metavar="FILE..."),
    click.option("--format", "form", type=click.Choice(sorted(FORMATS)), required=True),
    click.option("--venue", metavar="NAME", help="What the venue is called from here on."),
    click.option(
        "--symbol",
        "symbols",
        multiple=True,
        metavar="BASE/QUOTE",
        help="Take this instrument; without it, all that the files hold.",
    ),
    click.option(
        "--instruments",
        type=_PATH,
        metavar="FILE",
        help="Ticks and lots, as JSON or YAML: a list of symbol, tick_size, lot_size.",
    ),
)


def _sources(command: Callable[P, None]) -> Callable[P, None]:
    """Give *command* the files of others and how to read them."""
    for part in reversed(_SOURCES):
        command = part(command)
    return command


@click.group()
def data() -> None:
    """Import recorded market data, prove it, describe it, give it back."""


@data.command("import")
@_sources
@click.option("--out", type=_PATH, required=True, metavar="TAPE", help="The tape to make.")
@common_options
def import_(
    options: Options,
    paths: tuple[Path, ...],
    form: str,
    venue: str | None,
    symbols: tuple[str, ...],
    instruments: Path | None,
    out: Path,
) -> None:
    """Join FILE... of one feed, in this order, into one tape."""
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.application.importing import import_tape

    with _fewer_collections():
        archive = _archive(paths, form, venue, symbols, instruments)
        header = import_tape(archive, FileTapes(), str(out), _progress(options))
    result = {"tape": out, **_described(header, archive.instruments)}
    emit(result, _text(out, header, archive.instruments))


@data.command()
@_sources
@common_options
def verify(
    options: Options,
    paths: tuple[Path, ...],
    form: str,
    venue: str | None,
    symbols: tuple[str, ...],
    instruments: Path | None,
) -> None:
    """
    Rebuild the books of each FILE and hold them against the venue's own word.

    Ends with 1 when a message is missing, a kept book is crossed, or a comparison fails.
    """
    from graphwiz_trader.application.verify import Verdict
    from graphwiz_trader.application.verify import verify as verdict_on

    verdicts: list[tuple[Path, Verdict]] = []
    for path in paths:
        with _fewer_collections():
            verdict = verdict_on(_archive((path,), form, venue, symbols, instruments, tops=True))
        options.say(f"{path}: {_verdict_text(verdict)}")
        verdicts.append((path, verdict))
    total = sum((verdict for _, verdict in verdicts), Verdict())
    files = [{"path": path, **_verdict(verdict)} for path, verdict in verdicts]
    code = ExitCode.DONE if total.holds else ExitCode.FAILED
    emit({"total": _verdict(total), "files": files}, _verdict_text(total), code)


@data.command()
@click.argument("tape", type=_PATH)
@click.option("--check", is_flag=True, help="Read all of it and prove that it is unaltered.")
@common_options
def info(options: Options, tape: Path, *, check: bool) -> None:
    """Say what TAPE holds and where it comes from."""
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.domain.tape import computed_hash

    opened = FileTapes().open(str(tape))
    if check and (found := computed_hash(opened)) != opened.hash:
        raise DataError(f"{tape}: found content {found}, expected {opened.hash}: it was altered")
    if check:
        options.say("every byte is as it was made")
    result = {"tape": tape, **_described(opened.header, opened.instruments)}
    emit(result, _text(tape, opened.header, opened.instruments))


@data.command()
@click.argument("tape", type=_PATH)
@click.option("--to", "form", type=click.Choice(["csv", "hftbacktest", "parquet"]), required=True)
@click.option("--out", type=_PATH, required=True, metavar="FILE", help="The file to write.")
@common_options
def export(options: Options, tape: Path, form: str, out: Path) -> None:
    """Write TAPE as rows of CSV or Parquet, or as an npz for hftbacktest."""
    from graphwiz_trader.adapters.files.export import to_csv, to_hftbacktest
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.adapters.parquet.tape import to_parquet

    opened = FileTapes().open(str(tape))
    options.say(f"writing {len(opened.rows.side):,} rows")
    write = {"csv": to_csv, "hftbacktest": to_hftbacktest, "parquet": to_parquet}[form]
    rows = write(opened, out)
    emit({"file": out, "rows": rows}, f"{out}: {rows:,} rows")


data.add_command(align)


def _archive(
    paths: tuple[Path, ...],
    form: str,
    venue: str | None,
    symbols: tuple[str, ...],
    instruments: Path | None,
    *,
    tops: bool = False,
) -> "FileArchive":
    from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted

    chosen = FORMATS[form]
    name = venue or chosen.venue
    return FileArchive(Wanted(paths, chosen, name, symbols, instruments, tops=tops))


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Let the garbage collector look less often: levels by the million, and no cycles, come by."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _progress(options: Options) -> Callable[[int], None]:
    def show(messages: int) -> None:
        click.echo(f"\r{messages:,} messages", nl=False, err=True)

    def nothing(_: int) -> None:
        pass

    return show if sys.stderr.isatty() and not options.quiet else nothing


def _described(header: "TapeHeader", instruments: "tuple[Instrument, ...]") -> dict[str, object]:
    first, last = header.first_ts, header.last_ts
    return {
        "format": header.format,
        "rows": header.records,
        "messages": header.messages,
        "level_changes": header.level_changes,
        "by_order": header.by_order,
        "crossed": header.crossed,
        "locked": header.locked,
        "gaps": header.gaps,
        "rounded": header.rounded,
        "late": header.late,
        "first_ts": first,
        "last_ts": last,
        "seconds": None if first is None or last is None else (last - first) / SECOND,
        "least_delay_ns": header.least_delay_ns,
        "hash": header.content,
        "instruments": instruments,
        "files": header.files,
        "notes": header.notes,
    }


def _text(name: Path, header: "TapeHeader", instruments: "tuple[Instrument, ...]") -> str:
    counts = ", ".join(
        f"{getattr(header, count):,} {count}"
        for count in ("crossed", "locked", "gaps", "rounded", "late")
        if getattr(header, count)
    )
    size = f"{header.messages:,} messages, {header.level_changes:,} level changes"
    if header.by_order:
        size += ", told order by order"
    lines = [
        f"{name}: {size} from {header.records:,} records of {header.format}",
        *(f"  {one.id}: tick {one.tick_size}, lot {one.lot_size}" for one in instruments),
        *([f"  {counts}"] if counts else []),
        *(f"  {note}" for note in header.notes),
        f"  content {header.content}",
    ]
    return "\n".join(lines)


def _verdict(verdict: "Verdict") -> dict[str, object]:
    return {
        "frames": verdict.frames,
        "updates": verdict.updates,
        "gaps": verdict.gaps,
        "crossed": verdict.crossed,
        "repeated": verdict.repeated,
        "checksums": verdict.checksums,
        "bbo": verdict.bbo,
    }


def _verdict_text(verdict: "Verdict") -> str:
    return (
        f"{verdict.updates:,} updates of {verdict.frames:,} frames, {verdict.gaps} gaps, "
        f"{verdict.crossed} crossed, {verdict.repeated} that tell a level twice; "
        f"best prices {verdict.bbo.matched:,} of "
        f"{verdict.bbo.checked:,}, checksums {verdict.checksums.matched:,} of "
        f"{verdict.checksums.checked:,}"
    )
