"""What the report says in sentences. Numbers come from facts, and wording follows the results."""

from __future__ import annotations

from densevsconv.report import rich
from densevsconv.report.references import PUBLICATION
from densevsconv.report.rich import cite, code, figure, table
from densevsconv.report.setting_tables import further
from densevsconv.report.study import Study
from densevsconv.report.verdicts import tally, verdict


def introduction(study: Study) -> list[str]:
    """Return the question and where it comes from."""
    plan = study.plan
    question = plan["question"] and f"The question of this study: {rich.name(plan['question'])}"
    settings = "settings are searched under a stated budget"
    if not study.searches:
        settings = "settings are fixed beforehand"
    elif study.configured:
        settings = "settings are fixed beforehand or searched under a stated budget"
    return [
        "Convolutional networks share their weights over the image and look at neighbourhoods; "
        "dense networks have to learn both from the data. When that matters, and what it costs, "
        f"depends on the images and on the training. {question}",
        *([rich.name(plan["description"])] if plan["description"] else []),
        f"{_before(study)} Here {settings}, the test images "
        "are used once, accuracies are means over seeds with their intervals, and the cost is "
        "measured apart. All numbers of this report are read from the "
        f"study's result files; {code('facts.json')}, beside it, names the file and place of each.",
    ]


def _before(study: Study) -> str:
    """Return what was there before: the work that is reproduced, or the one all began with."""
    if study.plan["publication"]:
        return f"This study reproduces a published one {cite(PUBLICATION)}."
    return (
        f"An earlier comparison {cite('fossheim2022')} found that a dense network beats a "
        "convolutional one on the smallest images and loses on larger ones, with settings chosen "
        "on the test images and one training of each network."
    )


def architectures(study: Study, dataset: str) -> list[str]:
    """Return how to read the table of architectures."""
    if dataset != study.datasets[0]:
        return [f"{table(f'architectures-{dataset}')} lists those{study.in_dataset(dataset)}."]
    cases = study.plan["cases"].values()
    lenet = any("lenet" in case["architecture"]["name"].lower() for case in cases)
    source = f" LeNet-like cases go back to {cite('lecun1998')}." if lenet else ""
    return [
        f"{table(f'architectures-{dataset}')} lists the cases{study.in_dataset(dataset)}: an "
        "architecture together with a way of training it. Parameters are counted as Keras counts "
        "them; multiply-accumulates (MACs) are those of convolutions and dense layers in one "
        f"forward pass of one image.{source} Every architecture ends in a softmax over the classes."
    ]


def protocol(study: Study) -> list[str]:
    """Return how the numbers came about."""
    level = study.planned("confidence", form="percent_whole")
    seeds = study.seeds()
    first = study.cases(study.datasets[0])[0]
    rule = study.document(first, "select")["rule"]
    paragraphs = [
        f"{rich.emph('Split.')} {_split(study, datasets)}" for datasets in _divided_alike(study)
    ]
    scored = (
        f" Scores are taken on the validation images alone. {rich.emph('Selection.')} "
        f"{rich.name(rule)}"
    )
    paragraphs += [
        f"{rich.emph('Search.')} {_budget(study)}{scored if study.searches else ''}",
        f"{rich.emph('Refit and test.')} {_refitted(study)} {seeds} seeds "
        "(start weights, order of images, dropout and augmentation), "
        "on the training images; where a case stops early, it does so on the validation loss. The "
        "test images are then classified once by each of these networks. A diverged seed stays in "
        "the mean.",
        f"{rich.emph('Timing.')} Times are taken after everything else, with nothing else running: "
        "a warm-up of a few epochs at most, then the timed trainings "
        f"({study.repeats()} of a case), compiling and validation "
        f"outside the clock.{_timed_part(study)} {_modes(study)}",
        f"{rich.emph('Statistics.')} Intervals are Student's t at {level}% over seeds "
        f"{cite('student1908')}. Two cases are compared by a paired t-test, repetition by "
        f"repetition, where they share their seeds; p values are not corrected for the number of "
        f"pairs. Calibration error is the expected calibration error {cite('guo2017')}.",
    ]
    return paragraphs


def _refitted(study: Study) -> str:
    """Return what is trained for the test, up to the number of seeds."""
    if not study.searches:
        return "Every case is trained from"
    what = "settings, and those of the other cases," if study.configured else "settings"
    return f"The chosen {what} are trained afresh, with no seed of the search, from"


