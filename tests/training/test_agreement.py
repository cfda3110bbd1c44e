"""The check of an engine on a GPU, asked of the same code on a processor."""

from pathlib import Path

import numpy as np
import pytest

from densevsconv.errors import UserError
from densevsconv.images.prepared import Scaling
from densevsconv.store.cards import VISIBLE
from densevsconv.training.agreement import disagreement, require_agreement
from densevsconv.training.engine import Group
from densevsconv.training.engines.tensorflow.engine import TensorFlowEngine
from densevsconv.training.loop import Trainer
from tests.support.training import DENSE, MIXED, group, network


class Wrong(TensorFlowEngine):
    """Sees its images a little brighter."""

    def _made(self, group: Group) -> Trainer:
        scaling = Scaling(group.scaling.offset, group.scaling.scale * np.float32(1.05))
        return super()._made(Group(group.architecture, group.data, scaling, group.trials))


def test_rounding_is_far_below_the_bound() -> None:
    layers = MIXED[0].replace(", use_bias: false", ""), *MIXED[1:]
    errors = disagreement(TensorFlowEngine(1, "graph"), group(network(*layers), {}))
    assert "loss" in errors
    assert max(errors.values()) < 1e-3


def test_a_wrong_engine_is_refused_on_a_card_and_a_right_one_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = group(network(*DENSE), {})
    monkeypatch.setenv(VISIBLE, "-1")
    require_agreement(Wrong(1, "graph"), some, tmp_path)
    monkeypatch.setenv(VISIBLE, "GPU-a")
    with pytest.raises(UserError, match=r"of a step on GPU-a is .* from numpynet's"):
        require_agreement(Wrong(1, "graph"), some, tmp_path)
    require_agreement(TensorFlowEngine(1, "graph"), some, tmp_path)
    require_agreement(Wrong(1, "graph"), some, tmp_path)  # the same identity: it was asked
