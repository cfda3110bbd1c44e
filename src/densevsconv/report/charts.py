"""The charts of the page: Vega-Lite descriptions (Satyanarayan and others 2017), and their data.

Each shows what the static figure of its name shows, for a reader who wants to ask: which case,
which data set, at what cost. They share four parameters, which the page's script sets: ``want``
(letters in the names of the cases that are shown), ``on`` (a data set), ``cost`` (a column of
:data:`COSTS`) and ``pick`` (a case; ``lit`` is the one under the pointer).
"""

from collections.abc import Callable
from math import ceil, isfinite, log
from typing import Any

from densevsconv.report import front
from densevsconv.report.figures import answer, crossings
from densevsconv.report.figures.accuracy import accuracy
from densevsconv.report.figures.curves import common_epochs
from densevsconv.report.wording import setting
from densevsconv.results.searches import ImportanceRow
from densevsconv.results.study import Study

Rows = list[dict[str, Any]]
Spec = dict[str, Any]

COSTS = {
    "seconds": "training time (s)",
    "macs": "multiply-accumulates per image",
    "parameters": "parameters",
}
MOST_ROWS = 12_000
"""Of the learning curves of a page: with more epochs than that, every so manyth is shown."""
SHOWN = "(want == '' || indexof(lower(datum.case), want) >= 0)"
HERE = f"datum.dataset == on && {SHOWN}"
LIT = {"condition": {"test": "lit == '' || datum.case == lit", "value": 1}, "value": 0.25}
FAMILIES = ["dense", "convolutional"]
FAMILY = {"field": "family", "type": "nominal", "scale": {"domain": FAMILIES}}
ZOOM = {
    "name": "zoom", "select": {"type": "interval", "zoom": "wheel![event.shiftKey]"},
    "bind": "scales",
}  # fmt: skip


def charts(study: Study[Any]) -> dict[str, Any]:
    """Return the data by name, the charts by the name of the figure they stand for, and choices."""
    plan = study.plan
    data = {name: rows for name, read in DATA.items() if (rows := read(study))}
    specs = {
        name: spec(data[needs]) if callable(spec) else spec
        for name, (needs, spec) in CHARTS.items()
        if needs in data
    }
    best = {
        dataset: front.best(study, dataset, "convolutional")
        or front.best(study, dataset, "dense")
        or study.cases(dataset)[0]
        for dataset in front.datasets(study)
    }
    return {
        "data": {name: _columns(rows) for name, rows in data.items()},
        "specs": specs,
        "datasets": {each: plan.datasets[each].title for each in best},
        "costs": COSTS,
        "best": best,
    }


def _columns(rows: Rows) -> dict[str, Any]:
    """Return rows as keys, the words that each key has, and lists: of a word its place there."""
    words = {key: _unique(rows, key) for key, value in rows[0].items() if isinstance(value, str)}
    places = {key: {word: place for place, word in enumerate(own)} for key, own in words.items()}
    return {
        "keys": list(rows[0]),
        "words": words,
        "rows": [
            [places[key][value] if key in places else value for key, value in row.items()]
            for row in rows
        ],
    }


def _digits(value: float | None) -> float | None:
    """Return five digits; None for what JSON has no word for, too."""
    return float(f"{value:.5g}") if value is not None and isfinite(value) else None


def _cases(study: Study[Any]) -> Rows:
    found = []
    for case in study.plan.ordered():
        row, told = study.summary(case), accuracy(study, case)
        if row.not_tested:
            continue
        found.append(
            {
                "case": case, "family": row.family, "dataset": row.dataset,
                "mean": _digits(row.test_accuracy_mean), "seeds": row.seeds,
                "low": _digits(row.test_accuracy_low or told.low),
                "high": _digits(row.test_accuracy_high or told.high),
                "seconds": _digits(row.train_seconds_median), "macs": row.macs,
                "parameters": row.parameters, "from": f"summary.csv: {case}",
            }
        )  # fmt: skip
    return found


