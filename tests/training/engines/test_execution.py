"""A way of running that this machine is not able to is passed over, with the reason kept."""

from pathlib import Path

import pytest
import tensorflow as tf

from densevsconv.errors import UnableError
from densevsconv.store.files import read_json
from densevsconv.training.engines.execution import recorded_choice
from densevsconv.training.engines.tensorflow.engine import TensorFlowEngine

SECONDS = {"graph": 2.0, "xla": 1.0}


def measured(mode: str) -> float:
    """Run what XLA has no kernel for, and a graph has."""
    with TensorFlowEngine(1).able():
        tf.function(tf.strings.as_string, jit_compile=mode == "xla")(tf.constant(1))
    return SECONDS[mode]


def test_what_does_not_compile_falls_back(tmp_path: Path) -> None:
    assert recorded_choice(tmp_path, {}, SECONDS, measured) == "graph"
    (record,) = map(read_json, tmp_path.glob("*.json"))
    assert record["seconds_per_epoch"] == {"graph": 2.0}
    assert "AsString" in record["failed"]["xla"]


def test_where_no_way_is_left_nothing_is_recorded(tmp_path: Path) -> None:
    with pytest.raises(UnableError, match=r"xla: .*AsString"):
        recorded_choice(tmp_path, {}, ["xla"], measured)
    assert not list(tmp_path.glob("*.json"))


def test_a_fault_of_the_program_is_no_excuse() -> None:
    with pytest.raises(ZeroDivisionError), TensorFlowEngine(1).able():
        1 / 0  # noqa: B018
