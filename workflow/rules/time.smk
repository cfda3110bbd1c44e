"""time: training and inference, timed alone on the machine.

The job claims every core, so Snakemake runs nothing beside it.
"""


rule time:
    input:
        **inputs("time"),
    output:
        **outputs("time"),
    log:
        log_file("time"),
    threads: lambda wildcards: workflow.cores
    resources:
        gpu=1,
    params:
        code=training_code("time"),
        plan=plans["time"].digest(),
    message:
        "time: training and inference, alone on the machine"
    shell:
        "{STAGE} --log {log:q} time {RESULTS} --plan {params.plan} --threads {threads}"