def _leads(study: Study[Any]) -> Rows:
    return [
        {
            "pair": lead.label if len(study.datasets) == 1 else f"{title}: {lead.label}",
            "why": lead.why, "mean": _digits(lead.mean), "low": _digits(lead.low),
            "high": _digits(lead.high), "published": _digits(lead.published),
            "ahead": {"a": "convolutional", "b": "dense"}.get(lead.ahead, "neither"),
            "case": pair.convolutional, "from": f"comparisons.csv: {pair[0]}, {pair[1]}",
        }
        for dataset, (title, leads) in zip(
            [each for each in front.datasets(study) if front.pairs(study, each)],
            answer.data(study, "", []),
            strict=True,
        )
        for pair, lead in zip(front.pairs(study, dataset), leads, strict=True)
        if lead.mean is not None
    ]  # fmt: skip


def _series(study: Study[Any]) -> Rows:
    if not any(data.series for data in study.plan.datasets.values()):
        return []
    several = len({images for _, images, _ in crossings.data(study, "", [])}) > 1
    return [
        {
            "series": series.replace("_", " ") + (f", {images}" if several else ""), "pair": pair,
            "place": row.value, "lead": _digits(100 * row.lead), "case": row.case_a,
            "low": _digits(100 * (row.lead if row.low is None else row.low)),
            "high": _digits(100 * (row.lead if row.high is None else row.high)),
            "from": f"leads.csv: {row.case_a}, {row.case_b}",
        }
        for series, images, lines in crossings.data(study, "", [])
        for pair, rows in lines.items()
        for row in rows
    ]  # fmt: skip


def _curves(study: Study[Any]) -> Rows:
    means = {
        case: common_epochs(study.history(case)).groupby("epoch").mean().reset_index()
        for case in study.plan.ordered()
    }
    step = ceil(2 * sum(map(len, means.values())) / MOST_ROWS)
    return [
        {
            "case": case, "family": study.case(case).family, "dataset": study.case(case).dataset,
            "epoch": epoch, "part": part, "accuracy": _digits(value),
        }
        for case, table in means.items()
        for part in ("training", "validation")
        for epoch, value in zip(
            table["epoch"].tolist()[::step],
            table[f"{'train' if part == 'training' else part}_accuracy"].tolist()[::step],
            strict=True,
        )
    ]  # fmt: skip


def _points(study: Study[Any]) -> Rows:
    """Return a row a searched setting of every point, placed from 0 to 1 among those tried."""
    important = {
        (row.case, row.setting): row.importance
        for row in study.once(study.at.importance, ImportanceRow.read_table)
    }
    found: Rows = []
    for case, plan in study.plan.cases.items():
        for key in plan.searched_keys:
            tried = study.selection(case).candidates
            places = _places([each.settings.get(key) for each in tried])
            share = important.get((case, key))
            found += [
                {
                    "case": case, "dataset": plan.dataset, "point": each.point, "place": place,
                    "setting": key if share is None else f"{key} ({100 * share:.0f}%)",
                    "value": setting(each.settings.get(key)),
                    "accuracy": _digits(each.validation_accuracy_mean),
                    "chosen": each.point == study.selection(case).point,
                }
                for each, place in zip(tried, places, strict=True)
            ]  # fmt: skip
    return found


def _places(values: list[Any]) -> list[float]:
    """Return numbers between their ends, in the logarithm if all are positive; others in order."""
    if all(type(value) in (int, float) for value in values):
        numbers = [log(value) for value in values] if min(values) > 0 else values
        low, high = min(numbers), max(numbers)
        if min(values) >= 0 and min(values) < high / 100:  # a zero beside powers of ten
            numbers, low, high = _ranks(values)
    else:
        numbers, low, high = _ranks([setting(value) for value in values])
    return [round((number - low) / ((high - low) or 1), 4) for number in numbers]


