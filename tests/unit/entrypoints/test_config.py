"""`graphwiz config`: checked, shown, and described by a schema that agrees with both."""

import json
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main

Captured = pytest.CaptureFixture[str]


def test_check_without_problems_exits_0(capsys: Captured) -> None:
    code = main(["config", "check", "--json"])

    assert code == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "files": []}


def test_check_with_problems_exits_2_and_lists_them(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("hft: {risk: {max_exposre: 5}}\nengin: {}\n")

    code = main(["config", "check", "--json", "--config", str(path)])

    errors = json.loads(capsys.readouterr().out)["errors"]
    assert code == 2
    assert [error["nearest"] for error in errors] == ["engine", "max_exposure"]


def test_show_is_yaml_that_says_what_is_in_force(capsys: Captured) -> None:
    main(["config", "show", "--set", "hft.risk.max_exposure=7.50"])

    assert "max_exposure: '7.50'" in capsys.readouterr().out


def test_the_schema_knows_every_key_that_show_prints(capsys: Captured) -> None:
    main(["config", "show", "--json"])
    shown = json.loads(capsys.readouterr().out)
    main(["config", "schema", "--json"])
    schema = json.loads(capsys.readouterr().out)

    assert list(_missing(shown, schema, "")) == []


def test_the_schema_states_limits_defaults_meanings_and_older_spellings(capsys: Captured) -> None:
    main(["config", "schema", "--json"])

    risk = json.loads(capsys.readouterr().out)["properties"]["hft"]["properties"]["risk"]
    assert risk["additionalProperties"] is False
    assert risk["properties"]["max_drawdown_pct"] == {
        "type": ["number", "string"],
        "exclusiveMinimum": 0,
        "maximum": 100,
        "description": "from the run's equity peak",
        "default": "10.0",
    }
    assert risk["properties"]["max_orders_per_sec"]["deprecated"] is True


def _missing(shown: dict[str, object], schema: dict[str, object], path: str) -> list[str]:
    """The keys of *shown* that *schema* does not describe."""
    found: list[str] = []
    described = schema["properties"]
    for key, value in shown.items():
        if key not in described:
            found.append(f"{path}.{key}")
        elif isinstance(value, dict) and value:
            found += _missing(value, described[key], f"{path}.{key}")
    return found
