"""No key in any file, log, journal, answer or error of an engine that trades with it."""

import signal
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main
from tests.contracts.test_live_commands import exchange
from tests.contracts.test_service import KEYS, service, until_orders

pytestmark = pytest.mark.contract

ASKED = (
    ("status",),
    ("orders",),
    ("balances",),
    ("risk", "show"),
    ("report", "demo-0001"),
    ("graph", "stats"),
)


def told_in(folder: Path) -> list[str]:
    """Return the files below *folder* that hold a secret."""
    secrets = [secret.encode() for secret in KEYS.values()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    return [path.name for path in files if any(s in path.read_bytes() for s in secrets)]


def test_an_engine_that_trades_tells_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with exchange() as addresses, service("trade", home, addresses, ()) as served:
        served.ready()
        until_orders(capsys, home)
        said = []
        for words in ASKED:
            for form in ((), ("--json",)):
                assert main([*words, *form, "--home", str(home)]) == 0, words
                said += list(capsys.readouterr())
        served.process.send_signal(signal.SIGTERM)
        said += served.process.communicate(timeout=120)

    assert len("".join(said)) > 1_000
    assert not [secret for secret in KEYS.values() if secret in "".join(said)]
    assert told_in(tmp_path) == []


def test_an_engine_whose_key_is_refused_does_not_tell_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with exchange() as addresses, pytest.MonkeyPatch.context() as patch:
        patch.setitem(KEYS, "GW_SECRET", "loopback-wrong-secret")
        with service("trade", home, addresses) as served:
            out, err = served.process.communicate(timeout=120)

    assert served.process.returncode == 1
    assert not [secret for secret in KEYS.values() if secret in out + err]
    assert "loopback-wrong-secret" not in out + err


@pytest.mark.parametrize(("key", "why"), [("a-real-key", "a key of a real venue"), ("", "GW_KEY")])
def test_a_key_of_another_kind_is_refused_before_anything_is_sent(
    key: str, why: str, tmp_path: Path
) -> None:
    with exchange() as addresses, pytest.MonkeyPatch.context() as patch:
        patch.setitem(KEYS, "GW_KEY", key)
        with service("trade", tmp_path / "home", addresses) as served:
            out, err = served.process.communicate(timeout=120)

    assert served.process.returncode in (1, 2)
    assert why in out + err
    assert "a-real-key" not in out + err
