"""prepare: images, labels and the split of every data set.

in      plan/prepare.json
out     data/<dataset>/train.npz (training and validation images), test.npz, info.json
"""

DATASETS = sorted(plan("prepare")["datasets"])


rule prepare:
    input:
        layout.plan("prepare"),
    output:
        train=[layout.train_data(dataset) for dataset in DATASETS],
        test=[layout.test_data(dataset) for dataset in DATASETS],
        info=[layout.data_info(dataset) for dataset in DATASETS],
    log:
        log_file("prepare"),
    params:
        code=code("prepare"),
    message:
        "prepare: images, labels and splits"
    shell:
        "{STAGE} --log {log:q} prepare {layout.root:q}"
