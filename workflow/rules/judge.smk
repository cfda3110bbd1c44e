"""judge: which of a publication's claims hold on the study's results.

in      plan/judge.json, data/<dataset>/info.json, refit/<case>/runs.json, history.parquet and
        predictions.parquet, evaluate/<case>.json, time/<case>.json
out     claims.json
"""


rule judge:
    input:
        layout.plan("judge"),
        rules.prepare.output.info,
        [layout.runs(case) for case in CASES],
        [layout.history(case) for case in CASES],
        [layout.predictions(case) for case in CASES],
        rules.evaluate.output,
        rules.time.output,
    output:
        layout.claims,
    log:
        log_file("judge"),
    params:
        code=code("judge"),
    message:
        "judge: the claims of the study"
    shell:
        "{STAGE} --log {log:q} judge {layout.root:q}"
