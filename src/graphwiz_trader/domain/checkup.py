"""Checkup: what was looked at before trading, what was found, and what to do about it."""

from collections.abc import Iterable
from enum import Enum

from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.value import value

CLOCK_WARN = Nanos(250 * MILLISECOND)
CLOCK_FAIL = SECOND
"""Binance and OKX refuse a request signed seconds away from their own time."""

FILES_WARN = 4_096
FILES_FAIL = 256
GB = 1_000_000_000


class Verdict(Enum):
    """ASK: only a person can say, and has not yet."""

    PASS = "PASS"  # noqa: S105 # not a password
    WARN = "WARN"
    FAIL = "FAIL"
    ASK = "ASK"


@value
class Finding:
    """One thing looked at: its name, how it is, what was found, and what to do unless it passed."""

    name: str
    verdict: Verdict
    found: str
    advice: str = ""


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed; warnings and open questions do not count as failures."""
    return all(finding.verdict is not Verdict.FAIL for finding in findings)


def is_deployable(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed and no question is open."""
    return all(one.verdict in {Verdict.PASS, Verdict.WARN} for one in findings)


def clock(venue: Venue, offset: Nanos, error: Nanos) -> Finding:
    """Judge how far *venue*'s clock is from ours; *error* is how wrong the reading may be."""
    sure = max(abs(offset) - error, 0)
    found = f"{offset / MILLISECOND:+.1f} ms ± {error / MILLISECOND:.1f} ms"
    verdict = Verdict.PASS
    if sure > CLOCK_WARN:
        verdict = Verdict.FAIL if sure > CLOCK_FAIL else Verdict.WARN
    advice = "synchronise this machine's clock (chrony or systemd-timesyncd), then look again"
    return _judged(f"clock {venue}", verdict, found, advice)


def disk(free_bytes: int, least_gb: float) -> Finding:
    """Judge the free space of home against `monitoring.disk_free_gb`."""
    free = free_bytes / GB
    verdict = Verdict.PASS
    if free < 2 * least_gb:
        verdict = Verdict.FAIL if free < least_gb else Verdict.WARN
    found = f"{free:.1f} GB free, at least {least_gb:g} GB wanted"
    return _judged("disk", verdict, found, "free space, or choose another --home")


def files(most: int) -> Finding:
    """Judge how many files and sockets this user's process may open."""
    verdict = Verdict.PASS
    if most < FILES_WARN:
        verdict = Verdict.FAIL if most < FILES_FAIL else Verdict.WARN
    advice = f"raise it: `ulimit -n {FILES_WARN}`, or LimitNOFILE= in the service file"
    return _judged("files", verdict, f"{most} may be open at once", advice)


def cores(count: int, *, busy_spin: bool) -> Finding:
    """Judge the cores this process may use; the engine and the observer want one each."""
    verdict = Verdict.PASS if count >= 2 + busy_spin else Verdict.WARN
    found = f"{count} to run on"
    return _judged("cores", verdict, found, "give engine and observer a core each")


def governor(names: Iterable[str]) -> Finding:
    """Judge the processor's frequency governors; none where the machine does not tell."""
    found = sorted(dict.fromkeys(names))
    if not found:
        return Finding("governor", Verdict.PASS, "not told by this machine")
    verdict = Verdict.PASS if found == ["performance"] else Verdict.WARN
    advice = "`cpupower frequency-set -g performance`: slow clocks cost latency"
    return _judged("governor", verdict, ", ".join(found), advice)


def native(folder: str | None) -> Finding:
    """Judge whether the hot modules run as machine code, from *folder*."""
    if folder is not None:
        return Finding("native code", Verdict.PASS, folder)
    advice = "`make native`, once, some minutes: an order takes two thirds of the time"
    return Finding("native code", Verdict.WARN, "the hot modules run interpreted", advice)


def port(name: str, number: int, *, is_free: bool, is_ours: bool) -> Finding:
    """Judge a port on loopback, at which one of our own processes may be already."""
    found = "free" if is_free else "served by an observer" if is_ours else "taken"
    verdict = Verdict.PASS if is_free or is_ours else Verdict.WARN
    return _judged(
        f"port {name}", verdict, f"{number} is {found}", "another process has it: choose another"
    )


def present(name: str, problem: str | None, found: str, advice: str) -> Finding:
    """Judge something that works as *found* says, or has a *problem*."""
    if problem is None:
        return Finding(name, Verdict.PASS, found)
    return Finding(name, Verdict.FAIL, problem, advice)


def withdrawals(venue: Venue, rights: tuple[str, ...] | None) -> Finding:
    """Judge what a key may do, None where the venue does not tell."""
    name = f"rights {venue}"
    if rights is None:
        return Finding(name, Verdict.PASS, "the venue does not tell what its keys may do")
    found = ", ".join(rights) or "nothing"
    if "withdraw" in rights:
        return Finding(name, Verdict.WARN, found, "make a key without the right to withdraw")
    return Finding(name, Verdict.PASS, found)


def _judged(name: str, verdict: Verdict, found: str, advice: str) -> Finding:
    return Finding(name, verdict, found, "" if verdict is Verdict.PASS else advice)
