"""The command line: arguments and exit codes.

Exit codes: 0 all as expected · 1 something differs · 2 bad usage, bad YAML, or an output stream that cannot be
written · 3 internal error · 4 no GPU or TensorRT where one was demanded · 5 nothing selected · 130 stopped by Ctrl-C,
143 by SIGTERM, 129 by SIGHUP, also before the first case. Of several reasons the first of these counts: a signal, 3,
4, 2, 1, 5. An error that a user can act on carries its own code, see trtexp.errors. Imports wait until a command
needs them, so that --help is quick.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from trtexp import LIMITS
from trtexp.cli.arguments import parse, parser
from trtexp.cli.completion import complete
from trtexp.cli.help_texts import COMMANDS
from trtexp.errors import BadUsage, BrokenOff, UserError
from trtexp.files.home import ACCEPTING, project
from trtexp.files.program import program

if TYPE_CHECKING:
    from trtexp.cli.options import Options
    from trtexp.report.terminal import Terminal

OK, USAGE, INTERNAL, STOPPED = 0, 2, 3, 130
#: What is wrong with a path that was given, rather than with the disk.
_MEANT = (errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # cases and files are spread over processes already
    _open_streams()
    made = parser()
    if "_ARGCOMPLETE" in os.environ:
        complete(made)
    words = sys.argv[1:] if arguments is None else arguments
    if not words:
        made.print_help()
        return OK
    if not words[0].startswith("-") and words[0] not in COMMANDS:
        return _say(BadUsage(f"no command {words[0]!r}{_nearest(words[0])}; all: {program()} --help"))
    try:
        here = Path.cwd()
    except OSError:  # deleted meanwhile
        here = Path()
    root = project(here)
    try:
        act, options = parse(made, words, root)
    except SystemExit as end:
        return int(end.code or 0)
    with nullcontext() if root == here else _in(root, here):
        return _do(act, options)


@contextmanager
def _in(root: Path, here: Path) -> Iterator[None]:
    """Work in the folder of the project, so that all that is written is the same wherever in it one stands."""
    os.chdir(root)
    try:
        yield
    finally:
        os.chdir(here)


def _do(act: str, options: Options) -> int:
    """Do what a command's options say."""
    with options.github or nullcontext():  # from here on nothing that is printed is a workflow command but through it
        try:
            module, _, function = act.partition(":")
            with _limited(options.limits), _noted():
                _finish_accept()
                code = int(getattr(import_module(f"trtexp.cli.commands.{module}"), function)(options))
            sys.stdout.flush()
            return code
        except (Exception, KeyboardInterrupt) as error:
            code = _end(error)
            if code == INTERNAL and os.environ.get("TRTEXP_DEBUG"):
                raise
            return code


def _nearest(word: str) -> str:
    """The command that a slip means."""
    from difflib import get_close_matches

    close = get_close_matches(word, COMMANDS, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


@contextmanager
def _limited(limits: Sequence[str]) -> Iterator[None]:
    """Have all that reads experiments, helpers included, allow them that much. Raises BadUsage."""
    before = os.environ.get(LIMITS)
    if limits:
        from trtexp.numerics.budget import parse_limits

        parse_limits(",".join(limits))
    os.environ[LIMITS] = ",".join(limits) or before or ""
    try:
        yield
    finally:
        os.environ[LIMITS] = before or ""


def _finish_accept() -> None:
    """Finish an accept that was killed, before anything else looks at the experiments."""
    if os.path.lexists(ACCEPTING):
        from trtexp.authoring.commit import recover

        _problems().header(recover())


@contextmanager
def _noted() -> Iterator[None]:
    """Say at the end what of the files that runs leave was not the user's."""
    try:
        yield
    finally:
        from trtexp.files.signing import notes

        if said := notes():
            _problems().header(said)


def _open_streams() -> None:
    """A stream that the shell closed is the null device; what an encoding lacks is written as an escape, also where the
    C locale has Python write it as bytes that it cannot have."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open as long as the process is
        elif mode == "w" and isinstance(stream, TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")


def _end(error: BaseException) -> int:
    """Say what went wrong, if anything can be said; the exit code."""
    try:
        return _say(error)
    except OSError:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open as long as the process is
        return _say(error)


def _say(error: BaseException) -> int:
    """Say what went wrong, a line or two; the exit code. Raises OSError where that cannot be written."""
    match error:
        case KeyboardInterrupt():  # perhaps in the midst of an import that cannot be made again
            print("stopped", file=sys.stderr)
            return int(getattr(error, "exit_code", STOPPED))
        case BrokenPipeError():  # whoever read the output has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return OK
        case OSError() if error.filename is None and error.strerror == os.strerror(error.errno or 0):  # of a stream
            _problems().error([f"the output cannot be written: {error.strerror or error}"])
            return USAGE
        case BrokenOff():
            code = _say(error.reason)
            _problems().header([str(error)])
            return code or STOPPED
        case UserError():
            terminal = _problems()
            terminal.error(error.lines(terminal.real))
            return error.exit_code
        case OSError():
            reason = error.strerror or str(error)
            _problems().error([reason if error.filename is None else f"{error.filename}: {reason}"])
            return USAGE if error.errno in _MEANT else INTERNAL
    _problems().error([f"internal error: {type(error).__name__}: {error}", "please report it, with the experiment"])
    return INTERNAL


def _problems() -> Terminal:
    from trtexp.report.terminal import Terminal

    return Terminal(sys.stderr)
