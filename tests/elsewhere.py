"""The instruction sets that numpy would use on this processor and an older one does not have.

`make test-elsewhere` switches them off, for another machine on this one.
"""

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__


def dispatched() -> list[str]:
    """Those that numpy can do without, and this processor has."""
    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


if __name__ == "__main__":
    print(" ".join(dispatched()))
