"""figures: every figure, as SVG (paper, page) and PNG (README, MLflow).

Sample and confused pictures are shown, so this stage reads test images, after evaluation.

in      plan/figures.json, the tables, select/<case>.json, evaluate/<case>.json, time/<case>.json,
        refit/<case>/history.parquet, predictions.parquet and weights.npz,
        data/<dataset>/train.npz, test.npz, info.json, sheet.npz, means.npz
out     <reports>/<study>/figures/<figure>.svg and .png
"""

from densevsconv.report.contents import drawings
from densevsconv.report.layout import ReportLayout, study_plan

report_files = ReportLayout(reports, layout.study, captions=ROOT / "workflow" / "report")


def with_caption(drawing):
    """Return a figure's SVG file, marked for `snakemake --report`."""
    file = report_files.figure(drawing.stem, "svg")
    labels = {"figure": drawing.figure.name.replace("_", " "), "data": drawing.dataset}
    caption = f"../report/{drawing.figure.name}.rst"
    return report(file, caption=caption, category="Figures", labels=labels)


rule figures:
    input:
        layout.plan("figures"),
        rules.summarise.output,
        rules.select.output,
        rules.evaluate.output,
        rules.time.output,
        [layout.history(case) for case in CASES],
        [layout.predictions(case) for case in CASES],
        [layout.weights(case) for case in CASES],
        rules.prepare.output,
        rules.measure.output,
    output:
        svg=[with_caption(drawing) for drawing in drawings(study_plan(plan("figures")))],
        png=report_files.figure_files(plan("figures"), "png"),
    log:
        log_file("figures"),
    params:
        code=code("figures"),
    message:
        "figures: curves, heat maps, confusion matrices, pictures"
    shell:
        "{STAGE} --log {log:q} figures {layout.root:q} --reports {reports:q}"
