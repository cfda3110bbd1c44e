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
    log:
        log_file("evaluate"),
    params:
        code=code("evaluate"),
    message:
        "evaluate: every case on the test images"
    shell:
        "{STAGE} --log {log:q} evaluate {layout.root:q}"
