"""python -m trtexp"""

import sys

from trtexp.cli import main

if __name__ == "__main__":
    sys.exit(main())
