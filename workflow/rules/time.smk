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
    params:
        code=code("timing"),
    log:
        log_file("time"),
    threads: workflow.cores
    resources:
        gpu=1,
    message:
        "time: training and inference, alone on the machine"
    shell:
        "{STAGE} time {layout.root:q} --threads {threads}"
        " --stop-with-parent > >(tee {log:q} >&2) 2>&1"