def _ranks(values: list[Any]) -> tuple[list[float], float, float]:
    order = sorted(set(values))
    return [float(order.index(value)) for value in values], 0.0, float(len(order) - 1)


def _confusions(study: Study[Any]) -> Rows:
    return [
        {
            "case": case, "true": names[true], "said": names[said], "order": true,
            "place": said, "count": count, "share": _digits(shares[true][said]),
        }
        for case, plan in study.plan.cases.items()
        for names in [study.data_info(plan.dataset).class_names]
        for shares in [study.evaluation(case).confusion.normalised]
        for true, row in enumerate(study.evaluation(case).confusion.counts)
        for said, count in enumerate(row)
        if count
    ]  # fmt: skip


def _spec(rows: str, *layers: Spec, **more: Any) -> Spec:
    return {
        "data": {"name": rows},
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": list(layers),
    } | more


def _tooltip(*fields: str, **titled: str) -> Rows:
    shown = {field: field for field in fields} | titled
    return [{"field": field, "title": title.replace("_", " ")} for field, title in shown.items()]


def _number(field: str, title: str | None, form: str = ".2f", **axis: Any) -> Spec:
    return {
        "field": field, "type": "quantitative", "scale": {"zero": False},
        "axis": {"title": title, "format": form, **axis},
    }  # fmt: skip


_TOLD = [
    {"field": "case"},
    *({"field": each, "title": title, "format": ".2%"} for each, title in
      (("mean", "test accuracy"), ("low", "from"), ("high", "to"))),
    {"field": "seeds"},
    *({"field": each, "title": title, "format": ",.4~g"} for each, title in COSTS.items()),
    {"field": "from", "title": "source"},
]  # fmt: skip
_DIFFERENCE = [
    {"field": "pair"},
    *({"field": each, "title": title, "format": "+.2f"} for each, title in
      (("mean", "points ahead"), ("low", "from"), ("high", "to"), ("published", "published"))),
    {"field": "why"},
    {"field": "from", "title": "source"},
]  # fmt: skip
_LEAD = {
    "field": "pair",
    "type": "nominal",
    "sort": None,
    "axis": {
        "title": None,
        "labelExpr": "width < 300 ? split(datum.label, ' \u2212 ') : datum.label",
    },
}
_AHEAD = {"field": "ahead", "type": "nominal",
          "scale": {"domain": [*FAMILIES, "neither"]}, "legend": {"title": "ahead"}}  # fmt: skip
_CASE = {"field": "case", "type": "nominal", "sort": {"field": "mean", "order": "descending"},
         "axis": {"title": None}}  # fmt: skip
_EPOCH = _number("epoch", "epoch", "d")
_RULE = {"type": "rule", "strokeWidth": 2, "aria": False}
_AXIS = {"type": "rule", "color": {"expr": "ink"}, "aria": False}
_ZERO = {"data": {"values": [{}]}, "mark": _AXIS,
         "encoding": {"x": {"datum": 0}}}  # fmt: skip


def _crossings(rows: Rows) -> Spec:
    """Return a panel a series, since each has an axis of its own."""
    colour = {
        "field": "pair", "type": "nominal", "scale": {"domain": _unique(rows, "pair")},
        "legend": {"orient": "bottom", "columns": 2, "labelLimit": 300, "symbolOpacity": 1,
                   "symbolType": "stroke", "title": "convolution minus dense"},
    }  # fmt: skip
    told = [
        {"field": "pair"}, {"field": "place"},
        *({"field": each, "title": title, "format": "+.2f"} for each, title in
          (("lead", "points ahead"), ("low", "from"), ("high", "to"))),
        {"field": "from", "title": "source"},
    ]  # fmt: skip
    panels = []
    for series in _unique(rows, "series"):
        places = [row["place"] for row in rows if row["series"] == series]
        wide = min(places) > 0 and max(places) / min(places) > 30
        x = _number("place", None, "~s", labelOverlap=True, grid=False)
        x["scale"] = {"type": "log", "nice": False} if wide else {"zero": False}
        y = {"title": "points ahead", "format": "+.0f"}
        panels.append(
            {
                "title": {"text": series, "fontWeight": "normal"}, "width": 310, "height": 150,
                "transform": [{"filter": {"field": "series", "equal": series}}],
                "layer": [
                    {"data": {"values": [{}]}, "mark": _AXIS,
                     "encoding": {"y": {"datum": 0}}},
                    {"mark": {"type": "area", "aria": False, "opacity": 0.15}, "encoding": {
                        "x": x, "y": {"field": "low", "type": "quantitative", "axis": y},
                        "y2": {"field": "high"}, "color": colour}},
                    {"mark": {"type": "line", "point": True}, "encoding": {
                        "x": x, "y": {"field": "lead", "type": "quantitative", "axis": y},
                        "color": colour, "tooltip": told}},
                ],
            }
        )  # fmt: skip
    return {
        "data": {"name": "series"}, "transform": [{"filter": SHOWN}], "columns": 2,
        "concat": panels,
    }  # fmt: skip


