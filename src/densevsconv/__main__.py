"""The ``densevsconv`` command, also as ``python -m densevsconv``."""

import gc
import os
import signal
import sys

INTERRUPTED = 130
SHOW_CURSOR = "\x1b[?25h"
"""A live bar hides it."""


def main() -> int:
    """Run the command; Ctrl-C ends it at any moment, while libraries are imported too."""
    signal.signal(signal.SIGINT, _interrupted)
    # while libraries are imported there is little to collect, and looking takes a fifth of the time
    gc.set_threshold(100_000)
    from densevsconv.cli import main

    return main()


def _interrupted(*_: object) -> None:
    # at once, not by an exception, which libraries turn into tracebacks of their own: files are
    # written under temporary names, so there is nothing to tidy
    try:
        print(
            f"{SHOW_CURSOR if sys.stderr.isatty() else ''}\ndensevsconv: interrupted; what is "
            "finished is kept, the same command goes on from there",
            file=sys.stderr,
            flush=True,
        )
    finally:
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
