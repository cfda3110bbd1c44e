"""measure: what can be said of the images without training anything.

in      plan/measure.json, data/<dataset>/train.npz, test.npz, info.json
out     data/<dataset>/measures.json, means.npz (mean image of every class)
"""


rule measure:
    input:
        layout.plan("measure"),
        rules.prepare.output.train,
        rules.prepare.output.test,
        rules.prepare.output.info,
    output:
        measures=[layout.measures(dataset) for dataset in DATASETS],
        means=[layout.mean_images(dataset) for dataset in DATASETS],
    log:
        log_file("measure"),
    params:
        code=code("measure"),
    message:
        "measure: entropy, noise, variance and duplicates of the images"
    shell:
        "{STAGE} --log {log:q} measure {layout.root:q}"
