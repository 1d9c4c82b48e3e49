"""The command line: `python -m experiments list`."""

import sys

from experiments.command import main

if __name__ == "__main__":
    sys.exit(main())
