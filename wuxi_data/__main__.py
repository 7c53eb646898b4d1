"""``python -m wuxi_data`` is the command ``wuxi-data``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main(prog="python -m wuxi_data"))
