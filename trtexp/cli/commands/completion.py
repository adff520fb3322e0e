"""trtexp completion"""

from __future__ import annotations

import argparse

from argcomplete.shell_integration import shellcode


def completion(options: argparse.Namespace) -> int:
    """Print what the shell has to run once."""
    print(shellcode(["trtexp"], shell=options.shell))
    return 0
