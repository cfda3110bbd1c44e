"""Trials in groups of one structure, and groups in shards: what an engine gets, and a cluster."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from densevsconv.images.load import load_training_data
from densevsconv.images.prepared import Scaling, TrainingData
from densevsconv.store.layout import Layout
from densevsconv.training.agreement import require_agreement
from densevsconv.training.engine import Engine, FinishedTrial, Group, Predictor, Trial
from densevsconv.trials.cost import COMPILE_SECONDS
from densevsconv.trials.planned import PlannedTrial


def grouped(trials: Sequence[PlannedTrial]) -> list[list[PlannedTrial]]:
    """Return the trials that one program trains together, in the order of their first ones."""
    groups: dict[str, list[PlannedTrial]] = {}
    for trial in trials:
        groups.setdefault(trial.structure, []).append(trial)
    return list(groups.values())


def sharded(
    trials: Sequence[PlannedTrial], shards: int, whole: Collection[str] = ()
) -> list[list[PlannedTrial]]:
    """Return the trials of each shard: whole groups, of about equal cost.

    A group that costs more than a shard's fair part is cut into as few pieces as make it no
    dearer than that; no other group is. The dearest piece comes first, and each goes to the shard
    with the least to do. The cases of ``whole`` stay in one piece each.
    """
    compiling = COMPILE_SECONDS * len(grouped(trials))
    fair = (compiling + sum(trial.cost for trial in trials)) / max(shards, 1)
    parted = [trial for trial in trials if trial.case not in whole]
    pieces = [piece for group in grouped(parted) for piece in _cut(group, fair)]
    pieces += [[trial for trial in trials if trial.case == case] for case in whole]
    pieces.sort(key=_cost, reverse=True)
    found: list[list[PlannedTrial]] = [[] for _ in range(shards)]
    loads = [0.0] * shards
    for piece in pieces:
        least = loads.index(min(loads))
        found[least] += piece
        loads[least] += COMPILE_SECONDS + _cost(piece)
    return found


def _cost(trials: Sequence[PlannedTrial]) -> float:
    return sum(trial.cost for trial in trials)


def _cut(group: list[PlannedTrial], fair: float) -> list[list[PlannedTrial]]:
    """Return a group in pieces of about equal cost, none dearer than ``fair`` if that can be."""
    # a little more than fair is fair: sums of floats
    count = min(len(group), -int(-_cost(group) / fair // 1.001)) if fair else 1
    cuts, done, whole = [0], 0.0, _cost(group)
    for index, trial in enumerate(group):
        if len(cuts) < count and done + trial.cost / 2 >= whole * len(cuts) / count:
            cuts.append(index)
        done += trial.cost
    return [group[start:end] for start, end in pairwise([*cuts, len(group)])]


class GroupTrainer:
    """Trains planned trials group by group; reads each data set once.

    One engine's program is kept at a time: many would not fit into the memory.
    """

    def __init__(self, at: Layout) -> None:
        self._at = at
        self._data: dict[str, TrainingData] = {}
        self._engine: Engine | None = None

    def data(self, dataset: str) -> TrainingData:
        if dataset not in self._data:
            self._data[dataset] = load_training_data(self._at, dataset)
        return self._data[dataset]

    def group(self, trials: Sequence[PlannedTrial], planned: int = 0) -> Group:
        first = trials[0]
        data = self.data(first.dataset)
        return Group(
            architecture=first.architecture,
            data=data,
            scaling=Scaling.for_training(first.training.scaling, data.info),
            trials=tuple(Trial(trial.training, trial.seeds) for trial in trials),
            planned=planned,
        )

    def train(
        self,
        trials: Sequence[PlannedTrial],
        *,
        planned: Iterable[PlannedTrial] = (),
        clocked: bool = False,
    ) -> Iterator[tuple[PlannedTrial, FinishedTrial]]:
        """Yield each trial as it finishes; ``clocked`` as for :meth:`Engine.train`.

        ``planned`` are those that belong together, finished ones too: see :attr:`Group.planned`.
        """
        sizes = Counter(trial.structure for trial in planned)
        for members in grouped(trials):
            if (engine := members[0].engine) is not self._engine:
                self.release()
                self._engine = engine
            group = self.group(members, sizes[members[0].structure])
            require_agreement(engine, group, self._at.execution)
            for finished in engine.train(group, clocked=clocked):
                yield members[finished.index], finished

    def predictor(self, trial: PlannedTrial, finished: FinishedTrial) -> Predictor:
        return trial.engine.predictor(self.group([trial]), finished.weights)

    def release(self) -> None:
        if self._engine is not None:
            self._engine.release()
