"""trtexp completion"""

from __future__ import annotations

from argcomplete.shell_integration import shellcode

from trtexp.cli.options import CompletionOptions


def completion(options: CompletionOptions) -> int:
    """Print what the shell has to run once."""
    print(shellcode(["trtexp"], shell=options.shell))
    return 0
