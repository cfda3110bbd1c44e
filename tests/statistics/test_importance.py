from typing import Any

import numpy as np
import pytest

from densevsconv.statistics.importance import importance

RNG = np.random.default_rng(0)
RATES = np.exp(RNG.uniform(np.log(1e-4), np.log(0.1), 24)).tolist()
GRID = [{"l2": l2, "learning_rate": rate, "augmentation": {"shift": s} if s else None}
        for l2 in (0.0, 1e-3) for rate in (0.001, 0.01, 0.1) for s in (0, 0.1)]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "drawn", "score", "first"),
    [
        (GRID, False, lambda p: -abs(np.log10(p["learning_rate"]) + 2), "learning_rate"),
        (GRID, False, lambda p: float(p["augmentation"] is None), "augmentation"),
        ([{"l2": r, "learning_rate": q} for r, q in zip(RATES, RATES[::-1], strict=True)], True,
         lambda p: np.log(p["l2"]), "l2"),
    ],
)  # fmt: skip
def test_what_decides_the_score_is_important(
    points: list[dict[str, Any]], drawn: bool, score: Any, first: str
) -> None:
    found = importance(points, [score(point) for point in points], drawn=drawn)
    assert found is not None
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.shares[first] > 0.8
    assert found.explained > 0.5
    assert importance(points, [score(point) for point in points], drawn=drawn) == found


def test_noise_is_not_explained_and_equal_scores_say_nothing() -> None:
    found = importance(GRID, RNG.normal(size=len(GRID)).tolist(), drawn=False)
    assert found is not None
    assert found.explained < 0.3
    assert importance(GRID, [0.5] * len(GRID), drawn=False) is None
