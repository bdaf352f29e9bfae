"""Every alert has its page, and dashboards ask for what there is."""

import json
import re
from pathlib import Path

import yaml

from graphwiz_trader.domain.health import CODES
from graphwiz_trader.domain.metrics import METRICS, exposed, exposed_names
from tests.alert_codes import raised

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
NAMES = {name for metric in METRICS for name in exposed_names(metric)}
_METRIC = re.compile(r"\bgraphwiz_[a-z_]+")


def test_every_alert_has_a_runbook() -> None:
    page = (DOCS / "reference/alerts.md").read_text(encoding="utf-8")

    documented = set(re.findall(r"^### ([A-Z_]+)$", page, re.MULTILINE))

    assert "CIRCUIT_BREAKER" in raised()
    assert sorted({*CODES, *raised(), "TEST"} - documented) == []


def test_the_page_of_metrics_lists_them_all_with_type_and_meaning() -> None:
    page = (DOCS / "reference/metrics.md").read_text(encoding="utf-8")

    rows = [line for line in page.splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{exposed(m)}` | {m.kind.value} | {', '.join(m.labels) or '—'} | {m.meaning} |"
        for m in METRICS
    ]


def test_the_dashboard_shows_every_metric_and_asks_for_no_other() -> None:
    board = json.loads((DOCS / "operations/grafana.json").read_text(encoding="utf-8"))

    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]

    shown = {name for expr in asked for name in _METRIC.findall(expr)}
    assert shown <= NAMES
    assert [m.name for m in METRICS if shown.isdisjoint(exposed_names(m))] == []


def test_the_rules_ask_for_metrics_and_runbooks_that_exist() -> None:
    rules = yaml.safe_load((DOCS / "operations/prometheus-alerts.yaml").read_text("utf-8"))
    page = (DOCS / "reference/alerts.md").read_text(encoding="utf-8")

    found = [rule for group in rules["groups"] for rule in group["rules"]]

    assert {name for rule in found for name in _METRIC.findall(rule["expr"])} <= NAMES
    for rule in found:
        anchor = rule["annotations"].get("runbook", "#test").partition("#")[2]
        assert f"### {anchor.upper()}\n" in page
