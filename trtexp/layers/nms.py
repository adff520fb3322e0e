"""add_nms. Source: NvInfer.h, INMSLayer and BoundingBoxFormat."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.base import Attributes, DataType, Kind, Layer, Maybe, Tensor
from trtexp.layers.operands import of_indices
from trtexp.layers.orders import MEASURED, rule
from trtexp.numerics import F64, LARGEST, TINY, UNIT, Arithmetic, Bounded, Family, exactly, undetermined
from trtexp.numerics.budget import OF_A_STEP, Work

BoundingBoxFormat = Annotated[Literal["CORNER_PAIRS", "CENTER_SIZES"], Kind("BoundingBoxFormat")]
MOST = 5000  # topk_box_limit stays at or below this, and this is its default


class NMSAttributes(Attributes):
    """Attributes of an NMS layer."""

    bounding_box_format: BoundingBoxFormat = "CORNER_PAIRS"
    """CORNER_PAIRS: (x1, y1, x2, y2); CENTER_SIZES: (x, y, width, height)."""
    topk_box_limit: int = MOST
    """How many of the best boxes of a batch item are considered."""
    indices_type: DataType = "INT32"
    """INT32 or INT64, 10.x on."""


class NMS(Layer):
    """Non-maximum suppression: boxes (N, B, 4) or (N, B, C, 4), scores (N, B, C) -> indices (K, 3), `count` ().

    For every class of every batch item the boxes are taken in the order of their scores, and one is left out if its
    overlap (intersection over union) with one taken before is above the threshold of input 3 (default 0); scores have
    to be above that of input 4 (default 0). A row is (batch item, class, box); a batch item's rows are in the order of
    their scores; equal scores come in any order. tensorrt<10 (8.5.3.1; the first on 8.6.0, too; measured in float32):
    NaN is the best of scores, and is below a threshold only if input 4 gives one; a box with NaN overlaps nothing.
    Elsewhere nothing is known where a score or a box is NaN, not even how many rows there are.
    An infinity is a score like others. C1: boxes have rank 3 or 4, with 4 numbers last; the maximum per class is a
    scalar. C2: scores are (N, B, C) of the boxes' dtype, float. C3: topk_box_limit is from 0 to 5000. C4: the
    thresholds are scalars, that of the overlap from 0 to 1. C5: the indices are of INT32 or INT64. C6: in
    RTX the thresholds are float32 (1.7.1).
    """

    method, interface = "add_nms", "INMSLayer"
    operands = ("boxes", "scores", "max_output_boxes_per_class", "iou_threshold", "score_threshold")
    output_names = ("", "count")
    scaffold = """inputs:
          boxes: {values: [[[0, 0, 2, 2], [1, 0, 3, 2], [0, 0, 2, 1], [4, 4, 5, 5]]]}
          scores: {values: [[[0.875], [0.75], [0.5], [0.25]]]}
        weights: {nine: {shape: [], full: 9, dtype: int32}}
        network:
          most: {constant: {shape: [], weights: nine}}
          y: {nms: {boxes: boxes, scores: scores, max_output_boxes_per_class: most}}"""

    boxes: Tensor
    scores: Tensor
    max_output_boxes_per_class: Tensor
    indices_type: DataType | None = None
    set: NMSAttributes = NMSAttributes()

    def check_inputs(
        self, boxes: Bounded, scores: Bounded, most: Bounded, overlap: Maybe, least: Maybe, *, family: Family | None
    ) -> None:
        if len(boxes.shape) not in (3, 4) or boxes.shape[-1] != 4:
            self.refuse("boxes", f"{list(boxes.shape)} given; give (N, B, 4) or (N, B, C, 4)", "C1")
        if most.shape or most.dtype not in ("int32", "int64"):
            self.refuse("max_output_boxes_per_class", f"{most.dtype} {list(most.shape)}; give a scalar int32", "C1")
        given = boxes.shape[:-1]
        if len(scores.shape) != 3 or scores.shape[: len(given)] != given or scores.dtype != boxes.dtype:
            self.refuse("scores", f"{scores.dtype} {list(scores.shape)} for boxes {list(boxes.shape)}", "C2")
        if boxes.dtype not in ("float32", "float16"):
            self.refuse("boxes", f"a tensor of {boxes.dtype}; give a float tensor", "C2")
        if not of_indices(self.indices_type, self.final.indices_type):
            self.refuse("indices_type", f"{self.final.indices_type} given; give INT32 or INT64", "C5")
        if not 0 <= (limit := self.final.topk_box_limit) <= MOST:
            self.refuse("topk_box_limit", f"{limit} given; give 0 to {MOST}", "C3")
        for index, threshold in enumerate((overlap, least), 3):
            if family == "tensorrt-rtx" and threshold is not None and threshold.dtype != "float32":
                self.refuse("set_input", f"{threshold.dtype} as input {index}; RTX takes float32", "C6")
            if threshold is not None and (threshold.shape or (index == 3 and not 0 <= threshold.ref <= 1)):
                self.refuse("set_input", f"{threshold.ref} as input {index}; give a scalar, 0 to 1 for input 3", "C4")

    def work(self, boxes: Bounded, scores: Bounded, most: Bounded, overlap: Maybe, least: Maybe) -> Work:
        items, *each = scores.shape
        considered = min(math.prod(each), self.final.topk_box_limit)
        pairs = considered * min(considered, max(int(most.ref), 0))
        return Work(scores.ref.size + 3 * items * considered, items * OF_A_STEP * (math.prod(each) + 2 * pairs))

    def evaluate(
        self, boxes: Bounded, scores: Bounded, most: Bounded, overlap: Maybe, least: Maybe, *, arithmetic: Arithmetic
    ) -> tuple[Bounded, Bounded]:
        measured = rule(MEASURED, scores, arithmetic) is not None
        keep = measured and least is None
        lost = bool(scores.undetermined.any() or boxes.undetermined.any())
        lost = lost or (not measured and bool(np.isnan(scores.ref).any() or np.isnan(boxes.ref).any()))
        threshold, floor = (0.0 if x is None else float(x.ref) for x in (overlap, least))
        rows, ties, close = [], [], False
        for item, values in enumerate(scores.ref):
            nan = np.isnan(values)
            places = list(zip(*np.nonzero((values > floor) | (nan & keep)), strict=True))
            falling = {place: (not nan[place], 0.0 if nan[place] else -values[place]) for place in places}
            best = sorted(places, key=falling.__getitem__)
            taken: list[tuple[int, ...]] = []
            for box, kind in best[: self.final.topk_box_limit]:
                same = [other for other, c in taken if c == kind]
                ratios = np.array([self.ratio(boxes.ref[item], box, other, kind) for other in same])
                off = np.array([self.ratio_error(boxes.ref[item], box, other, kind) for other in same])
                near = np.abs(ratios - threshold)
                close = close or bool(((near > 0) & (near < off)).any())
                if len(same) < int(most.ref) and not (ratios > threshold).any():
                    taken.append((box, kind))
            rows += [(item, kind, box) for box, kind in taken]
            found = [falling[place] for place in taken]
            ties += [found.count(score) > 1 for score in found]
        dtype = DTYPE_OF_MEMBER[self.final.indices_type]
        made = exactly(np.array(rows, dtype=np.float64).reshape(-1, 3), dtype)
        unsure = np.repeat(np.array(ties, bool).reshape(-1, 1) | close | lost, 3, axis=1)
        count = exactly(np.array(len(rows)), "int32")
        rows_made = replace(undetermined(made, unsure), open=bool(close or lost))
        return rows_made, undetermined(count, np.array(close or lost))

    def ratio_error(self, boxes: F64, one: int, other: int, kind: int) -> float:
        """What a device's ratio of two boxes may be off by: a few roundings, and the numbers that it takes as 0.

        Any ratio may come of areas that leave the range of float32.
        """
        sides = np.array([high - low for low, high in self.pair(boxes, one, other, kind)])
        areas = sides.prod(-1)
        if areas.max() > LARGEST["float32"]:
            return np.inf
        lost = 8 * TINY["float32"] * (1 + sides.max()) / areas.sum() if areas.sum() > 0 else 0.0
        return float(16 * UNIT["float32"] + lost)

    def pair(self, boxes: F64, one: int, other: int, kind: int) -> list[tuple[F64, F64]]:
        """The corners of two boxes of a batch item."""
        return [self.corners(boxes[(i, kind)] if boxes.ndim == 3 else boxes[i]) for i in (one, other)]

    def ratio(self, boxes: F64, one: int, other: int, kind: int) -> float:
        """Intersection over union of two boxes of a batch item."""
        (low, high), (low_2, high_2) = self.pair(boxes, one, other, kind)
        shared = np.prod(np.maximum(np.minimum(high, high_2) - np.maximum(low, low_2), 0))
        union = np.prod(high - low) + np.prod(high_2 - low_2) - shared
        return float(shared / union) if union > 0 else 0.0

    def corners(self, box: F64) -> tuple[F64, F64]:
        """The lower and the upper corner of a box; those of a pair come in any order."""
        first, second = box[:2], box[2:]
        if self.final.bounding_box_format == "CENTER_SIZES":
            return first - second / 2, first + second / 2
        return np.minimum(first, second), np.maximum(first, second)
