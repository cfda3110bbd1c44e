"""Does an engine compute here what numpynet does? Asked once of each network on each GPU.

A driver, a compiler or a kernel may be wrong on one card only, where no test of this project runs.
"""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from densevsconv.errors import UserError
from densevsconv.networks.initialise import initial_weights
from densevsconv.store.cards import VISIBLE
from densevsconv.store.files import write_json
from densevsconv.store.identity import digest
from densevsconv.training.engine import Engine, FinishedTrial, Group, Trial
from densevsconv.training.engines.registry import ENGINES
from densevsconv.training.settings import Training

IMAGES = 8
RATE = 0.1
BOUND = 1e-2
"""Relative, of loss and of each array's gradient: float32 in another order stays far below where a
network is not ill-conditioned, a wrong kernel far above. TF32 has a hundredth of float32's digits
and is not asked."""


def require_agreement(engine: Engine, group: Group, choices: Path) -> None:
    """Raise :class:`UserError` where one step of SGD on a GPU differs from numpynet's."""
    card = os.environ.get(VISIBLE, "-1")
    if card in ("", "-1") or engine.name == "numpy" or engine.tf32:
        return
    asked = {**engine.identity, "network": group.architecture.identity_dict(), "card": card}
    file = choices / "agreed" / f"{digest(asked)}.json"
    if not file.exists():
        errors = disagreement(engine, group)
        where = max(errors, key=lambda name: errors[name])
        if not errors[where] < BOUND:
            raise UserError(
                f"{group.architecture.name}: {where} of a step on {card} is {errors[where]:.1e} "
                f"from numpynet's, relatively; allowed: below {BOUND}; try another engine or "
                f"driver, or {VISIBLE}=-1 for the processor"
            )
        write_json(file, {"asked": asked, "relative_errors": errors})


def disagreement(engine: Engine, group: Group) -> dict[str, float]:
    """Return the relative errors of the loss and of each array's gradient."""
    data, first = group.data, group.trials[0]
    few = {
        name: getattr(data, name)[:IMAGES]
        for name in ("train_images", "train_labels", "validation_images", "validation_labels")
    }
    training = Training(
        optimizer="sgd",
        learning_rate=RATE,
        batch_size=min(IMAGES, len(data.train_images)),
        epochs=1,
        scaling=first.training.scaling,
        initializer=first.training.initializer,
    )
    trial = Trial(training, first.seeds)
    step = replace(group, data=replace(data, **few), trials=(trial,))
    start = initial_weights(group.architecture, first.seeds["initialisation"], training.initializer)

    def after(made: Engine) -> FinishedTrial:
        (finished,) = made.train(step)
        made.release()
        if finished.reason:
            raise UserError(f"{group.architecture.name}: {finished.reason}")
        return finished

    ours, exact = after(engine), after(ENGINES["numpy"](engine.threads))
    # of none, where it is not finite
    found, loss = (float(np.sum(one.history["train_loss"])) for one in (ours, exact))
    errors = {"loss": _share(abs(found - loss), abs(loss))}
    changes = {name: float(np.linalg.norm(exact.weights[name] - start[name])) for name in start}
    whole = float(np.linalg.norm([*changes.values()]))
    for name, weights in exact.weights.items():
        # a bias before a batch normalisation has a gradient of zero: all of it is rounding
        rounding = float(np.finfo(np.float32).eps * np.linalg.norm(start[name])) / BOUND
        change = max(changes[name], BOUND * whole, rounding)
        errors[name] = _share(float(np.linalg.norm(ours.weights[name] - weights)), change)
    return errors


def _share(off: float, of: float) -> float:
    return off / of if off else 0.0
