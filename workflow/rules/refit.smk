"""refit: the chosen settings, trained afresh on new seeds. One rule a shard of the cases.

in      plan/refit.json, select/<case>.json, data/<dataset>/train.npz, test.npz and info.json
out     refit/<case>/runs.json, history.parquet, predictions.parquet, weights.npz
"""

for shard, cases in enumerate(plan("refit")["shard_cases"]):
    if not cases:  # more shards than cases
        continue

    rule:
        name:
            f"refit{shard}"
        input:
            layout.plan("refit"),
            [layout.selection(case) for case in cases],
            rules.prepare.output,
        output:
            [file for case in cases for file in layout.refit_files(case)],
        log:
            log_file(f"refit{shard}"),
        threads: plan("refit")["threads"]
        resources:
            gpu=1,
        params:
            code=code("refit"),
            shard=shard,
        message:
            "refit: shard {params.shard} of the cases, on fresh seeds"
        shell:
            "{STAGE} --log {log:q} refit {layout.root:q} --shard {params.shard} --threads {threads}"
