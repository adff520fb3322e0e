"""Where expected numbers come from, as plain data: what `from:`, `release:` and `gpu:` in a YAML file say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from trtexp.numerics.arithmetic import Family, family_of

_RELEASE = re.compile(r"(tensorrt-rtx|tensorrt)\W(\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class Origin:
    """source: a document printed them; derived: they were worked out; observed: `release` gave them, on `gpu`; None:
    nothing was said."""

    kind: Literal["source", "derived", "observed"] | None = None
    release: str | None = None
    gpu: str | None = None

    def settles(self, release: str | None, family: Family | None) -> bool:
        """Whether the numbers were seen with a release, or with one of its family if that is all that is known of it.

        release: `tensorrt-8.6.0`. The origin may name fewer digits, `tensorrt 8.6`, or something that is no release.
        """
        if self.kind != "observed" or self.release is None:
            return False
        seen = _RELEASE.match(self.release)
        if seen is None:
            return True
        if release is not None:
            return f"{release}.".startswith(f"{seen[1]}-{seen[2]}.")
        return family in (None, family_of(seen[1], seen[2]))
