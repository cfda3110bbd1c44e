"""figures: every figure, as SVG (paper, page) and PNG (README, MLflow).

Sample and confused pictures are shown, so this stage reads test images, after evaluation.

in      plan/figures.json, the tables, select/<case>.json, evaluate/<case>.json,
        refit/<case>/history.parquet, time/<case>.json, data/<dataset>/train.npz, test.npz, info.json
out     <reports>/<study>/figures/<figure>.svg and .png
"""

from densevsconv.report.layout import ReportLayout

report_files = ReportLayout(reports, layout.study)


rule figures:
    input:
        layout.plan("figures"),
        rules.summarise.output,
        rules.select.output,
        rules.evaluate.output,
        rules.time.output,
        [layout.history(case) for case in CASES],
        rules.prepare.output,
    output:
        svg=report_files.figure_files(plan("search"), "svg"),
        png=report_files.figure_files(plan("search"), "png"),
    params:
        code=code("figures"),
    log:
        log_file("figures"),
    message:
        "figures: curves, heat maps, confusion matrices, pictures"
    shell:
        "{STAGE} figures {layout.root:q} --stop-with-parent > >(tee {log:q} >&2) 2>&1"
