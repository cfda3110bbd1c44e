"""trust: what may be asked of a study before its results are believed."""


rule trust:
    input:
        **inputs("trust"),
    output:
        **outputs("trust"),
    log:
        log_file("trust"),
    localrule: True
    params:
        code=code("trust"),
        plan=plans["trust"].digest(),
    message:
        "trust: budgets, seeds, intervals, overlap, timing, bits"
    shell:
        "{STAGE} --log {log:q} trust {RESULTS} --digests {output.list:q} --plan {params.plan}"
