"""python -m trtexp"""

import sys

from trtexp.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
