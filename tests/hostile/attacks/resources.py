"""Attacks on resources (memory, processes, disk, output, time) and on the processes that run them."""

from __future__ import annotations

from tests.hostile.attacks import FULL, OWN_LOST, Attack

MIB = 2**20

#: The limits of the course, low enough for attacks to end quickly.
LIMITS = f"""
c.GradingExecute.timeout = 3
c.GradingExecute.added_timeout = 2
c.GradingExecute.memory_limit = {512 * MIB}
c.GradingExecute.process_limit = 24
c.GradingExecute.disk_limit = {32 * MIB}
c.GradingExecute.output_limit = {4 * MIB}
"""

#: A text in the command line of a process that a submission starts as a daemon.
MARK = "left-behind-by-a-submission"

_IMPORTS = (
    "import ctypes, itertools, os, re, resource, signal, subprocess, sys, threading, time\n"
    "from IPython.display import clear_output, display\n"
)
_MEMORY = "out of memory (limit 512 MiB)"
_OUTPUT = "too much output (limit 4 MiB)"
_TIME = "time limit 6 s"


def _taking(body: str, verdict: str = "") -> Attack:
    text = f"{_IMPORTS}def predict(x, W):\n    {body}"
    return Attack(OWN_LOST, {"predict": text}, verdict=verdict)


ATTACKS = {
    "memory-at-once": _taking("return np.ones(10**9)", _MEMORY),
    "memory-by-and-by": _taking("kept = []\n    while True:\n        kept.append(np.ones(2**20))", _MEMORY),
    "memory-by-children": _taking(
        "for _ in range(12):\n        if not os.fork():\n            kept = np.ones(2**23)\n"
        "            time.sleep(60)\n    time.sleep(60)",
        _MEMORY,
    ),
    # Bounded, because an unbounded fork bomb could outgrow the watch on a busy machine.
    "fork-bomb": _taking(
        "for _ in range(7):\n        os.fork()\n    time.sleep(60)", "too many processes (limit 24)"
    ),
    "threads": _taking(
        "for _ in range(10**5):\n        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    ),
    "prints": _taking("while True:\n        print('x' * 1000)", _OUTPUT),
    "prints-and-clears": _taking(
        "while True:\n        print('x' * 10**5, flush=True)\n        clear_output()", _OUTPUT
    ),
    "tiny-outputs": _taking("for n in range(10**6):\n        display({'text/plain': 'x'}, raw=True)"),
    "displays": _taking("while True:\n        display({'text/plain': 'x' * 10**6}, raw=True)", _OUTPUT),
    "one-display": _taking("display({'text/plain': 'x' * 10**8}, raw=True)", _OUTPUT),
    "heavy-markup": _taking(
        "display({'text/html': ''.join(f'<font size={n}>' for n in range(10**5))}, raw=True)"
    ),
    "much-markup": _taking(
        "for kind in ('html', 'markdown'):\n"
        "        for n in range(15):\n"
        "            display({f'text/{kind}': ' '.join(f'<font size={n}>' for n in range(2500))}, raw=True)"
    ),
    "updates": _taking(
        "shown = display('x', display_id=True)\n    while True:\n        shown.update('y' * 10**5)", _OUTPUT
    ),
    "disk": _taking(
        "for number in itertools.count():\n        open(f'/tmp/{number}', 'wb').write(bytes(2**20))",
        "raised OSError",
    ),
    "shared-memory": _taking(
        "for number in itertools.count():\n        open(f'/dev/shm/{number}', 'wb').write(bytes(2**20))",
        "raised OSError",
    ),
    "one-file": _taking("open('large', 'wb').truncate(2**30)", "raised OSError"),
    "open-files": _taking("kept = [open('/dev/null') for _ in range(10**6)]", "raised OSError"),
    "graders-folder": _taking(
        "open(os.path.dirname(sys.argv[2]) + '/large', 'wb').write(bytes(8 * 2**20))\n    time.sleep(60)",
        "wrote into the grader's folder",
    ),
    "kills-all": _taking("os.kill(-1, 9)", "raised ProcessLookupError"),
    "kills-parent": _taking("os.kill(os.getppid(), 9)\n    return np.zeros(len(x))"),
    "signals-parent": _taking(
        "for number in (1, 2, 3, 15, 19):\n        os.kill(os.getppid(), number)\n    return np.zeros(len(x))"
    ),
    "kills-itself": _taking("os.kill(os.getpid(), 9)", "the kernel died"),
    "stops-itself": _taking("os.kill(os.getpid(), 19)", _TIME),
    "exits": _taking("os._exit(0)", "the kernel died"),
    "quits": _taking("quit()", "raised SystemExit"),
    "segfault": _taking("ctypes.string_at(0)", "the kernel died"),
    "aborts": _taking("os.abort()", "the kernel died"),
    "shuts-down": _taking("get_ipython().kernel.do_shutdown(True)\n    os._exit(0)", "the kernel died"),
    "endless": _taking("while True:\n        pass", _TIME),
    "swallows-interrupts": _taking(
        "while True:\n        try:\n            while True:\n                pass\n"
        "        except BaseException:\n            pass",
        _TIME,
    ),
    "ignores-interrupts": _taking(
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n    while True:\n        time.sleep(1)", _TIME
    ),
    "endless-in-c": _taking("return re.match('(a*)*b', 'a' * 64)", _TIME),
    "endless-number": _taking("return 7 ** 10**9", _TIME),
    "endless-finally": _taking(
        "try:\n        time.sleep(60)\n    finally:\n        while True:\n            pass", _TIME
    ),
    "closes-all": _taking("os.closerange(3, 256)\n    time.sleep(1)"),
    "closes-sockets": _taking("get_ipython().kernel.iopub_thread.stop()\n    time.sleep(1)"),
    "forbids-itself": _taking("resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n    open('x', 'w')"),
    "daemon": Attack(
        FULL,
        {
            "predict": f"{_IMPORTS}def predict(x, W):\n"
            "    code = 'import os, time; os.setsid(); os.fork() and os._exit(0); time.sleep(600)'\n"
            f"    subprocess.Popen([sys.executable, '-c', code + '  # {MARK}'])\n"
            "    return (x @ W).argmax(axis=1)"
        },
    ),
}
