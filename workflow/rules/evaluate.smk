"""evaluate: what the refitted networks do on the test images.

in      plan/evaluate.json, refit/<case>/runs.json and predictions.parquet, data/<dataset>/test.npz
out     evaluate/<case>.json
"""


rule evaluate:
    input:
        layout.plan("evaluate"),
        [layout.runs(case) for case in CASES],
        [layout.predictions(case) for case in CASES],
        rules.prepare.output.test,
    output:
        [layout.evaluation(case) for case in CASES],
    params:
        code=code("evaluate"),
    log:
        log_file("evaluate"),
    message:
        "evaluate: every case on the test images"
    shell:
        "{STAGE} evaluate {layout.root:q} --stop-with-parent > >(tee {log:q} >&2) 2>&1"
