"""``make bench`` runs every benchmark, ``make bench NAME=x`` one; the figures come last: ``name value unit``."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIGURE = re.compile(r"\S+ -?\d+(\.\d+)? \S+")


def names() -> list[str]:
    """The benchmarks: the modules of this package but this one."""
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run each in a process of its own, so that none warms another; returns the exit code."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(names())}.", file=sys.stderr)
        return 1
    figures: list[str] = []
    failed = False
    for name in wanted or names():
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"bench.{name}"]
        with subprocess.Popen(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                if FIGURE.fullmatch(line.strip()):
                    figures.append(line.strip())
                else:
                    print(line, end="", flush=True)
        if process.returncode != 0:
            print(f"{name} failed.", file=sys.stderr)
            failed = True
    print("\n".join(figures))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
