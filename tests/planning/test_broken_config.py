"""Every mistake in the configuration ends in one clear line, before anything is written."""

# ruff: noqa: E501 - one mistake a line reads best

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from densevsconv.cli import main
from densevsconv.errors import ConfigError, UserError
from densevsconv.planning.load import load_study
from tests.support.config_copy import copy_config, edit, snapshot

STUDY = "config/studies/tiny.yaml"
CONFIG = "config/config.yaml"
DATASETS = "config/datasets.yaml"
ARCHITECTURE = "config/architectures/dense_1.yaml"


@dataclass
class Mistake:
    """A way to break the configuration and what the message must say."""

    name: str
    file: str
    change: dict[str, Any] | str | bytes | Callable[[Path], object]
    says: list[str]


def replace(old: str, new: str) -> Callable[[Path], object]:
    return lambda file: file.write_text(file.read_text().replace(old, new))


def take_default_away(file: Path) -> None:
    edit(file, training__augmentation="default")
    edit(Path(DATASETS), datasets__digits__augmentation={})


def match_something_tiny(file: Path) -> None:
    layers = [{"average_pool": {"size": 4}}, "flatten"]
    layers += [{"dense": {"units": "classes", "activation": "softmax"}}]
    edit(Path(ARCHITECTURE), layers=layers)
    matched = {"dataset": "digits", "architecture": "dense_2", "match": {"parameters": "dense_1"}}
    edit(file, cases__lenet5_8=matched)


def own(**source: Any) -> dict[str, Any]:
    return {"datasets__digits": {"title": "Mine", "source": {"path": "config"} | source}}


def nested(inner: str, times: int) -> str:
    return f"title: x\nlayers:\n- {'{residual: {body: [' * times}{inner}{']}}' * times}\n"


