# densevsconv: when, why and at what cost do convolutional networks beat dense ones on images?
#
#   snakemake --cores all                        the study that config/config.yaml names
#   snakemake --cores all --config study=NAME    another one
#   snakemake --cores all -n                     what would be done, and why
#
# fetch -> prepare, measure, gradients -> search -> select -> refit -> evaluate, rerun, time -> summarise, judge -> trust, figures -> report, track


include: "workflow/rules/common.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/gradients.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/select.smk"
include: "workflow/rules/refit.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/rerun.smk"
include: "workflow/rules/time.smk"
include: "workflow/rules/judge.smk"
include: "workflow/rules/summarise.smk"
include: "workflow/rules/trust.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/track.smk"


rule all:
    default_target: True
    # all that a study promises: whichever file is missing is made again
    input:
        [*LISTS, *sorted(set(LISTS.values()))],
        rules.track.output,
    message:
        "the study is complete"


onsuccess:
    for file in AGAIN:
        Path(file).unlink(missing_ok=True)
    # `make study` says it itself, also when nothing was to do
    if "MAKELEVEL" not in os.environ and at.page.exists():
        print(where(at, study.command))


onerror:
    if any("Signals.SIGKILL" in Path(file).read_text() for file in log):
        print(
            "A job was killed from outside, as the system does where memory runs out: fewer jobs at a\n"
            "time (--cores), smaller batches or fewer images need less."
        )
    print(
        f"The log of the failed job is named above; all logs are in {at.root}/logs.\n"
        "What is finished is kept: the same command goes on from there."
    )
