"""Lives: the numbers by which kernels know what is known of how long an edge lasts."""

UNFOLLOWED, IDLE, ALIVE, SPOILED = 0, 1, 2, 3
"""Not asked for; there is no edge; there is one; what is left of one is not counted any more."""
