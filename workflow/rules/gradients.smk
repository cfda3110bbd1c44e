"""gradients: backpropagation against finite differences, of the cases that the study names."""


rule gradients:
    input:
        **inputs("gradients"),
    output:
        **outputs("gradients"),
    log:
        log_file("gradients"),
    params:
        code=training_code("gradients"),
        plan=plans["gradients"].digest(),
    message:
        "gradients: backpropagation against finite differences"
    shell:
        "{STAGE} --log {log:q} gradients {RESULTS} --digests {output.list:q} --plan {params.plan}"
