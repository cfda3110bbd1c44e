"""A search whose later points follow from scores: real trainings of a small network."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from densevsconv.errors import ConfigError, DataError
from densevsconv.planning.load import load_study
from densevsconv.planning.plans import write_plans
from densevsconv.results.trials import Selection, TrialRow
from densevsconv.stages import search, track
from densevsconv.stages.plan import run_stage
from densevsconv.store.files import read_json
from densevsconv.store.journal import Journal
from densevsconv.store.layout import Layout
from densevsconv.store.tables import read_csv
from tests.faults.damage import STUDY
from tests.support.config_copy import copy_config
from tests.support.plans import run_stage as on_made_files

CASE = STUDY["cases"]["dense_1"] | {"search": {}}
TPE = {
    "method": "tpe", "samples": 5, "startup": 2, "batch": 2, "seeds": 2,
    "space": {"learning_rate": {"low": 0.0001, "high": 0.3, "scale": "log"}},
}  # fmt: skip
GROWS = {
    "method": "grid", "grid": {"learning_rate": [0.00001, 0.00003]}, "seeds": 2, "rounds": 1,
    "grow": {"learning_rate": [0.000001, 0.1]},
}  # fmt: skip
PRUNED = {
    "method": "grid", "grid": {"learning_rate": [0.00001, 0.003, 0.01, 0.00002, 0.03]}, "seeds": 2,
    "pruner": {"epochs": 1, "factor": 2},
}  # fmt: skip


def planned(config: Path, asked: dict[str, Any], **cases: Any) -> Layout:
    content = STUDY | {"gradients": {}, "claims": {}, "shards": 1, "search": asked}
    content["cases"] = cases or {"aa": CASE}
    (config / "studies" / "asked.yaml").write_text(yaml.safe_dump(content))
    at = Layout(Path("results/asked"))
    write_plans(load_study(config / "config.yaml", {"study": "asked"}), at)
    run_stage("prepare", at)
    return at


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return copy_config(tmp_path)


class Killed(BaseException):
    pass


def killed_after(count: int, at: Layout, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Search until so many trials are done, and again; return those that the second run did."""
    written, put = list[str](), Journal.put

    def until(self: Journal, *entry: Any) -> None:
        if len(written) == count:
            raise Killed
        written.append(entry[0])
        put(self, *entry)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "put", until)
        with pytest.raises(Killed):
            run_stage("search", at)
        assert [kind for kind, _ in track._so_far(at)] == ["trial"] * count
        written.clear()
        run_stage("search", at)
    return written


def test_a_killed_search_goes_on_with_the_same_points(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = planned(config, TPE)
    run_stage("search", at)
    whole = TrialRow.read_table(at.search_shard(0))
    assert [(row.point, row.repetition) for row in whole] == [
        (p, r) for p in range(5) for r in (0, 1)
    ]
    assert len({row.settings for row in whole}) == 5
    journal = at.journal("search")
    for file in journal.rglob("*.json"):
        file.unlink()
    assert killed_after(7, at, monkeypatch) == [row.trial for row in whole[7:]]
    again = TrialRow.read_table(at.search_shard(0))
    same = {"trial", "settings", "validation_accuracy", "point"}
    assert [row.model_dump(include=same) for row in again] == [
        row.model_dump(include=same) for row in whole
    ]
    # more samples: what was tried stays
    at = planned(config, TPE | {"samples": 6})
    run_stage("search", at)
    more = TrialRow.read_table(at.search_shard(0))
    assert [row.trial for row in more[:10]] == [row.trial for row in whole]
    assert len(list(journal.rglob("*.json"))) == 12
    run_stage("select", at)
    assert len(Selection.read(at.selection("aa")).candidates) == 6
    TrialRow.write_table(at.search_shard(0), more[:10])
    with pytest.raises(DataError, match="case aa: the search is not done"):
        on_made_files("select", at)


def test_each_case_grows_by_itself_and_says_where_it_ended(config: Path) -> None:
    fixed = {"method": "list", "points": [{"l2": 0.0}, {"l2": 0.1}]}
    at = planned(config, GROWS, aa=CASE, bb=CASE | {"search": fixed})
    run_stage("search", at)
    run_stage("select", at)
    rows = read_csv(at.trials)
    rates = [row["learning_rate"] for row in rows if row["case"] == "aa"]
    assert rates[::2] == ["1e-05", "3e-05", "9e-05"]  # too small: the larger the better
    assert len(rows) == 6 + 4
    assert Selection.read(at.selection("aa")).edge == ["learning_rate"]
    plan = search.SearchPlan.read(at.plan("search"))
    assert plan.whole == ["aa"]


def test_a_pruner_gives_up_what_does_badly_at_first(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = planned(config, PRUNED, aa=CASE | {"training": {"epochs": 3}})
    run_stage("search", at)
    whole = TrialRow.read_table(at.search_shard(0))
    assert Counter(row.epochs for row in whole) == {1: 10, 2: 6, 3: 4}
    first = {row.point: row.validation_accuracy for row in whole if row.epochs == 1}
    assert {row.point for row in whole if row.epochs == 2} == {1, 2, 4}, first
    assert read_json(at.plan("summarise"))["cases"]["aa"]["trials"] == 20
    run_stage("select", at)
    chosen = Selection.read(at.selection("aa"))
    assert [each.epochs for each in chosen.candidates if not each.pruned] == [3, 3]
    assert chosen.training["epochs"] == chosen.candidates[chosen.point].epochs == 3
    assert "Points given up after fewer epochs: 3." in chosen.reason
    # the best after one epoch, in no later round, is not chosen
    TrialRow.write_table(at.search_shard(0), [row for row in whole if row.epochs == 1])
    with pytest.raises(DataError, match="case aa: the search is not done"):
        on_made_files("select", at)
    for file in at.journal("search").rglob("*.json"):
        file.unlink()
    assert killed_after(13, at, monkeypatch) == [row.trial for row in whole[13:]]
    again = TrialRow.read_table(at.search_shard(0))
    assert [row.validation_loss for row in again] == [row.validation_loss for row in whole]
    # a trial of all epochs is the one that a search without a pruner makes
    at = planned(config, {**PRUNED, "pruner": None}, aa=CASE | {"training": {"epochs": 3}})
    run_stage("search", at)
    alike = {row.trial for row in TrialRow.read_table(at.search_shard(0))}
    assert {row.trial for row in whole if row.epochs == 3} < alike


@pytest.mark.parametrize(
    ("search", "training", "says"),
    [
        (PRUNED, {"epochs": 1}, "pruner.epochs: found 1; allowed: below 1"),
        (PRUNED | {"grid": {"epochs": [2, 3]}}, {}, "found it beside a search of epochs"),
        (TPE | {"pruner": {"epochs": 1}}, {}, "pruner belongs to method grid"),
        (GROWS | {"pruner": {"epochs": 1}}, {}, "found pruner beside grow"),
    ],
)
def test_a_pruner_that_fits_nothing_is_refused(
    config: Path, search: dict[str, Any], training: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError) as error:
        planned(config, search, aa=CASE | {"training": training})
    assert says in str(error.value)
