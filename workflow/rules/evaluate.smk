"""evaluate: what the refitted networks do on the test images.

One job, since starting a process costs more than a case; what was evaluated is in its journal.
"""


rule evaluate:
    input:
        **inputs("evaluate"),
    output:
        **outputs("evaluate"),
    log:
        log_file("evaluate"),
    params:
        code=code("evaluate"),
        plan=plans["evaluate"].digest(),
    message:
        "evaluate: every case on the test images"
    shell:
        "{STAGE} --log {log:q} evaluate {RESULTS} --digests {output.list:q} --plan {params.plan}"
