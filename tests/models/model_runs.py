"""What tests of imports share: TensorRT-RTX in this process, and the way of a definition there and back."""

import functools

import pytest

from trtexp.engine.session import Session
from trtexp.models.network import made_of
from trtexp.models.proof import differences


@functools.cache
def session():
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    return Session("tensorrt-rtx")


def read_back(definitions):
    return [session().define(definition, read=True) for definition in definitions]


def imported(definition):
    """The network of a definition, read back; None where TensorRT refuses it."""
    (outcome,) = read_back([definition])
    return None if outcome.network is None else made_of(outcome.network, read_back)


def proved(network, options):
    """What differs in the network that the layers of an imported one make."""
    (again,) = read_back([network.definition(options)])
    return list(differences(network, again.network)) if again.network else [again.message]
