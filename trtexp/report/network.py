"""What a page shows of networks: the graph of the base, and of a case what it has otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from trtexp.records.model import ReportRecord
from trtexp.records.network import NetworkRecord
from trtexp.report.mermaid import MOST, graph
from trtexp.report.tensors import network_lines


@dataclass(frozen=True)
class OwnNetwork:
    """tensors: those that the base has otherwise, as lines of text; lines: all calls, if any is another; graph: in
    mermaid, if the layers are others."""

    tensors: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    graph: str = ""


def base_graph(report: ReportRecord) -> str:
    """The base network in mermaid; empty where it is short, or too large to be drawn."""
    return "" if report.network is None else _graph(report.network)


def shown_network(report: ReportRecord, case: str) -> OwnNetwork:
    """What a case has and the base has not."""
    own = report.networks.get(case)
    if own is None:
        return OwnNetwork()
    alike = report.network is not None and report.network.layers == own.layers
    tensors = network_lines(own) if own.inputs or own.weights else []
    return OwnNetwork(tuple(tensors), tuple(own.lines), "" if alike else _graph(own))


def _graph(network: NetworkRecord) -> str:
    return graph(network.layers, network.outputs) if 0 < len(network.layers) <= MOST else ""
