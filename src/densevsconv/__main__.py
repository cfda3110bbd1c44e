"""``python -m densevsconv`` is the ``densevsconv`` command."""

import sys

from densevsconv.cli import main

if __name__ == "__main__":
    sys.exit(main())
