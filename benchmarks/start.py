"""What a study's time goes into: the study `tiny`, run as a user runs it.

Python says what each import of each process takes (PYTHONPROFILEIMPORTTIME, which itself takes a
little); what was compiled and trained is in the study's own files.
"""

import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from benchmarks.cases import ROOT

_IMPORT = re.compile(r"import time:\s+(\d+) \|")


def study(name: str = "tiny") -> dict[str, Any]:
    """Return seconds: of the clock, of all processes' processor time, and what they were for."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [
                Path(sys.executable).with_name("snakemake"), "--cores", "all", "--quiet", "all",
                "--config", f"study={name}", f"results={folder}/results",
                f"reports={folder}/reports",
            ],
            cwd=ROOT, env=os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
        wall, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(f"study {name} failed:\n{done.stderr[-2000:]}")
        at = folder / "results" / name
        logs = [done.stderr, *(log.read_text("utf-8", "replace") for log in at.rglob("*.log"))]
        columns = {"trials": "search_seconds", "runs": "seconds"}
        trained = [pd.read_csv(at / f"{name}.csv")[key].sum() for name, key in columns.items()]
        return {
            "study": name,
            "wall": wall,
            "cores": os.cpu_count() or 1,
            "processor": sum(
                getattr(after, key) - getattr(before, key) for key in ("ru_utime", "ru_stime")
            ),
            "importing": sum(int(found) for log in logs for found in _IMPORT.findall(log)) / 1e6,
            "training": float(sum(trained)),
        }