def _unique(rows: Rows, key: str) -> list[Any]:
    return list(dict.fromkeys(row[key] for row in rows))


CHARTS: dict[str, tuple[str, Spec | Callable[[Rows], Spec]]] = {
    "answer": (
        "leads",
        _spec(
            "leads",
            _ZERO,
            {"mark": _RULE, "encoding": {
                "x": _number("low", "convolutional minus dense (points)", "+~g"),
                "x2": {"field": "high"}, "y": _LEAD, "color": _AHEAD, "opacity": LIT}},
            {"mark": {"type": "tick", "aria": False, "strokeDash": [3, 2], "thickness": 2,
                      "size": 18},
             "transform": [{"filter": "datum.published != null"}],
             "encoding": {"x": {"field": "published", "type": "quantitative"}, "y": _LEAD}},
            {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1}, "encoding": {
                "x": {"field": "mean", "type": "quantitative"}, "y": _LEAD, "color": _AHEAD,
                "opacity": LIT, "shape": {"condition": {"test": "indexof(datum.why, 'equal') == 0",
                                        "value": "diamond"}, "value": "circle"},
                "tooltip": _DIFFERENCE}},
            transform=[{"filter": SHOWN}], height={"step": 30},
        ),
    ),
    "crossings": ("series", _crossings),
    "accuracy": (
        "cases",
        _spec(
            "cases",
            {"mark": _RULE, "encoding": {
                "x": _number("low", "test accuracy", "~%"), "x2": {"field": "high"},
                "color": FAMILY, "opacity": LIT}},
            {"mark": {"type": "point", "filled": True, "size": 70, "opacity": 1}, "encoding": {
                "x": {"field": "mean", "type": "quantitative"}, "color": FAMILY, "opacity": LIT,
                "tooltip": _TOLD}},
            encoding={"y": _CASE}, transform=[{"filter": HERE}], height={"step": 20},
        ),
    ),
    "trade_off": (
        "cases",
        _spec(
            "cases",
            {"mark": _RULE, "encoding": {
                "y": _number("low", "test accuracy", "~%"), "y2": {"field": "high"},
                "color": FAMILY, "opacity": LIT}},
            {"params": [ZOOM],
             "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1}, "encoding": {
                 "y": {"field": "mean", "type": "quantitative"}, "color": FAMILY, "opacity": LIT,
                 "shape": {**FAMILY, "scale": {"domain": FAMILIES, "range": ["circle", "square"]}},
                 "tooltip": _TOLD}},
            encoding={"x": {"field": "x", "type": "quantitative", "scale": {"type": "log"},
                            "axis": {"title": None, "labelExpr":
                                     "format(datum.value, datum.value < 1 ? '~g' : '~s')"}}},
            transform=[{"filter": HERE}, {"calculate": "datum[cost]", "as": "x"}], height=320,
            title={"text": {"expr": "'test accuracy by ' + cost_title"}, "anchor": "start"},
        ),
    ),
    "learning_curves": (
        "curves",
        _spec(
            "curves",
            {"params": [ZOOM, {"name": "shown", "bind": "legend",
                               "select": {"type": "point", "fields": ["part"]}}],
             "mark": {"type": "line", "strokeWidth": 1.6}, "encoding": {
                "x": _EPOCH, "color": FAMILY,
                "y": {"field": "error", "type": "quantitative",
                      "scale": {"type": "log", "reverse": True},
                      "axis": {"title": "accuracy",
                               "labelExpr": "format(1 - datum.value, '.2~%')"}},
                "detail": {"field": "case"},
                "strokeDash": {"field": "part", "type": "nominal", "legend": {"title": "part"},
                               "scale": {"domain": ["validation", "training"]}},
                "opacity": {"condition": {
                    "test": {"and": [{"param": "shown"}, "lit == '' || datum.case == lit"]},
                    "value": 1}, "value": 0.12},
                "tooltip": [{"field": "case"}, {"field": "part"}, {"field": "epoch"},
                            {"field": "accuracy", "format": ".2%"}]}},
            transform=[{"filter": HERE},
                       {"calculate": "max(1 - datum.accuracy, 0.0005)", "as": "error"}],
            height=320,
        ),
    ),
    "search_map": (
        "points",
        _spec(
            "points",
            {"mark": {"type": "line", "point": {"size": 45}}, "encoding": {
                "x": {"field": "setting", "type": "nominal", "sort": None,
                      "axis": {"title": None, "labelAngle": 0, "grid": True}},
                "y": {"field": "place", "type": "quantitative",
                      "axis": {"labels": False, "ticks": False, "grid": False,
                               "title": "larger \u2192"}},
                "detail": {"field": "point"},
                "color": {"field": "accuracy", "type": "quantitative",
                          "scale": {"scheme": "viridis"},
                          "legend": {"title": "validation", "format": ".1%"}},
                "strokeWidth": {"condition": {"test": "datum.chosen", "value": 5}, "value": 1.5},
                "tooltip": [{"field": "point"}, {"field": "setting"}, {"field": "value"},
                            {"field": "accuracy", "format": ".2%"}, {"field": "chosen"}]}},
            transform=[{"filter": "datum.case == pick"}], height=240,
            title={"text": {"expr": "'Search of ' + pick"}, "anchor": "start"},
        ),
    ),
    "confusion_rates": (
        "confusions",
        _spec(
            "confusions",
            {"mark": "rect", "encoding": {
                "color": {"field": "share", "type": "quantitative", "legend": None,
                          "scale": {"type": "pow", "exponent": 0.4, "domain": [0, 1]}},
                "tooltip": [*_tooltip(true="true class", said="predicted"),
                            {"field": "count", "title": "answers, over all seeds"},
                            {"field": "share", "format": ".2%"}]}},
            {"mark": {"type": "text", "fontSize": 11}, "encoding": {
                "text": {"field": "share", "format": ".1%"},
                "color": {"condition": {"test": "datum.share > 0.15", "value": {"expr": "paper"}},
                          "value": {"expr": "ink"}}}},
            encoding={
                "x": {"field": "said", "type": "ordinal", "sort": {"field": "place"},
                      "axis": {"title": "predicted class", "labelAngle": 0}},
                "y": {"field": "true", "type": "ordinal", "sort": {"field": "order"},
                      "axis": {"title": "true class"}}},
            transform=[{"filter": "datum.case == pick"}], height={"step": 28},
            title={"text": {"expr": "'Confusions of ' + pick"}, "anchor": "start"},
        ),
    ),
}  # fmt: skip
"""By the name of the figure that a chart stands for: the data it needs, and what it looks like."""

DATA: dict[str, Callable[[Study[Any]], Rows]] = {
    "cases": _cases,
    "leads": _leads,
    "series": _series,
    "curves": _curves,
    "points": _points,
    "confusions": _confusions,
}