def put_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def put_device(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


def put_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


MISTAKES = [
    # keys
    Mistake("unknown config key", CONFIG, {"stdy": "tiny"}, ["stdy: unknown key", '"study"', "allowed: study, scale, results"]),
    Mistake("unknown study key", STUDY, {"case": {}}, ["case: unknown key", '"cases"', "allowed: title"]),
    Mistake("unknown training key", STUDY, {"training__learning_rat": 0.1}, ["training.learning_rat: unknown key", '"learning_rate"']),
    Mistake("unknown training key of a case", STUDY, {"cases__dense_1__training": {"l_2": 0.1}}, ["cases.dense_1.training.l_2: unknown key", '"l2"']),
    Mistake("unknown case key", STUDY, {"cases__dense_1__arcitecture": "dense_1"}, ["cases.dense_1.arcitecture: unknown key", '"architecture"']),
    Mistake("unknown search key", STUDY, {"search__seed": 2}, ["search.seed: unknown key", '"seeds"']),
    Mistake("unknown schedule key", STUDY, {"training__schedule": {"nme": "cosine"}}, ["training.schedule.nme: unknown key", '"name"']),
    Mistake("unknown early stopping key", STUDY, {"training__early_stopping": {"patients": 3}}, ["training.early_stopping.patients: unknown key", '"patience"']),
    Mistake("unknown catalogue key", DATASETS, {"datasets__digits__clases": 10}, ["datasets.digits.clases: unknown key", '"classes"']),
    Mistake("missing key", STUDY, {"title": ...}, ["title: missing", "allowed: text, not empty"]),
    Mistake("missing architecture", STUDY, {"cases__dense_1__architecture": ...}, ["cases.dense_1.architecture: missing", "the name of a file"]),
    # references
    Mistake("unknown study", CONFIG, {"study": "quikstart"}, ['unknown study "quikstart"', '"quickstart"', "quickstart, theory, tiny"]),
    Mistake("unknown data set of the study", STUDY, {"datasets": {"digit": {}}}, ['datasets.digit: unknown data set "digit"', '"digits"']),
    Mistake("unknown data set of a case", STUDY, {"cases__dense_1__dataset": "digts"}, ['cases.dense_1.dataset: unknown data set "digts"', '"digits"']),
    Mistake("unknown architecture", STUDY, {"cases__dense_1__architecture": "dens_1"}, ['cases.dense_1.architecture: unknown architecture "dens_1"', '"dense_1"', "conv_small"]),
    Mistake("unknown engine", STUDY, {"cases__dense_1__engines": ["tensorflw"]}, ['cases.dense_1.engines.0: unknown engine "tensorflw"', '"tensorflow"']),
    Mistake("unknown source", DATASETS, {"datasets__digits__source": "digit"}, ['datasets.digits.source: found "digit"', '"digits"', "npz, mat"]),
    Mistake("unknown kind of source", DATASETS, {"datasets__digits__source": {"kind": "matlab"}}, ['datasets.digits.source: found {"kind": "matlab"}', "npz, mat"]),
    Mistake("unknown key of a source", DATASETS, {"datasets__mnist__source__tran_images": "x"}, ['datasets.mnist.source.tran_images: unknown key; did you mean "train_images"?']),
    Mistake("source without its files", DATASETS, {"datasets__mnist__source": {"kind": "idx"}}, ["datasets.mnist.source.train_images: missing", "the name of a file"]),
    Mistake("fetched files of unknown shape", DATASETS, {"datasets__digits__shape": ...}, ["datasets.digits.shape: missing", "what the files hold"]),
    Mistake("own files that are not there", DATASETS, {"datasets__digits__source": {"kind": "folder", "path": "no/such/place"}}, ["datasets.digits.source: no/such/place"]),
    Mistake("pictures from nowhere", DATASETS, {"datasets__digits__source": {"kind": "folder"}}, ["datasets.digits.source: path: missing", "source.archive"]),
    Mistake("unknown data set that another is a form of", STUDY, {"datasets__digits__dataset": "digts"}, ['datasets.digits.dataset: unknown data set "digts"', '"digits"']),
    Mistake("unknown transformation", STUDY, {"datasets__digits__transform": [{"rotate": 3}]}, ["datasets.digits.transform.0.rotate: unknown key", '"rotation"']),
    Mistake("two transformations in one item", STUDY, {"datasets__digits__transform": [{"rotation": 3, "noise": 0.1}]}, ["datasets.digits.transform.0: found noise, rotation", "one transformation an item"]),
    Mistake("official test part that is not there", STUDY, {"datasets__digits__test": "official"}, ['datasets.digits.test: found "official"', "no test part of its own"]),
    Mistake("mirrored digits", STUDY, {"training__augmentation": {"flip": True}}, ["training.augmentation: found flip: true", "of another class, or of none", '"forced"']),
    Mistake("colours of grey images", STUDY, {"training__augmentation": {"colour_pca": 0.1}}, ["training.augmentation: found colour_pca: 0.1 for images of 1 channels"]),
    Mistake("crop beyond the image", STUDY, {"training__augmentation": {"crop": 8}}, ["training.augmentation: found crop: 8; allowed: at most 7 for the images of digits"]),
    Mistake("default that the data set has not", STUDY, take_default_away, ["augmentation: found default", "digits"]),
    Mistake("unknown augmentation", STUDY, {"training__augmentation": {"shft": 0.1}}, ["training.augmentation.shft: unknown key", '"shift"']),
    Mistake("frozen layers that are not there", STUDY, {"cases__dense_1__training": {"frozen": ["conv"]}}, ["cases.dense_1.training.frozen: unknown kind of layer", '"conv"', "allowed: dense"]),
    Mistake("unknown scale", CONFIG, {"scale": "ful"}, ['scale: found "ful"', '"full"']),
    Mistake("scale that the study has not", CONFIG, {"scale": "full"}, ['scales: unknown scale "full"', "there are none"]),
    Mistake("wrong key of a scale", STUDY, {"scale": "smoke", "scales": {"smoke": {"training": {"epoch": 1}}}}, ["at scale smoke: training.epoch: unknown key", '"epochs"']),
    Mistake("unknown highlight", STUDY, {"report": {"highlights": ["dense_9"]}}, ["report.highlights.0: unknown case", '"dense_1"']),
    Mistake("unknown figure of a publication", STUDY, {"report": {"counterparts": {"Figure 1": {"figure": "sample", "dataset": "digits"}}}}, ['report.counterparts.Figure 1.figure: unknown figure "sample"', '"samples"']),
    Mistake("figure of no case", STUDY, {"report": {"counterparts": {"Figure 1": {"figure": "loss_curves"}}}}, ["report.counterparts.Figure 1.cases: found none", "loss_curves"]),
    Mistake("feature maps of a dense network", STUDY, {"report": {"counterparts": {"Figure 2": {"figure": "feature_maps", "cases": ["dense_1"]}}}}, ["report.counterparts.Figure 2.cases: found a network without convolutions"]),
    Mistake("committed slope in Keras", STUDY, {"cases__dense_1__architecture": "denseNet4_300_committed"}, ['cases.dense_1.engines.0: found "tensorflow"; allowed: numpy', "committed_tanh"]),
    Mistake("gradients of no case", STUDY, {"gradients": {"cases": ["dense_9"]}}, ['gradients.cases.0: unknown case "dense_9"', '"dense_1"']),
    Mistake("gradients of Keras", STUDY, {"gradients": {"cases": ["dense_1"]}}, ["gradients.cases.0: found a case that another engine trains", "numpy"]),
    Mistake("gradients of what is searched", STUDY, {"cases__dense_1__engines": ["numpy"], "gradients": {"cases": ["dense_1"]}}, ["gradients.cases.0: found a case whose settings are searched"]),
    Mistake("gradients that nothing checks", STUDY, {"report": {"counterparts": {"Equation 1": {"table": "gradients"}}}}, ["report.counterparts.Equation 1.table: found gradients", "gradients.cases names some"]),
    Mistake("table of no data set", STUDY, {"report": {"counterparts": {"Table 2": {"table": "results"}}}}, ["report.counterparts.Table 2.dataset: found null; allowed: one of digits"]),
    Mistake("neither figure nor table", STUDY, {"report": {"counterparts": {"Figure 2": {"dataset": "digits"}}}}, ["report.counterparts.Figure 2", "neither figure nor table"]),
    Mistake("claim about an unknown case", STUDY, {"claims": {"c": {"text": "x", "tests": [{"difference": {"a": "dense_9", "b": "dense_1"}}]}}}, ["claims.c.tests.0", 'unknown case "dense_9"', '"dense_1"']),
    Mistake("case of no data set", STUDY, {"cases__dense_1__dataset": ...}, ["cases.dense_1: found neither dataset and datasets; allowed: one of them"]),
    Mistake("data set twice in a case", STUDY, {"cases__dense_1": {"datasets": ["digits", "digits"], "architecture": "dense_1"}}, ['cases.dense_1: found "dense_1-digits" twice']),
    Mistake("splits of an official test part", STUDY, {"datasets": {"cifar10": {"splits": 2}}, "cases": {"a": {"datasets": ["cifar10"], "architecture": "dense_1"}}}, ["datasets.cifar10-split1.splits: found several with the source's own test part"]),
    Mistake("sizes beside a size", STUDY, {"datasets__digits__training_sizes": [20, 40]}, ["datasets.digits.training_sizes: found it beside training_images"]),
    Mistake("place in a series that is taken", STUDY, {"datasets__d": {"dataset": "digits", "series": {"s": 1}}, "datasets__digits__series": {"s": 1.0}}, ["datasets.d.series.s: found 1, the place of digits"]),
    Mistake("another size than the series says", STUDY, {"datasets__digits__series": {"training_images": 7}}, ["datasets.digits.series.training_images: found 7; allowed: 200"]),
    Mistake("knobs of files", STUDY, {"datasets__digits__source": {"seed": 1}}, ["datasets.digits.source: found it of a data set of files"]),
    Mistake("unknown knob", STUDY, {"datasets__curves": {"dataset": "mnist1d", "source": {"lenght": 30}}}, ["datasets.curves.source: lenght: unknown key", '"length"']),
    Mistake("match of two", STUDY, {"cases__dense_1__match": {"macs": "lenet5_8", "parameters": "lenet5_8"}}, ["cases.dense_1.match: found", "seconds are known only after timing"]),
    Mistake("match of no case", STUDY, {"cases__dense_1__match": {"macs": "lenet5"}}, ['cases.dense_1.match.macs: found "lenet5"; allowed: a case on digits without match']),
    Mistake("match that nothing meets", STUDY, {"cases__dense_1__match": {"macs": "dense_1"}, "cases__lenet5_8__match": {"macs": "dense_1"}}, ["cases.dense_1.match.macs: found", "without match"]),
    Mistake("match that comes not near", STUDY, match_something_tiny, ["cases.lenet5_8.match.parameters: found 87 parameters where dense_2 comes nearest to the 50 of dense_1; allowed: within 10%"]),
    Mistake("wrong training of a data set", STUDY, {"datasets__digits__training": {"epochs": 0}}, ["datasets.digits.training.epochs: found 0"]),
    Mistake("updates beside epochs", STUDY, {"training__updates": 100}, ["training.updates: found it beside epochs"]),
    Mistake("engine twice", STUDY, {"cases__dense_1__engines": ["tensorflow", "tensorflow"]}, ["cases.dense_1: the case dense_1-tensorflow is there twice"]),
    # values
    Mistake("unknown optimizer", STUDY, {"training__optimizer": "adm"}, ['training.optimizer: found "adm"', '"adam"', "sgd, momentum"]),
    Mistake("text for a number", STUDY, {"training__learning_rate": "fast"}, ['training.learning_rate: found "fast"', "a number above 0"]),
    Mistake("true for a number", STUDY, {"training__batch_size": True}, ["training.batch_size: found true", "a whole number of at least 1"]),
    Mistake("fraction for a whole number", STUDY, {"training__epochs": 2.5}, ["training.epochs: found 2.5", "a whole number of at least 1"]),
    Mistake("negative learning rate", STUDY, {"cases__dense_1__training": {"learning_rate": -0.1}}, ["cases.dense_1.training.learning_rate: found -0.1", "a number above 0"]),
    Mistake("infinite l2", STUDY, {"training__l2": float("inf")}, ["training.l2", "found", "a number of at least 0"]),
    Mistake("momentum of 1", STUDY, {"training__momentum": 1.0}, ["training.momentum: found 1.0", "of at least 0 and below 1"]),
    Mistake("unknown scaling", STUDY, {"training__scaling": "unt"}, ['training.scaling: found "unt"', '"unit"', "or a number above 0"]),
    Mistake("unknown initializer", STUDY, {"training__initializer": "he_norm"}, ["training.initializer", "he_normal"]),
    Mistake("unknown schedule", STUDY, {"training__schedule": {"name": "cosin"}}, ['training.schedule.name: found "cosin"', '"cosine"']),
    Mistake("weight decay without adamw", STUDY, {"training__weight_decay": 0.1}, ["training: weight_decay 0.1 needs optimizer adamw, found adam"]),
    Mistake("warm-up beyond the end", STUDY, {"training__schedule": {"warmup_epochs": 9}}, ["warmup_epochs 9 is more than epochs 4"]),
    Mistake("unknown execution", STUDY, {"execution": "grph"}, ['execution: found "grph"', '"graph"', "auto, xla, graph"]),
    Mistake("no refit seeds", STUDY, {"refit": {"seeds": 0}}, ["refit.seeds: found 0", "a whole number of at least 2"]),
    Mistake("no shards", STUDY, {"shards": 0}, ["shards: found 0", "at least 1 and at most 64"]),
    Mistake("a list for a mapping", STUDY, {"cases": ["dense_1"]}, ["cases: found", "a mapping"]),
    Mistake("a number for a title", STUDY, {"title": 2022}, ["title: found 2022", "text"]),
    Mistake("test part of all images", STUDY, {"datasets__digits__test": 1.0}, ["datasets.digits.test: found 1.0", "above 0 and below 1"]),
    Mistake("hardly any validation", STUDY, {"datasets__digits__validation": 0.001}, ["datasets.digits: found 1 validation images of 1797", "at least 10"]),
    Mistake("inference batch of 0", STUDY, {"time__batch_sizes": [0]}, ["time.batch_sizes.0: found 0"]),
    Mistake("too few class names", DATASETS, {"datasets__digits__class_names": ["a"]}, ["datasets.digits: class_names: found 1 names", "allowed: 10"]),
    # names
    Mistake("case name for a path", STUDY, {"cases": {"../x": {"dataset": "digits", "architecture": "dense_1"}}}, ["cases.../x", "letters, digits, _ and -"]),
    Mistake("study name for a path", CONFIG, {"study": "../tiny"}, ['study: found "../tiny"', "letters, digits, _ and -"]),
    Mistake("folder with braces", CONFIG, {"results": "r{x}"}, ['results: found "r{x}"', "without braces"]),
    Mistake("folder like an option", CONFIG, {"reports": "-rf"}, ['reports: found "-rf"', "not beginning with -"]),
    # search
    Mistake("grid over no training key", STUDY, {"search__grid": {"learning_rte": [0.1]}}, ['search.grid.learning_rte: unknown training key', '"learning_rate"']),
    Mistake("empty grid values", STUDY, {"search__grid": {"l2": []}}, ["search.grid.l2: found []", "a list, not empty"]),
    Mistake("empty grid", STUDY, {"search__grid": {}}, ["search: found no grid; method grid needs it"]),
    Mistake("value not in a list", STUDY, {"search__grid": {"l2": 0.1}}, ["search.grid.l2: found 0.1", "a list"]),
    Mistake("wrong grid value", STUDY, {"search__grid": {"l2": [0.1, "much"]}}, ['search.grid.l2: found "much"', "a number of at least 0"]),
    Mistake("wrong grid value of a case", STUDY, {"cases__dense_1__search": {"grid": {"epochs": [0]}}}, ["cases.dense_1.search.grid.epochs: found 0"]),
    Mistake("grid value twice", STUDY, {"search__grid": {"l2": [1, 1.0]}}, ['search.grid: found the point {"l2": 1.0} twice']),
    Mistake("huge grid", STUDY, {"search__grid": {"l2": [0.1 * i for i in range(500)], "learning_rate": [0.1 + i for i in range(500)]}}, ["search.grid: found 250000 points", "at most 100000"]),
    Mistake("unknown method", STUDY, {"search__method": "grids"}, ['search.method: found "grids"', '"grid"']),
    Mistake("grid for random", STUDY, {"search__method": "random"}, ["search: grid belongs to method grid, found it with method random"]),
    Mistake("random without samples", STUDY, {"search": {"method": "random", "space": {"l2": {"low": 0.1, "high": 1}}}}, ["search.samples: found none; allowed: samples or a budget, one of them"]),
    Mistake("range upside down", STUDY, {"search": {"method": "random", "samples": 2, "space": {"l2": {"low": 2, "high": 1}}}}, ["search.space.l2: found low 2.0 above high 1.0"]),
    Mistake("logarithm of 0", STUDY, {"search": {"method": "random", "samples": 2, "space": {"l2": {"low": 0, "high": 1, "scale": "log"}}}}, ["search.space.l2: found low 0.0 with scale log"]),
    Mistake("more samples than points", STUDY, {"search": {"method": "random", "samples": 5, "space": {"batch_size": {"choices": [10, 20]}}}}, ["search.samples: found 5", "at most 2"]),
    Mistake("wrong point of a list", STUDY, {"search": {"method": "list", "points": [{}, {"optimizer": "adamx"}]}}, ['search.points.1.optimizer: found "adamx"', '"adam"']),
    Mistake("point that fits no training", STUDY, {"search": {"method": "list", "points": [{"weight_decay": 0.1}]}}, ["search.points.0: weight_decay 0.1 needs optimizer adamw"]),
    Mistake("setting the optimizer ignores", STUDY, {"training__optimizer": "sgd", "search__grid": {"momentum": [0.1, 0.9]}}, ["search.grid.momentum: optimizer sgd does not use momentum"]),
    Mistake("seeds of one case", STUDY, {"cases__dense_1__search": {"seeds": 9}}, ["cases.dense_1.search.seeds: found 9", "only in the study's search"]),
    Mistake("batch larger than the data", STUDY, {"training__batch_size": 201}, ["training.batch_size: found 201", "at most 200, the training images of digits"]),
    Mistake("grid batch larger than the data", STUDY, {"search__grid": {"batch_size": [10, 2000]}}, ["search.grid.batch_size: found 2000", "at most 200"]),
    # architectures
    Mistake("architecture that does not fit", STUDY, {"cases__dense_1__architecture": "lenet5_32"}, ["cases.dense_1.architecture", "does not fit images of 8x8x1", "layers"]),
    Mistake("wrong layer setting", ARCHITECTURE, {"layers": [{"dense": {"unit": 3}}]}, ["layers.0.dense", '"units"']),
    Mistake("unknown layer", ARCHITECTURE, {"layers": ["flaten"]}, ["flaten", "flatten"]),
    # files
    Mistake("not a mapping", STUDY, "- title\n", ["found", "allowed: a mapping with the keys title"]),
    Mistake("config is a list", CONFIG, "- study\n", ["found", "allowed: a mapping with the keys study"]),
    Mistake("empty file", STUDY, "", ["found nothing", "allowed: a mapping with the keys title"]),
    Mistake("syntax error", STUDY, "title: x\ncases: {a: [}\n", ["line 2, column"]),
    Mistake("tab", STUDY, "title: x\n\tcases: 1\n", ["line 2, column 1"]),
    Mistake("key twice", STUDY, "title: x\nseed: 1\nseed: 2\n", ["line 3, column 1", 'the key "seed" is there twice']),
    Mistake("key that is no text", STUDY, "title: x\n1: 2\n", ["line 2, column 1", "found the key 1"]),
    Mistake("not UTF-8", STUDY, "title: \u00e9\n".encode("latin-1"), ["found byte 0xe9 at position 7", "UTF-8"]),
    Mistake("control character", STUDY, b"title: a\x00b\n", ["not YAML", "special characters"]),
    Mistake("nested without end", STUDY, "title: " + "[" * 5000, ["nested too deep"]),
    Mistake("holds itself", STUDY, "title: &x [*x]\n", ["title: found", "text"]),
    Mistake("Python object", STUDY, "title: !!python/object/apply:os.system ['echo bad']\n", ["line 1", "python/object"]),
    Mistake("number of YAML 1.1", STUDY, replace("shards: 2", "shards: 010"), ['shards: found "010"']),
    Mistake("endless number", STUDY, "seed: " + "9" * 5000, ["not YAML"]),
    Mistake("key with a line end", STUDY, '"a\\nb\\e": 1\n', ["a\\nb\\x1b: unknown key"]),
    Mistake("endless key", STUDY, "k" * 900 + ": 1\n", ["kkk...: unknown key"]),
    Mistake("several values under one name", STUDY, "title: x\n? [a]\n: 1\n", ["line 2, column 3", 'found the key ["a"]']),
    Mistake("two documents", STUDY, "title: x\n---\ntitle: y\n", ["line 2, column 1", "another document"]),
    Mistake("no such date", STUDY, "title: !!timestamp soon\n", ["not YAML", "AttributeError"]),
    Mistake("no such truth", STUDY, "title: !!bool maybe\n", ["not YAML", "maybe"]),
    Mistake("no digits", STUDY, "title: !!int\n", ["not YAML", "IndexError"]),
    Mistake("no such set", STUDY, "title: !!set [a]\n", ["not YAML", "TypeError"]),
    Mistake("no such letter", STUDY, 'title: "\\UFFFFFFFF"\n', ["not YAML", "OverflowError"]),
    Mistake("half a letter", STUDY, 'title: "\\udcff"\n', ["title: ", "unicode"]),
    Mistake("merged twice", STUDY, replace("training:\n", "training:\n  <<: {l2: 0.1}\n  <<: {l2: 0.2}\n"), ['the key "<<" is there twice']),
    Mistake("twice in what is merged", STUDY, replace("training:\n", "training:\n  <<: {l2: 0.1, l2: 0.2}\n"), ['the key "l2" is there twice']),
    Mistake("a number is merged", STUDY, replace("training:\n", "training:\n  <<: 3\n"), ["expected a mapping"]),
    Mistake("a billion words", STUDY, "a: &a [x, x, x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefghijklmno", "bcdefghijklmnop", strict=True)), ["a: unknown key"]),
    Mistake("UTF-16", STUDY, "title: x\n".encode("utf-16"), ["found byte 0xff at position 0"]),
    Mistake("a pipe", STUDY, put_pipe, ["found a pipe or a device; allowed: an ordinary file"]),
    Mistake("a device", ARCHITECTURE, put_device, ["found a pipe or a device"]),
    # numbers that nothing could hold
    Mistake("endless seeds", STUDY, {"search__seeds": 10**12}, ["search.seeds: found 1000000000000", "at most 1000"]),
    Mistake("endless refits", STUDY, {"refit__seeds": 10**9}, ["refit.seeds: found", "at most 1000"]),
    Mistake("endless epochs", STUDY, {"training__epochs": 10**18}, ["training.epochs: found", "at most 1000000"]),
    Mistake("endless threads", STUDY, {"threads": 10**9}, ["threads: found", "at most 1024"]),
    Mistake("endless batches", STUDY, {"time__batch_sizes": [10**15]}, ["time.batch_sizes.0: found", "at most 10000"]),
    Mistake("endless images", DATASETS, {"datasets__digits__shape": [10**6, 10**6, 1]}, ["datasets.digits.shape.0: found 1000000", "at most 10000"]),
    Mistake("endless pictures", DATASETS, own(kind="folder", size=[8, 10**6]), ["source.size.1: found 1000000", "at most 10000"]),
    Mistake("endless range", DATASETS, own(kind="folder", range=[0, 10**400]), ["source.range: found [0, 1", "two numbers"]),
    Mistake("a range of nothing", DATASETS, own(kind="folder", range=[10**20, 10**20 + 1]), ["source.range: found", "two numbers"]),
    Mistake("endless label", DATASETS, own(kind="npz", train="a", label_map={"1": 10**30}), ["source.label_map: found", "labels to labels"]),
    Mistake("an array in both parts", DATASETS, own(kind="npz", train="a", images="x", labels="y", test_images="x", test_labels="y"), ["found one array twice"]),
    Mistake("a path with a nought", DATASETS, own(kind="folder", path="a\0b"), ["datasets.digits.source: a b: ", "null byte"]),
    # what things are called
    Mistake("a name for one class", DATASETS, {"datasets__digits__class_names": {"a": 1}}, ['class_names: found {"a": 1}; allowed: a list of names']),
    Mistake("names that are numbers", DATASETS, {"datasets__digits__class_names": [*range(10)]}, ["class_names: found [0, 1", "in quotes"]),
    Mistake("a name twice", DATASETS, {"datasets__digits__class_names": [*"abcdefghia"]}, ['class_names: found "a" twice; allowed']),
    Mistake("an accent in two ways", DATASETS, {"datasets__digits__class_names": ["\u00e9", "e\u0301", *"bcdefghi"]}, ["twice, written differently"]),
    Mistake("a space more", DATASETS, {"datasets__digits__class_names": ["a", "a ", *"bcdefghi"]}, ['found "a" twice, written differently']),
    Mistake("a name of nothing", DATASETS, {"datasets__digits__class_names": ["\u200b", *"abcdefghi"]}, ["class_names: found", "text in one line"]),
    Mistake("half a letter in a name", DATASETS, replace("class_names: ", 'class_names: ["\\ud800"] #'), ["class_names: found"]),
    # blocks
    Mistake("a block too often", ARCHITECTURE, {"layers": [{"repeat": {"times": 10**9, "layers": ["flatten"]}}]}, ["layers.0: found more than 2,000 layers"]),
    Mistake("a block of nothing too often", ARCHITECTURE, {"layers": [{"repeat": {"times": 10**9, "layers": [{"first": "flatten"}]}}]}, ["layers.0: found more than 2,000"]),
    Mistake("a block that holds itself", ARCHITECTURE, "title: x\nlayers: &l [flatten, {repeat: {times: 2, layers: *l}}]\n", ["layers.1: found more than 2,000"]),
    Mistake("a residual that holds itself", ARCHITECTURE, "title: x\nlayers: &l [flatten, {residual: {body: *l}}]\n", ["layers: nested too deep"]),
    Mistake("a residual in a residual in ..", ARCHITECTURE, nested("flatten", 150), ["layers: nested too deep"]),
    Mistake("a residual of nothing", ARCHITECTURE, {"layers": [{"residual": {"body": None}}]}, ["layers.0.residual.body: found null"]),
    # files
    Mistake("missing file", CONFIG, lambda file: file.unlink(), ["no such file"]),
    Mistake("folder for a file", DATASETS, put_folder, ["is a directory"]),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_one_line_and_nothing_is_written(
    mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    copy_config(tmp_path)
    monkeypatch.chdir(tmp_path)
    edit(Path(CONFIG), study="tiny")
    (tmp_path / "results" / "tiny").mkdir(parents=True)
    (tmp_path / "results" / "tiny" / "summary.csv").write_text("kept\n")
    file = Path(mistake.file)
    if isinstance(mistake.change, dict):
        edit(file, **mistake.change)
    elif callable(mistake.change):
        mistake.change(file)
    else:
        change = mistake.change
        file.write_bytes(change.encode() if isinstance(change, str) else change)
    before = snapshot(tmp_path)

    code = main(["check"])

    out, message = capsys.readouterr()
    assert code != 0
    assert out == ""
    assert message.count("\n") == 1, message
    assert "Traceback" not in message
    named = "config/studies" if mistake.name == "unknown study" else mistake.file
    if mistake.name in ("architecture that does not fit", "scale that the study has not"):
        named = STUDY
    assert message.startswith(f"densevsconv: {named}: "), message
    for words in mistake.says:
        assert words in message, message
    assert len(message) < 700, message
    assert snapshot(tmp_path) == before


def test_the_configuration_as_it_stands_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    for study in Path("config/studies").glob("*.yaml"):
        for scale in [None, *load_study(overrides={"study": study.stem}).study.scales]:
            assert main(["check", study.stem, *(["--scale", scale] if scale else [])]) == 0


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"studi": "tiny"}, ["--config: studi: unknown key", '"study"']),
        ({"study": "tini"}, ['unknown study "tini"', '"tiny"']),
        ({"study": 3}, ["--config: study: found 3"]),
        ({"results": ""}, ["--config: results: found", "the path of a folder"]),
    ],
)
def test_keys_of_the_command_line_are_checked(
    overrides: dict[str, Any], says: list[str], tmp_path: Path
) -> None:
    file = copy_config(tmp_path) / "config.yaml"
    with pytest.raises(ConfigError) as raised:
        load_study(file, overrides)
    for words in says:
        assert words in str(raised.value)


