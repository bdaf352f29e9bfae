"""`python -m graphwiz_trader`: the command line."""

import sys

from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.entrypoints.first_process import heed_termination
from graphwiz_trader.entrypoints.parent import heed_parent

if __name__ == "__main__":
    heed_termination()
    heed_parent()
    sys.exit(main())