def _divided_alike(study: Study) -> list[list[str]]:
    """Return the data sets in groups whose test and validation parts are drawn alike."""
    keys = ("test", "validation", "stratify", "grouped")
    groups: dict[str, list[str]] = {}
    for dataset in study.datasets:
        split = study.plan["datasets"][dataset]["split"]
        groups.setdefault(repr([split[key] for key in keys]), []).append(dataset)
    return list(groups.values())


def _split(study: Study, datasets: list[str]) -> str:
    """Return how the images of some data sets were divided."""
    first = datasets[0]
    split = study.plan["datasets"][first]["split"]
    *most, last = map(study.title, datasets)
    where = f" on {', '.join(most)} and {last}" if most else study.in_dataset(first)

    def share(part: str) -> str:
        return f"{study.planned('datasets', first, 'split', part, form='percent_plain')}%"

    how = "with equal shares of the classes in each part" if split["stratify"] else "at random"
    if split["grouped"]:
        how += ", images of one group (a writer, a house) all in one part"
    if split["test"] == "official":
        return (
            f"The test images{where} are those that the source sets apart for testing; "
            f"{share('validation')} of the others are drawn for validation, {how}. This draw is "
            "made once, from the study's seed."
        )
    return (
        f"{share('test')} of the images{where} are drawn for the test, {share('validation')} of "
        f"the rest for validation, {how}. There is one split, drawn from the study's seed."
    )


def _timed_part(study: Study) -> str:
    """Return how long trainings are timed, where that is bounded."""
    if study.plan["timed_seconds"] is None:
        return ""
    seconds = study.planned("timed_seconds", form="setting")
    cases = study.plan["cases"].values()
    stops = any(case["training"].get("early_stopping") for case in cases)
    return (
        f" Of a training that would take longer than about {seconds} s only some epochs are timed, "
        "and each is taken to cost what the median one does"
        f"{'; one that stops early is timed whole' if stops else ''}. The tables of cost say how "
        "many were timed."
    )


def _modes(study: Study) -> str:
    """Return how each engine runs a network."""
    used = {name for dataset in study.datasets for name in study.engines(dataset)}
    sentences = []
    if "tensorflow" in used:
        whose = "TensorFlow's networks" if len(used) > 1 else "Networks"
        how = {
            "auto": f"compiled by XLA or as a TensorFlow graph {cite('abadi2016')}, whichever a "
            "short measurement found faster; the mode is listed",
            "xla": f"compiled by XLA, from TensorFlow {cite('abadi2016')}",
            "graph": f"as a TensorFlow graph {cite('abadi2016')}",
        }[study.plan["execution"]]
        sentences.append(f"{whose} run {how}.")
    if "numpy" in used:
        whose = "NumPy's" if len(used) > 1 else "The networks"
        sentences.append(
            f"{whose} are the study's own implementation, written from scratch on arrays and "
            "matrix products; nothing is compiled."
        )
    return " ".join(sentences)


def _budget(study: Study) -> str:
    points, seeds = set(), set()
    searched = [case for dataset in study.datasets for case in study.searched(dataset)]
    for case in searched:
        candidates = study.document(case, "select")["candidates"]
        points.add(len(candidates))
        seeds.add(candidates[0]["seeds"])
    if not searched:
        return "No settings were searched: every case is trained as it is configured."
    first = searched[0]
    every = study.selection(first, "candidates", "#", form="integer")
    each = study.selection(first, "candidates", 0, "seeds", form="integer")
    if len(points) == 1 and len(seeds) == 1:
        text = f"Every searched case gets the same budget: {every} points, {each} seeds each."
    else:
        text = "The searched cases have different budgets, listed with what was chosen."
    if study.configured:
        text += " The other cases keep their configured settings, without a trial."
    return text


def search(study: Study, dataset: str) -> list[str]:
    """Return what the search found."""
    if not study.searched(dataset):
        return [f"No case{study.in_dataset(dataset)} had settings to search."]
    diverged = _diverged(study, "trials.csv", dataset)
    return [
        f"The search{study.in_dataset(dataset)} made "
        f"{study.count('trials.csv', dataset=dataset)} trials, of which {diverged} diverged. "
        f"{figure(f'search_map-{dataset}')} shows the mean validation accuracy by setting, "
        f"{table(f'chosen-{dataset}')} what was chosen. Every trial is a row of "
        f"{code('trials.csv')}."
    ]


