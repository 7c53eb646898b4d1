"""Kernels of the Python that runs now, whatever kernelspecs the user has.

Where the system can fork, one begins as a copy of a process that may have imported already what
takes a kernel most of its time: IPython, pandas and matplotlib.
"""

from __future__ import annotations

import linecache
import multiprocessing
import os
import signal
import sys
import threading

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import LocalProvisioner

_COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


class OwnKernel(AsyncKernelManager):
    """A manager of one kernel, as nbclient wants it."""

    kernel_spec = KernelSpec(argv=_COMMAND, language="python")

    def __init__(self, **given):
        super().__init__(**given)
        if "forkserver" in multiprocessing.get_all_start_methods():
            self.provisioner = _Forking(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )


class _Forking(LocalProvisioner):
    """Forks where its parent would have started another Python."""

    async def launch_kernel(self, cmd: list[str], *, env: dict, cwd: str, **_given):
        forking = multiprocessing.get_context("forkserver")
        process = forking.Process(target=_be_a_kernel, args=(cmd, env, cwd))
        process.start()
        self.process, self.pid = _AsPopen(process), process.pid
        self.pgid = process.pid  # signals reach all that a notebook started, too
        return self.connection_info


class _AsPopen:
    """A process with those methods of :class:`subprocess.Popen` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, process: multiprocessing.Process):
        self._process, self.kill, self.terminate = process, process.kill, process.terminate

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self.poll()

    def send_signal(self, signum: int) -> None:
        os.kill(self._process.pid, signum)


def _be_a_kernel(cmd: list[str], env: dict[str, str], cwd: str) -> None:
    os.setsid()  # interrupts from the terminal are the parent's to hear
    import numpy as np
    import pandas as pd
    from ipykernel.kernelapp import IPKernelApp

    os.environ.clear()
    os.environ |= env
    os.chdir(cwd)
    sys.argv = [*cmd[2:], "--IPKernelApp.parent_handle=1"]  # no word on how to connect to it
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _be_a_main_process()
    pd.set_option("display.max_columns", 20)  # as where pandas is imported in a kernel
    np.random.seed()  # or every kernel would draw the same numbers
    IPKernelApp.launch_instance()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os.killpg(0, signal.SIGKILL)


def _be_a_main_process() -> None:
    """Let a notebook start processes of its own as in any kernel, by this system's method."""
    here = multiprocessing.current_process()
    here.name, here._identity = "MainProcess", ()
    multiprocessing.process._parent_process = None
    multiprocessing.process.ORIGINAL_DIR = os.getcwd()  # its children find modules there
    multiprocessing.set_start_method(None, force=True)
    linecache.clearcache()  # it may hold our command as the text of every eval