def test_a_study_does_not_lie_in_the_place_of_something_else(tmp_path: Path) -> None:
    file = copy_config(tmp_path) / "config.yaml"
    shutil.copy(file.parent / "studies/tiny.yaml", file.parent / "studies/mlflow.yaml")
    with pytest.raises(ConfigError, match="another name of the file"):
        load_study(file, {"study": "mlflow"})


def test_several_mistakes_are_counted_and_the_cause_comes_first(tmp_path: Path) -> None:
    config = copy_config(tmp_path)
    edit(
        config / "studies" / "tiny.yaml",
        cases__dense_1__architecture=...,
        cases__dense_1__arcitecture="dense_1",
        shards=0,
    )
    with pytest.raises(UserError) as raised:
        load_study(config / "config.yaml", {"study": "tiny"})
    message = str(raised.value)
    # `architecture: missing` follows from the misspelt key, which is what to put right
    assert "cases.dense_1.arcitecture: unknown key" in message
    assert message.endswith("(and 2 more in this file)")


def test_a_mistake_in_what_cases_share_names_the_shared_place(tmp_path: Path) -> None:
    config = copy_config(tmp_path)
    edit(config / "studies" / "tiny.yaml", cases__lenet5_8__training={"l2": -1.0}, training__l2=-2)
    with pytest.raises(UserError, match=r"tiny.yaml: training.l2: found -2"):
        load_study(config / "config.yaml", {"study": "tiny"})
    edit(config / "studies" / "tiny.yaml", training__l2=0)
    with pytest.raises(UserError, match=r"tiny.yaml: cases.lenet5_8.training.l2: found -1.0"):
        load_study(config / "config.yaml", {"study": "tiny"})
