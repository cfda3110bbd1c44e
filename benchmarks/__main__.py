"""Measures speed beside what people would use instead: `make benchmark`.

    python -m benchmarks [--quick] [--cases A,B] [--ways A,B] [--parts A,B]

About an hour and a quarter on two cores with nothing else running; what is measured is written
after every search, and `--resume` goes on from there. `--render` writes the tables of what was
measured.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import peers, start, tables
from benchmarks.cases import CASES, ROOT
from benchmarks.ways import OURS, WAYS
from densevsconv.store.files import write_json, write_text
from densevsconv.store.machine import describe_machine, installed

OUT = ROOT / "benchmarks" / "results"
PARTS = ("searches", "growth", "start", "numpynet")
PACKAGES = ("tensorflow", "keras", "torch", "scikeras", "keras-tuner", "jax")


def chosen(given: str, allowed: Sequence[str], option: str) -> list[str]:
    names = given.split(",") if given else list(allowed)
    if odd := [name for name in names if name not in allowed]:
        sys.exit(f"{option}: found {odd[0]}; allowed: {', '.join(allowed)}")
    return names


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", default="", help=", ".join(CASES))
    parser.add_argument("--ways", default="", help=", ".join(WAYS))
    parser.add_argument("--parts", default="", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--enough", type=float, default=15.0,
        help="seconds of one way and case after which it sits out the other rounds (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="does it work? no number to believe")
    parser.add_argument("--resume", action="store_true", help="keep what OUT has measured already")
    parser.add_argument("--render", action="store_true", help="measure nothing: tables of OUT")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parsed(arguments)
    cases = [CASES[name] for name in chosen(options.cases, tuple(CASES), "--cases")]
    ways = chosen(options.ways, tuple(WAYS), "--ways")
    parts = [] if options.render else chosen(options.parts, PARTS, "--parts")
    file: Path = options.out / "benchmark.json"
    report: dict[str, Any] = {"searches": [], "cases": {}, "left_out": {}}
    if options.resume or options.render:
        report |= json.loads(file.read_text())
    for way in [way for way in ways if (missing := WAYS[way].missing)]:
        ways.remove(way)
        report["left_out"][WAYS[way].title] = f"{missing[0]} is not installed"
        print(f"{WAYS[way].title}: left out: {missing[0]} is not installed", flush=True)
    if parts:
        packages = [name for name in PACKAGES if installed(name)]
        report["machine"] = describe_machine(*packages) | {"load_before": os.getloadavg()[0]}
        report["machine"].pop("node")

    def written() -> None:
        write_json(file, report)

    options.out.mkdir(parents=True, exist_ok=True)
    if "searches" in parts:
        peers.compare(
            [case.quick() for case in cases] if options.quick else cases,
            ways, report,
            rounds=1 if options.quick else options.rounds, enough=options.enough, written=written,
        )  # fmt: skip
    if "growth" in parts:
        engines = [way for way in ways if way in OURS and way != "numpy"]
        report["growth"] = {engine: _growth(engine, quick=options.quick) for engine in engines}
        written()
    if "start" in parts:
        print("study tiny, its imports counted", flush=True)
        report["start"] = start.study()
        written()
    if "numpynet" in parts:
        folder = options.out / "numpynet" if options.out != OUT else ROOT / "benchmarks/numpynet"
        count = "2" if options.quick else "7"
        command = [sys.executable, "-m", "benchmarks.numpynet.speed", "--repetitions", count]
        subprocess.run([*command, "--out", str(folder)], cwd=ROOT, check=True)
    write_text(options.out / "benchmark.md", tables.page(report))
    if options.out == OUT:
        readme = ROOT / "README.md"
        write_text(readme, tables.updated(readme.read_text(encoding="utf-8"), report))


def _growth(engine: str, *, quick: bool) -> dict[str, Any]:
    print(f"growth of cost, {WAYS[engine].title}", flush=True)
    command = [sys.executable, "-m", "benchmarks.growth", engine, *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
