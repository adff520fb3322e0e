"""python -m trtexp.records.upgrade reports: upgrade records in place; a second time changes nothing."""

from __future__ import annotations

import argparse
import sys

from trtexp.errors import DamagedRecord, plural
from trtexp.files.opening import named
from trtexp.records.model import FORMAT
from trtexp.records.upgrade import old_records, upgrade


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m trtexp.records.upgrade", description="Upgrade records of older formats in place."
    )
    parser.add_argument("paths", nargs="+", type=named, metavar="PATH", help="a report folder, or a record")
    changed = same = failed = 0
    try:
        for path in (record for given in parser.parse_args(arguments).paths for record in old_records(given)):
            try:
                changed, same = (changed + 1, same) if upgrade(path) else (changed, same + 1)
            except DamagedRecord as error:
                failed += 1
                print(error, file=sys.stderr)
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{plural(changed, 'record')} upgraded to format {FORMAT}, {same} left as they were")
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
