"""A Slurm of our own on the loopback: munged, slurmctld and two slurmd.

All files are in one folder, the ports are free ones, nothing of the machine's
own configuration is read or changed. Every process of the cluster has a mark in
its environment; a watcher kills all of them as soon as this process ends, in
whatever way: so nothing is left, also after kill -9.

    python3 tests/slurm/cluster.py COMMAND...     runs COMMAND inside of one
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIP = 77
TOOLS = ["slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel",
         "sinfo", "scontrol"]

CONF = """
ClusterName=joulet
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={dir}/munge.sock
StateSaveLocation={dir}/state
SlurmdSpoolDir={dir}/spool.%n
SlurmctldPidFile={dir}/slurmctld.pid
SlurmdPidFile={dir}/slurmd.%n.pid
SlurmctldLogFile={dir}/slurmctld.log
SlurmdLogFile={dir}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
SlurmctldTimeout=30
SlurmdTimeout=30
InactiveLimit=0
KillWait=2
MinJobAge=300
Waittime=0
ReturnToService=2
TmpFS={dir}
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={n1} CPUs=4
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={n2} CPUs=4
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
PartitionName=one Nodes=n1 MaxTime=INFINITE State=UP
"""


def why_not():
    """A reason to skip, or None."""
    if os.geteuid() != 0:
        return "needs root"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [t for t in TOOLS if not shutil.which(t, path=path)]
    if missing:
        return "not installed: " + " ".join(missing)
    if not os.path.ismount("/sys/fs/cgroup"):
        return "slurmd does not start without /sys/fs/cgroup"
    return None


def free_ports(n):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def ended(pid):
    """Also as a zombie, which nobody may reap."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


def marked(mark):
    """Processes with `mark` in their environment: slurmd's step daemons leave
    their process group and their parent."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open("/proc/%s/environ" % name, "rb") as f:
                if mark.encode() in f.read().split(b"\0"):
                    found.append(int(name))
        except OSError:
            pass
    return [p for p in found if not ended(p)]


def kill_all(mark):
    """Until none is left: one may start another while we look."""
    for _ in range(100):
        left = marked(mark)
        if not left:
            return
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


class Cluster:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="joulet-slurm-")
        self.mark = "JOULET_TEST_CLUSTER=" + self.dir
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        os.environ["SLURM_CONF"] = self.dir + "/slurm.conf"
        os.environ["JOULET_TEST_CLUSTER"] = self.dir
        self.watch()
        self.child = {}
        ports = free_ports(3)
        os.mkdir(self.dir + "/state")
        os.chmod(self.dir, 0o755)
        with open(self.dir + "/slurm.conf", "w") as f:
            f.write(CONF.format(dir=self.dir, ctld=ports[0], n1=ports[1],
                                n2=ports[2],
                                host=socket.gethostname().split(".")[0]))
        with open(self.dir + "/munge.key", "wb") as f:
            os.fchmod(f.fileno(), 0o600)
            f.write(os.urandom(1024))

    def watch(self):
        """A process that outlives us for as long as it takes to clean up."""
        ours, theirs = os.pipe()
        if os.fork():
            os.close(ours)
            self.leash = theirs     # closed by the kernel when we end
            os.set_inheritable(theirs, False)
            return
        os.setsid()
        os.close(theirs)
        while os.read(ours, 1):
            pass
        kill_all(self.mark)
        shutil.rmtree(self.dir, ignore_errors=True)
        os._exit(0)

    def start(self, name, *argv):
        log = open("%s/%s.out" % (self.dir, name), "ab")
        self.child[name] = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            cwd=self.dir)
        log.close()

    def start_munged(self):
        self.start("munged", "munged", "--foreground", "--force",
                   "--socket=%s/munge.sock" % self.dir,
                   "--key-file=%s/munge.key" % self.dir,
                   "--pid-file=%s/munged.pid" % self.dir,
                   "--log-file=%s/munged.log" % self.dir,
                   "--seed-file=%s/munged.seed" % self.dir)
        self.until("munged", lambda: os.path.exists(self.dir + "/munge.sock"))

    def start_slurmctld(self, fresh=False):
        self.start("slurmctld", "slurmctld", "-D", *(["-i"] if fresh else []))
        self.until("slurmctld", lambda: subprocess.run(
            ["scontrol", "ping"], capture_output=True).stdout.count(b" UP"))

    def start_slurmd(self, node):
        self.start(node, "slurmd", "-D", "-N", node)

    def nodes_ready(self, names=("n1", "n2")):
        return all(self.node_state(n).startswith(("idle", "mix", "alloc"))
                   for n in names)

    def node_state(self, node):
        return subprocess.run(
            ["sinfo", "-h", "-N", "-n", node, "-o", "%T"],
            capture_output=True, text=True).stdout.split("\n")[0]

    def until(self, what, ready, seconds=180):
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end:
                raise RuntimeError("%s does not come up:\n%s"
                                   % (what, self.logs()))
            time.sleep(0.05)

    def logs(self):
        text = ""
        for name in sorted(os.listdir(self.dir)):
            if name.endswith((".log", ".out")):
                with open(os.path.join(self.dir, name),
                          errors="replace") as f:
                    text += "--- %s\n%s" % (name, f.read()[-2000:])
        return text

    def kill(self, name, how=signal.SIGKILL):
        child = self.child.pop(name)
        child.send_signal(how)
        child.wait()

    def start_all(self):
        self.start_munged()
        self.start_slurmctld(fresh=True)
        for node in "n1", "n2":
            self.start_slurmd(node)
        self.until("nodes", self.nodes_ready)

    def renew(self):
        """Forget everything: daemons that were killed come back with jobs
        that never end, and with drained nodes."""
        kill_all(self.mark)
        for child in self.child.values():
            child.wait()
        self.child = {}
        for name in os.listdir(self.dir):
            if name.startswith(("state", "spool", "munge.sock", "slurm")) \
                    and not name.endswith(".conf"):
                path = os.path.join(self.dir, name)
                if os.path.isdir(path):
                    shutil.rmtree(path)
                else:
                    os.unlink(path)
        os.mkdir(self.dir + "/state")
        self.start_all()

    def __enter__(self):
        try:
            self.start_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *ignored):
        os.environ.pop("JOULET_TEST_CLUSTER")
        kill_all(self.mark)
        for child in self.child.values():
            child.wait()
        os.close(self.leash)
        shutil.rmtree(self.dir, ignore_errors=True)


def main():
    reason = why_not()
    if reason:
        print("skipped: Slurm: " + reason)
        return SKIP
    signal.signal(signal.SIGTERM, lambda *a: sys.exit(143))
    with Cluster():
        return subprocess.run(sys.argv[1:]).returncode


if __name__ == "__main__":
    sys.exit(main())
