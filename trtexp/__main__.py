"""The command `trtexp`, also as python -m trtexp: the working directory leaves the code path before all imports."""

import sys

from trtexp.files.code_path import drop_working_directory


def main() -> int:
    """Run the command line in this process."""
    drop_working_directory()
    from trtexp.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
