"""Which kernel is this: one that a reader runs, or one that executes the book's pages?"""

import os
import sys

PAGES = "LEARNING_TO_INFER_PAGES"  # set in the environment of kernels whose outputs become pages


def for_a_reader() -> bool:
    """Whether a reader runs this in a notebook; not so in a script, and not where pages are executed."""
    ipython = sys.modules.get("IPython")  # if it was never imported, there is no kernel
    shell = ipython and ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None and PAGES not in os.environ
