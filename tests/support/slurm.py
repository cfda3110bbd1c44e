"""A whole SLURM on the loopback, from Debian's packages: one controller, two nodes of two cores."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun")
PORT = 17100
NODES = ("study1", "study2")
MUNGE = ("key-file", "socket", "pid-file", "log-file", "seed-file")
CONFIGURATION = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=10
KillWait=2
MailProg=/bin/true
{nodes}
PartitionName=cpu Nodes=ALL Default=YES OverSubscribe=NO State=UP
"""


def missing() -> str:
    """Return why there can be no SLURM here; "" where there can."""
    if os.name != "posix" or os.geteuid() != 0:
        return "the daemons of SLURM want root"
    programs = [name for name in PROGRAMS if not shutil.which(name)]
    return f"not installed: {', '.join(programs)} (slurmctld, slurmd, munge)" if programs else ""


@dataclass
class Slurm:
    """The daemons, and what a client needs in its environment."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def call(self, *command: str) -> str:
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, timeout=30
        )
        return done.stdout

    def running(self) -> dict[str, tuple[str, str]]:
        """Return job and node of every rule that is being run."""
        lines = self.call("squeue", "-h", "-t", "R", "-o", "%k %A %N").splitlines()
        return {
            rule.removeprefix("rule_"): (job, node) for rule, job, node in map(str.split, lines)
        }

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.daemons[name] = subprocess.Popen(
                command,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill_node(self, node: str) -> None:
        """End a node as a power cut would: its daemon, and all that runs on it."""
        own = [
            f"SLURMD_NODENAME={node}\0",
            *(f"[{j}." for j, n in self.running().values() if n == node),
        ]
        self.daemons.pop(node).kill()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                said = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
                if any(each.encode() in said for each in own):
                    os.kill(int(process.name), signal.SIGKILL)


@contextmanager
def running_slurm(folder: Path) -> Iterator[Slurm]:
    """Give a SLURM whose files are in ``folder``; all of it ends with the block."""
    host = socket.gethostname().partition(".")[0]
    for name in ("state", "bin", *(f"spool.{node}" for node in NODES)):
        (folder / name).mkdir(parents=True)
    nodes = "\n".join(
        f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={PORT + 1 + number} CPUs=2 "
        "RealMemory=8000"
        for number, node in enumerate(NODES)
    )
    file = folder / "slurm.conf"
    file.write_text(CONFIGURATION.format(host=host, port=PORT, folder=folder, nodes=nodes))
    # the plugin takes every SLURM_* variable from srun, which on a cluster has /etc/slurm
    srun = folder / "bin" / "srun"
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={file} exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    path = os.pathsep.join([str(srun.parent), os.environ["PATH"]])
    slurm = Slurm(folder, {"SLURM_CONF": str(file), "PATH": path})
    own = [f"--{each}={folder}/munge.{each.partition('-')[0]}" for each in MUNGE]
    slurm.start("munged", "munged", "--foreground", "--force", "--num-threads=2", *own)
    try:
        slurm.start("slurmctld", "slurmctld", "-D")
        for node in NODES:
            slurm.start(node, "slurmd", "-D", "-N", node)
        end = time.monotonic() + 30
        while slurm.call("sinfo", "-h", "-N", "-o", "%t").split() != ["idle"] * len(NODES):
            assert time.monotonic() < end, slurm.call("sinfo", "-N", "-l")
            time.sleep(0.2)
        yield slurm
    finally:
        slurm.call("scancel", "--me")
        for daemon in reversed(slurm.daemons.values()):
            daemon.terminate()
            daemon.wait(timeout=20)
