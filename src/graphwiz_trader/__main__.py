"""`python -m graphwiz_trader`: the command line."""

import sys

from graphwiz_trader.entrypoints.cli import main

if __name__ == "__main__":
    sys.exit(main())
