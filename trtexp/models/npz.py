"""Arrays as an .npz file whose bytes depend on the arrays alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import numpy as np

from trtexp.definition.network import DTYPES, Array
from trtexp.numerics import decode

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that an archive can name


def npz(arrays: Mapping[str, Array]) -> bytes:
    """The content of the file. What numpy has no type for is stored as float32, or as int8, which hold it exactly."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy", _DATE), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.ascontiguousarray(_values(array)), allow_pickle=False)
    return file.getvalue()


def _values(array: Array) -> np.ndarray:
    if array.dtype == DTYPES[array.dtype][0]:
        return array.bits.reshape(array.shape)
    return decode(array).astype(np.int8 if array.dtype == "int4" else np.float32)
