"""Attempts to access anything outside the submission: expressions that are true if they succeed."""

from __future__ import annotations

READS = {
    "key": "[open(path).read() for path in glob.glob(COURSE + '/.autograder/**/*.json', recursive=True)]",
    "source": "open(COURSE + '/source_solutions/01_tiny/tiny.ipynb').read()",
    # A virtual environment in this folder is bound into the sandbox, and its parent folders with it.
    "beside-package": "'source_solutions' in os.listdir(os.path.dirname(PACKAGE))",
    "other-submission": "open(COURSE + '/submitted/honest/01_tiny/tiny.ipynb').read()",
    "gradebook": "open(COURSE + '/gradebook.db', 'rb').read()",
    "tmp": "os.stat(CANARY)",
    "grader-environment": "open(f'/proc/{GRADER}/environ').read()",
}
CONNECTS = {
    "processes": "sum(name.isdecimal() for name in os.listdir('/proc')) > 3",
    "grader-process": "os.kill(GRADER, 0) or 'seen'",
    "network": "socket.create_connection(('127.0.0.1', PORT), timeout=5)",
    "abstract-socket": "socket.socket(socket.AF_UNIX).connect(chr(0) + ABSTRACT) or 'connected'",
}
WRITES = {
    "write-course": "open(COURSE + '/written', 'w')",
    "write-gradebook": "open(COURSE + '/gradebook.db', 'ab')",
}

#: Attempts in which ordinary users would fail without a sandbox as well, or that would leave traces.
SEALED = {
    "shadow": "os.stat('/etc/shadow')",
    "passwd": "open('/etc/passwd').read()",
    "home": "[path for path in AT_HOME if os.path.lexists(path)]",
    "run": "os.listdir('/run')",
    "var": "os.listdir('/var')",
    "environment": "SECRET in str(os.environ)",
    "own-environment": "SECRET in open('/proc/self/environ').read()",
    "names-on-the-network": "socket.getaddrinfo('example.org', 80)",
    "other-addresses": "socket.create_connection(('192.0.2.1', 80), timeout=5)",
    "raw-socket": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "write-package": "open(os.path.dirname(autograder.__file__) + '/written', 'w')",
    "write-core": "open(os.path.dirname(gradbook.__file__) + '/written', 'w')",
    "write-python": "open(sys.prefix + '/written', 'w')",
    "write-usr": "open('/usr/written', 'w')",
    "mount": "ctypes.CDLL(None).mount(b'/', b'/tmp', None, 4096, None) == 0",
    "user-namespace": "ctypes.CDLL(None).unshare(0x10000000) == 0",
    "first-process": "SECRET in open('/proc/1/environ').read()",
    "descriptors": "[fd for fd in os.listdir('/proc/self/fd') if COURSE in os.path.realpath(FD + fd)]",
    "devices": "[name for name in os.listdir('/dev') if name.startswith(('sd', 'nvme', 'mem', 'kmsg'))]",
    # The reference solution, the key and later hidden lines are not in memory. The text is searched in two
    # halves, so that the search does not find itself.
    "reference-in-memory": "in_memory('twice', '_as_much')",
    "later-lines-in-memory": "in_memory('standard_normal', '(7)')",
    "hidden-in-command": "'standard' + '_normal' in open('/proc/self/cmdline').read()",
}

HELP = """
import autograder, ctypes, gc, glob, gradbook, os, socket, sys


def in_memory(*halves):
    # Return whether a text, given in two halves, is anywhere in the memory of the process.
    head, tail = (half.encode() for half in halves)
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            start, end = (int(part, 16) for part in place.split("-"))
            if "rw" not in rights or "[v" in line:
                continue
            try:
                memory.seek(start)
                found = memory.read(end - start)
            except (OSError, ValueError):
                continue
            place = found.find(head)
            while place >= 0:
                if found.startswith(tail, place + len(head)):
                    return True
                place = found.find(head, place + 1)
    return False


# The search works: this comment puts what cannot find itself into memory.
assert in_memory("cannot find", " itself")


def look(name, attempt):
    try:
        print(name, "reached" if attempt() else "refused: not found")
    except Exception as error:
        print(name, "refused:", type(error).__name__)


def double(x):
    return 2 * x

"""


def looking(looks: dict[str, str], names: dict[str, object]) -> str:
    """Return a correct solution that makes these attempts, and prints the result of each."""
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    lines = "".join(f"look({name!r}, lambda: {expression})\n" for name, expression in looks.items())
    return HELP + given + lines
