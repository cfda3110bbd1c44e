"""rerun: the shortest run of the study trained again, to compare its bits."""


rule rerun:
    input:
        **inputs("rerun"),
    output:
        **outputs("rerun"),
    log:
        log_file("rerun"),
    threads: plans["rerun"].threads
    resources:
        **GPU,
    params:
        code=training_code("rerun"),
        plan=plans["rerun"].digest(),
        threads=plans["rerun"].threads,
    message:
        "rerun: the shortest run again, bit by bit"
    shell:
        "{STAGE} --log {log:q} rerun {RESULTS} --digests {output.list:q}"
        " --plan {params.plan} --threads {params.threads}"
