"""The command line: `python -m experiments list`."""

import os
import sys

from experiments.command import main

if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141  # what a shell says of a program that a closed pipe has ended
    sys.exit(status)
