"""Processes that begin, where the system can fork, as copies of one that has imported what is slow.

Kernels and drawers take most of their time for IPython, pandas and matplotlib.
"""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing.context import BaseContext

COPIED = "forkserver" in multiprocessing.get_all_start_methods()
_SLOW_TO_IMPORT = ["ipykernel.kernelapp", "wuxi_data.drawing", "wuxi_data.report"]


def context() -> BaseContext:
    """What starts processes; the one that they are copies of begins to import at once."""
    if not COPIED:
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver, resource_tracker  # not on Windows

    copying = multiprocessing.get_context("forkserver")
    copying.set_forkserver_preload(_SLOW_TO_IMPORT)
    resource_tracker.ensure_running()  # which unblocks signals once it runs
    # Ctrl-C goes to every process of a terminal: only this one should hear it.
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
    return copying
