"""Kernels of the Python that runs now, whatever kernelspecs the user has."""

from __future__ import annotations

import importlib
import linecache
import multiprocessing
import os
import signal
import sys
import threading
from functools import partial
from types import SimpleNamespace

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import LocalProvisioner

from . import processes

_COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


class OwnKernel(AsyncKernelManager):
    """A manager of one kernel, as nbclient wants it."""

    kernel_spec = KernelSpec(argv=_COMMAND, language="python")

    def __init__(self, **given):
        super().__init__(**given)
        if processes.COPIED:
            self.provisioner = _Forking(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )


class _Forking(LocalProvisioner):
    """Forks where its parent would have started another Python."""

    async def launch_kernel(self, cmd: list[str], *, env: dict, cwd: str, **_given):
        process = processes.context().Process(target=_be_a_kernel, args=(cmd, env, cwd))
        process.start()
        self.process, self.pid = _as_popen(process), process.pid
        self.pgid = process.pid  # signals reach all that a notebook started, too
        return self.connection_info


def _as_popen(process: multiprocessing.Process) -> SimpleNamespace:
    """A process with what a provisioner uses of :class:`subprocess.Popen`."""

    def code() -> int | None:
        return process.exitcode

    return SimpleNamespace(
        poll=code,
        wait=code,  # called when it has ended
        send_signal=partial(os.kill, process.pid),
        kill=process.kill,
        terminate=process.terminate,
        **dict.fromkeys(("stdin", "stdout", "stderr")),
    )


def _be_a_kernel(cmd: list[str], env: dict[str, str], cwd: str) -> None:
    os.setsid()  # interrupts from the terminal are the parent's to hear
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in any kernel; one that waits is dropped
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
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
    importlib.reload(multiprocessing.process)  # forgets its parent; its children find modules here
    multiprocessing.set_start_method(None, force=True)
    linecache.clearcache()  # it may hold our command as the text of every eval
