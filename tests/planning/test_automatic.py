"""Which engine ``auto`` is: by what is installed and by the cards, none of which is here."""

from pathlib import Path

import pytest

from densevsconv.planning import automatic
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import make_plans
from densevsconv.store.cards import Card
from densevsconv.store.layout import Layout
from densevsconv.training.engines.registry import ENGINES
from tests.support.config_copy import copy_config

CARD = Card("0", "GPU-a", "NVIDIA Card", "80000")
CASES = [
    (True, [CARD], 0, "jax", "this machine has an NVIDIA Card"),
    (True, [], 1, "jax", "each training job asks for a GPU"),
    (True, [], 0, "tensorflow", "this machine has no NVIDIA GPU"),
    (False, [CARD], 1, "tensorflow", "no CUDA build of JAX is installed"),
]


@pytest.mark.parametrize(("installed", "cards", "gpus", "engine", "why"), CASES)
def test_what_is_taken_and_why(
    installed: bool,
    cards: list[Card],
    gpus: int,
    engine: str,
    why: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ENGINES, "jax", ENGINES.get("jax", ENGINES["numpy"]))
    monkeypatch.setattr(automatic, "installed", lambda _: installed)
    monkeypatch.setattr(automatic, "cards", lambda: cards)
    assert automatic.automatic(gpus) == (engine, why)
    assert automatic.machine_line("", 2).endswith(
        "GPUs here: 1 x NVIDIA Card, jobs on each: 2" if cards else "no NVIDIA GPU here"
    )


def test_it_is_in_the_plans_and_the_case_keeps_its_name(tmp_path: Path) -> None:
    study = load_study(copy_config(tmp_path) / "config.yaml", {"study": "quickstart"})
    plans = make_plans(study, Layout(tmp_path / "quickstart"))
    assert study.automatic == plans["report"].automatic  # type: ignore[attr-defined]
    assert study.automatic.startswith("TensorFlow, since ")
    assert {(name, case.engine) for name, case in study.cases.items()} == {
        (name, "tensorflow") for name in study.study.cases
    }
