"""gradients: the NumPy networks' backpropagation against finite differences, where a study asks.

in      plan/gradients.json, data/<dataset>/train.npz, info.json
out     gradients.json
"""


rule gradients:
    input:
        layout.plan("gradients"),
        rules.prepare.output.train,
        rules.prepare.output.info,
    output:
        layout.gradients,
    log:
        log_file("gradients"),
    params:
        code=code("gradients"),
    message:
        "gradients: backpropagation against finite differences"
    shell:
        "{STAGE} --log {log:q} gradients {layout.root:q}"
