"""A Slurm of one node on this machine, with four places for tasks, for a test that asks the real one. It needs root,
and Debian's packages slurm-wlm and munge."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
CONFIGURATION = """\
ClusterName=trtexp
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldPort={port}
SlurmdPort={next_port}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES State=UP
"""


def missing():
    """Why there can be no Slurm here; empty if there can be one."""
    lost = [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]
    if lost:
        return f"Slurm is not installed: {', '.join(lost)} missing"
    return "" if os.geteuid() == 0 else "Slurm's controller is started by root"


def called(*command):
    """What a command of Slurm prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def cluster(folder, patch):
    """Slurm, in the environment that a patch changes. What is queued again waits until a credential has expired, which
    is after 5 s here."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    key = folder / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    port = 20000 + os.getpid() % 20000
    text = CONFIGURATION.format(
        host=socket.gethostname().partition(".")[0], folder=folder, port=port, next_port=port + 1
    )
    (folder / "slurm.conf").write_text(text, encoding="utf-8")
    munge = [f"--{name}={folder}/{file}" for name, file in MUNGE]
    commands = (["munged", "--foreground", "--force", *munge], ["slurmctld", "-D", "-c"], ["slurmd", "-D"])
    environment = {**os.environ, "SLURM_CONF": f"{folder}/slurm.conf", "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    started = []
    try:
        for command in commands:
            out = (folder / f"{command[0]}.out").open("w", encoding="utf-8")
            started.append(subprocess.Popen(command, env=environment, stdout=out, stderr=out))
            time.sleep(1)
        patch.setenv("SLURM_CONF", environment["SLURM_CONF"])
        wait(lambda: "idle" in called("sinfo", "--noheader", "--format=%T"), 30)
        yield
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(30)


MUNGE = (
    ("key-file", "key"),
    ("socket", "munge"),
    ("pid-file", "munged.pid"),
    ("log-file", "munged.log"),
    ("seed-file", "munged.seed"),
)


def wait(condition, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.CalledProcessError):
            if condition():
                return
        time.sleep(0.2)
    raise AssertionError("waited in vain")


def states(job):
    """What Slurm says of each task of a job that has not been forgotten."""
    lines = called("squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%K %T").splitlines()
    return dict(line.split() for line in lines)


def processes(text):
    """The ids of processes whose command line has a text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if text in path.read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                found.append(int(path.parent.name))
    return sorted(found)
