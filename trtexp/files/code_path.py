"""Where Python looks for modules: never in the working directory, where anybody may have put a numpy.py.

Only modules that Python has loaded by itself are imported here, not even __future__: all others wait for this.
"""

import sys

#: The first line of another interpreter: `drop_working_directory` as source.
FIRST_LINE = (
    "import os, sys; sys.path[:] = [e for e in sys.path if e and not (os.path.exists(e) and os.path.samefile(e, '.'))]"
)


def drop_working_directory() -> None:
    """Forget the entries that are the working directory: `python -m` puts it first, and an empty part of PYTHONPATH
    means it. Modules of a package that is loaded already are still found."""
    exec(FIRST_LINE, {})


class WithoutWorkingDirectory:
    """The same for as long as it is entered, in a process that belongs to somebody else."""

    def __enter__(self) -> None:
        self._before = sys.path[:]
        drop_working_directory()

    def __exit__(self, *_: object) -> None:
        sys.path[:] = self._before
