"""Runs every stage of a finished study on a disk that is full, and again with room; as JSON.

    unshare --map-root-user --mount python full_disk.py STUDY REPORTS FOLDER BYTES...

The disk is a small one in memory, mounted on FOLDER; BYTES are left on it when a stage starts. What
a stage has in its journal is taken away first, so that it has work to do.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

STAGES = (
    "prepare measure gradients search select refit evaluate time judge summarise figures report "
    "track"
)


def fill(folder: Path, left: int) -> Path:
    """Write a file that leaves so many bytes."""
    filler = folder / "filler"
    disk = os.statvfs(folder)
    filler.write_bytes(b"x" * max(0, disk.f_bavail * disk.f_frsize - left))
    return filler


def main() -> None:
    study, reports, folder, *sizes = sys.argv[1:]
    disk = Path(folder)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", folder], check=True)
    for source in (study, reports):
        shutil.copytree(source, disk / Path(source).parent.name / Path(source).name)
    results = disk / "results" / Path(study).name
    found = []
    for stage in STAGES.split():
        command = [
            sys.executable,
            "-m",
            "densevsconv",
            "--log",
            str(results / f"logs/full-{stage}.log"),
            stage,
        ]
        command += [str(results), "--reports", str(disk / "reports")]
        for left in sizes:
            shutil.rmtree(results / "journal" / stage, ignore_errors=True)
            filler = fill(disk, int(left))
            full = subprocess.run(command, stderr=subprocess.PIPE, text=True)
            filler.unlink()
            healed = subprocess.run(command, stderr=subprocess.PIPE, text=True)
            found.append(
                {"stage": stage, "left": int(left), "code": full.returncode, "said": full.stderr,
                 "healed": healed.returncode, "then": healed.stderr}
            )  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
