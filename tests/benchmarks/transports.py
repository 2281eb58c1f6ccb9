"""The client on each transport against raw HTTP clients and other SDKs, on loopback.

    python tests/benchmarks/transports.py
    python tests/benchmarks/transports.py --quick --parts get,burst

The server is a process of its own and responds from memory; each client is a process of its own
too, and only one runs at a time. Figures are medians of interleaved rounds, ratios are over `raw
httpx` in the same round. Each client proves by a checksum that it read the same values.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from side_by_side.contest import CLIENTS
from side_by_side.run import HERE, Run

PARTS = ["get", "burst", "list", "parse", "memory", "start"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds and requests")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    options = parser.parse_args()
    names = [name for name in CLIENTS if not missing(name)]
    for name in CLIENTS.keys() - names:
        print(f"Without {name}: {CLIENTS[name].package} cannot be imported.")
    command = [sys.executable, "-m", "side_by_side.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE) as server:
        try:
            assert server.stdout is not None
            run = Run(int(server.stdout.readline()), names, quick=options.quick)
            run.table.head()
            for part in options.parts.split(","):
                run.parts[part]()
        finally:
            server.terminate()
    different = [what for what, sums in run.sums.items() if len(sums) != 1]
    print("\nAll read the same values." if not different else f"\nDIFFERENT VALUES: {different}")
    sys.exit(bool(different))


def missing(name: str) -> bool:
    """Return whether the library of a client cannot be imported."""
    # In a process of its own: some are installed, but lack a dependency.
    command = [sys.executable, "-c", f"import {CLIENTS[name].package or 'sys'}"]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


if __name__ == "__main__":
    main()
