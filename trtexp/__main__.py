"""The command `trtexp`, also as python -m trtexp: the working directory leaves the code path before all imports."""

import os
import sys

from trtexp.files.code_path import drop_working_directory


def main() -> int:
    """Run the command line in this process, which a signal ends.

    Names of files are UTF-8, whatever the locale says: Python begins again where it would not read them so.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    drop_working_directory()
    from trtexp.running.stopping import Stopped, watch_signals

    try:
        watch_signals()
        from trtexp.cli.main import main as run

        return run()
    except Stopped as stopped:  # before or after all that tells of it
        return stopped.exit_code


if __name__ == "__main__":
    sys.exit(main())
