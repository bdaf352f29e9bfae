"""Where market making's kernel keeps its numbers."""

# params: what all instruments share, then a stretch for each.
MAX_QUOTES, IS_GLFT, GAMMA, DECAY, RATE, HORIZON, IS_MICRO, FLOW_BPS, FLOW_LIFE = range(9)
GRID, SIGMA_LIFE, WARMUP, KEEP_BPS, INTERVAL, MAX_AGE, COUNT = range(9, 16)
WIDEN, WIDEN_LIFE, PULL, SHARED = range(16, 20)
PLACE, FULL, MIN_QTY, MIN_WORTH, COST_BPS, EACH = 0, 1, 2, 3, 4, 5

# memory: floats of each instrument, the targets and what fills lost among them.
FLOW, VARIANCE, MID, OUT, MARKOUT, FLOATS = 0, 1, 2, 3, 5, 7

# numbers: whole numbers of each instrument.
SEEN, TOUCH, SEEN_AT, HAS_MID, MID_AT, SAMPLES, OWNED, WATCHED, ASKED = 0, 1, 5, 6, 7, 8, 9, 10, 11
CHANGED, PRICES, LOTS, WANT_PRICES, WANT_LOTS = 12, 14, 16, 18, 20
FILLED_AT, FILLED_PRICE, JUDGED_AT, WHOLE = 22, 24, 26, 28