def _diverged(study: Study, file: str, dataset: str) -> str:
    """Return how many rows of a table are of diverged trainings, "none" for none."""
    rows = study.files.document(file)
    if not any(row["dataset"] == dataset and row["status"] == "diverged" for row in rows):
        return "none"
    return study.count(file, dataset=dataset, status="diverged")


def results(study: Study, dataset: str) -> list[str]:
    """Return the reading of the results."""
    dense, conv = study.best(dataset, "dense"), study.best(dataset, "convolutional")
    paragraphs = [
        f"{table(f'results-{dataset}')} and {figure(f'accuracy-{dataset}')} give the test accuracy "
        f"of every case{study.in_dataset(dataset)}, {figure(f'learning_curves-{dataset}')} the way "
        f"there and {figure(f'calibration-{dataset}')} what the probabilities are worth."
    ]
    if dense is not None and conv is not None:
        diverged = _diverged(study, "runs.csv", dataset)
        alike = " on the same engine" if len(study.engines(dataset)) > 1 else ""
        paragraphs.append(
            f"{_chosen(study, dataset)} {verdict(study, conv, dense)} "
            f"{table(f'comparisons-{dataset}')} compares all pairs{alike}. "
            f"{tally(study, dataset)} Of the {study.count('runs.csv', dataset=dataset)} refitted "
            f"networks {diverged} diverged."
        )
    return paragraphs


def _chosen(study: Study, dataset: str) -> str:
    if study.put_in_front(dataset):
        return "The verdict is on the cases that the study puts in front."
    alike = ", on the engine of the best of all" if len(study.engines(dataset)) > 1 else ""
    return (
        f"Of each family the case whose refitted networks have the best mean validation accuracy"
        f"{alike}, among equals the one with the lowest validation loss, is taken for the verdict; "
        "a case with a diverged seed comes last."
    )


def errors(study: Study, dataset: str) -> list[str]:
    """Return where the errors are shown."""
    return [
        f"{figure(f'confused_pairs-{dataset}')} shows the most frequent confusions"
        f"{study.in_dataset(dataset)} and the images behind them: those that most seeds misread. "
        f"The whole confusion matrices are in the appendix, as counts in "
        f"{figure(f'confusion_counts-{dataset}')} and by true class in "
        f"{figure(f'confusion_rates-{dataset}')}."
    ]


def confusion(study: Study, dataset: str) -> list[str]:
    """Return how to read the confusion matrices."""
    return [
        f"{figure(f'confusion_counts-{dataset}')} counts the test predictions"
        f"{study.in_dataset(dataset)} over all seeds; {figure(f'confusion_rates-{dataset}')} "
        "divides each row by the number of predictions for its true class."
    ]


def cost(study: Study, dataset: str) -> list[str]:
    """Return how to read the costs."""
    if dataset != study.datasets[0]:
        return [
            f"{figure(f'trade_off-{dataset}')} and {table(f'cost-{dataset}')} have the same"
            f"{study.in_dataset(dataset)}."
        ]
    target = study.planned("target_accuracy", form="percent_plain")
    return [
        f"{figure(f'trade_off-{dataset}')} sets accuracy{study.in_dataset(dataset)} against "
        f"three costs, {table(f'cost-{dataset}')} has the measurements. The time to the target is "
        f"that of the epochs after which the refitted networks reach a validation accuracy of "
        f"{target}%. MACs count arithmetic, not "
        "time: small networks spend most of their time on what "
        f"surrounds it.{_memory(study, dataset)}"
    ]


def _memory(study: Study, dataset: str) -> str:
    if len(study.engines(dataset)) == 1:
        return ""
    return (
        " The memory is that of a process that times one case after the other, so that it holds "
        "the libraries of every engine used up to then: it does not compare engines."
    )


def machine(study: Study) -> list[str]:
    """Return where the times were measured."""
    return [f"{table('machine')} describes the machine of the timings and the libraries used."]


def appendix(study: Study, dataset: str) -> list[str]:
    """Return what the appendix holds."""
    more = ""
    if further(study, dataset).rows:
        more = f" ({table(f'further-{dataset}')}: those beyond the usual)"
    trials = ""
    if study.searched(dataset):
        trials = (
            f" The {study.count('trials.csv', dataset=dataset)} trials of the "
            f"search{study.in_dataset(dataset)} are the rows of {code('trials.csv')}, with their "
            "settings, scores and seeds' ids."
        )
    return [
        f"{table(f'settings-{dataset}')} has the settings that every case was refitted with{more} "
        f"and {table(f'runs-{dataset}')} every refitted network.{trials}"
    ]
