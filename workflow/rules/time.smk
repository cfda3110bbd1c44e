"""time: training and inference, timed alone on the machine.

The job claims every core, so Snakemake runs nothing beside it.

in      plan/time.json, select/<case>.json, data/<dataset>/train.npz and info.json
out     time/<case>.json
"""


rule time:
    input:
        layout.plan("time"),
        rules.select.output.selections,
        rules.prepare.output.train,
        rules.prepare.output.info,
    output:
        [layout.timing(case) for case in CASES],
    log:
        log_file("time"),
    threads: lambda wildcards: workflow.cores
    resources:
        gpu=1,
    params:
        code=code("timing"),
    message:
        "time: training and inference, alone on the machine"
    shell:
        "{STAGE} --log {log:q} time {layout.root:q} --threads {threads}"
