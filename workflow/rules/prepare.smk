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
    params:
        code=code("prepare"),
    log:
        log_file("prepare"),
    message:
        "prepare: images, labels and splits"
    shell:
        "{STAGE} prepare {layout.root:q} --stop-with-parent > >(tee {log:q} >&2) 2>&1"
