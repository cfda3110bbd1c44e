"""refit: the chosen settings, trained afresh on new seeds, in shards of the cases."""

for shard in plans["refit"].parts:

    rule:
        name:
            f"refit{shard}"
        input:
            **inputs("refit", shard),
        output:
            **outputs("refit", shard),
        log:
            log_file(f"refit{shard}"),
        threads: plans["refit"].threads
        resources:
            **GPU,
        params:
            code=training_code("refit"),
            plan=plans["refit"].digest(shard),
            shard=shard,
            threads=plans["refit"].threads,
        message:
            "refit: shard {params.shard} of the cases, on fresh seeds"
        shell:
            "{STAGE} --log {log:q} refit {RESULTS} --digests {output.list:q}"
            " --part {params.shard} --plan {params.plan}"
            " --threads {params.threads}"
