"""Texts: the questions in SQL; what is asked for is passed as parameters only."""

CURSOR = "SELECT seq, ts FROM cursor WHERE run = ?"
ADVANCE = """
    INSERT INTO cursor (run, seq, ts) VALUES (?, ?, ?)
    ON CONFLICT (run) DO UPDATE SET seq = excluded.seq, ts = excluded.ts
"""
EDGE = """
    INSERT INTO edge (relation, source, target, key, detail) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET detail = excluded.detail
"""
BURY = """
    INSERT INTO dead_letter (run, label, key, seq, error) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
RELATIONS = "SELECT relation, count(*) FROM edge GROUP BY relation"
DEAD_LETTERS = "SELECT count(*) FROM dead_letter"
LATEST = 'SELECT max(closed) FROM "Trade"'

# Two texts, since no index serves a condition that may not be there.
_TRADES = """
    SELECT {columns} FROM "Trade" t WHERE {strategy} t.closed >= :since AND t.closed < :until
    AND (:run = '' OR t.run = :run)
    AND (:symbol = '' OR EXISTS (SELECT 1 FROM edge WHERE relation = 'OF_SYMBOL'
        AND source = t.key AND target = :symbol))
    AND (:venue = '' OR EXISTS (SELECT 1 FROM edge WHERE relation = 'ON_EXCHANGE'
        AND source = t.key AND target = :venue))
    ORDER BY t.closed {way}, t.run {way}, t.seq {way}, t.key {way} LIMIT :most
"""
_OF_STRATEGY = "t.strategy = :strategy AND"
_LATEST = {"columns": "t.*", "way": "DESC"}
_EARNED = {
    "columns": "t.strategy, t.reporting, t.net, t.charged, t.venues, t.symbols",
    "way": "ASC",
}
TRADES = _TRADES.format(strategy="", **_LATEST)
TRADES_OF_STRATEGY = _TRADES.format(strategy=_OF_STRATEGY, **_LATEST)
EARNED = _TRADES.format(strategy="", **_EARNED)
EARNED_BY_STRATEGY = _TRADES.format(strategy=_OF_STRATEGY, **_EARNED)

OPPORTUNITIES = """
    SELECT o.* FROM "ArbitrageOpportunity" o WHERE o.opened >= :since AND o.opened < :until
    AND (:run = '' OR o.run = :run) AND (:strategy = '' OR o.strategy = :strategy)
    AND (:outcome = '' OR o.outcome = :outcome) AND (:reason = '' OR o.reason = :reason)
    ORDER BY o.opened DESC, o.run DESC, o.seq DESC, o.key DESC LIMIT :most
"""

ORDER = """
    SELECT o.* FROM "Order" o JOIN "Run" r ON r.key = o.run
    WHERE (o.key = :name OR o.cl_ord_id = :name) AND (:run = '' OR o.run = :run)
    ORDER BY r.rowid DESC, o.seq DESC LIMIT 1
"""
TRADE = """
    SELECT t.* FROM "Trade" t JOIN "Run" r ON r.key = t.run
    WHERE (t.key = :name OR t.name = :name) AND (:run = '' OR t.run = :run)
    ORDER BY r.rowid DESC, t.seq DESC LIMIT 1
"""
OPPORTUNITY = """
    SELECT o.* FROM "ArbitrageOpportunity" o JOIN "Run" r ON r.key = o.run
    WHERE (o.key = :name OR o.name = :name) AND (:run = '' OR o.run = :run)
    ORDER BY r.rowid DESC, o.seq DESC LIMIT 1
"""
INSTRUMENTS = 'SELECT i.* FROM "Instrument" i ORDER BY i.key'
REFUSALS = "SELECT detail FROM edge WHERE relation = 'REFUSED_BECAUSE' AND source = ?"
NEWEST = "SELECT coalesce(max(ts), 0) FROM cursor"
# Asked hour by hour, an index answers at once; the rows of a week are a thousand times as many.
HOURS = """
    WITH RECURSIVE hours (n) AS (
        SELECT :first WHERE :first < :until UNION ALL SELECT n + 1 FROM hours WHERE n + 1 < :until)
    SELECT n FROM hours WHERE EXISTS (
        SELECT 1 FROM "MetricSample"
        WHERE ts >= n * 3600000000000 AND ts < (n + 1) * 3600000000000)
"""
SEEN = """
    WITH RECURSIVE hours (n) AS (
        SELECT :first WHERE :first < :until UNION ALL SELECT n + 1 FROM hours WHERE n + 1 < :until)
    SELECT p.symbol, p.kind, n FROM "Pattern" p CROSS JOIN hours WHERE EXISTS (
        SELECT 1 FROM "Occurrence" o WHERE o.symbol = p.symbol AND o.kind = p.kind
        AND o.ts >= n * 3600000000000 AND o.ts < (n + 1) * 3600000000000)
"""
UNRELATE = "DELETE FROM edge WHERE relation = ?"
LINKS = """
    SELECT source, target, key, detail FROM edge WHERE relation = ? ORDER BY source, target, key
"""
