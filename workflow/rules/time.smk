"""time: training and inference, timed alone on the machine.

The job claims every core, so Snakemake runs nothing beside it; on a cluster a node of its own. With
how many threads it computes is the study's to say, never what the run or the node happens to have.
"""

import subprocess

SLURM_OPTIONS = {
    "partition": "slurm_partition",
    "account": "slurm_account",
    "qos": "slurm_qos",
    "time": "runtime",
}


def all_cores(wildcards):
    """Return all that the run has; on a cluster, where no node is like another, what is used."""
    elsewhere = workflow.non_local_exec_or_dryrun or workflow.remote_exec
    return plans["time"].threads if elsewhere else workflow.cores


def refuse_what_cannot_be_timed():
    """Raise :class:`UserError` where the timing, which comes last, would not get its threads."""
    wanted = plans["time"].threads
    for job in workflow.dag.needrun_jobs():
        if job.rule.name == "time":
            if job.threads < wanted:
                raise UserError(
                    f"the timing computes with {wanted} threads (the study's `time: threads`), and "
                    f"this run has {job.threads} cores; give it more (--cores), or the timing fewer"
                )
            if workflow.executor_plugin.name == "slurm":
                asked = ["--exclusive", f"-c{wanted}", f"--mem={job.resources.mem_mb}"]
                asked += [
                    f"--{option}={value}"
                    for option, key in SLURM_OPTIONS.items()
                    if (value := job.resources.get(key))
                ]
                command = ["sbatch", "--test-only", *asked, "--wrap=true"]
                done = subprocess.run(command, capture_output=True, text=True)
                if done.returncode:
                    raise UserError(
                        f"SLURM has no node for the timing: `{' '.join(command)}` says "
                        f"{done.stderr.strip()}"
                    )


rule time:
    input:
        **inputs("time"),
    output:
        **outputs("time"),
    log:
        log_file("time"),
    threads: all_cores
    resources:
        **GPU,
        slurm_extra="--exclusive",
    params:
        code=training_code("time"),
        plan=plans["time"].digest(),
        threads=plans["time"].threads,
    message:
        "time: training and inference, alone on the machine"
    shell:
        "{STAGE} --log {log:q} time {RESULTS} --digests {output.list:q}"
        " --plan {params.plan} --threads {params.threads}"
