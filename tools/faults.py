"""What may go wrong while everything is reproduced, made to go wrong: ``python -m tools.faults``.

After each fault every file must be whole, either the old one or the new one, and the next run
must finish. Linux, as root for the full and the read-only disk; what cannot be tried is said.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "wuxi_data.cli", "reproduce"]
_STALE = b"\nold"


class NotHere(Exception):
    """This machine cannot make that fault."""


def main() -> int:
    """Try every fault and return 0 where all were survived."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50, help="how often to kill a run")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    survived = tried = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, fault in faults(place, arguments):
            began = time.monotonic()
            try:
                trouble = fault()
            except NotHere as reason:
                print(f"not tried  {name}: {reason}", flush=True)
                continue
            tried += 1
            survived += not trouble
            took = time.monotonic() - began
            print(
                f"{'FAILED' if trouble else 'survived'}  {name} ({took:.1f} s) {trouble or ''}",
                flush=True,
            )
    print(f"{survived} of {tried} faults survived")
    return 0 if survived == tried else 1


def faults(place: Path, arguments) -> Iterator[tuple[str, Callable[[], str | None]]]:
    """Each fault's name, and a trial of it that returns what went wrong."""
    chance = random.Random(arguments.seed)
    for number in range(1, arguments.kills + 1):
        yield f"SIGKILL {number} of {arguments.kills}", lambda: killed(place / "killed", chance)
    yield "a run after all those kills", lambda: finishes(place / "killed")
    yield "a full disk", lambda: full_disk(place / "full")
    yield "a read-only folder", lambda: read_only(place / "readonly")
    yield "two runs at once", lambda: two_at_once(place / "two")
    for locale, zone in (
        ("C", "UTC"),
        ("zh_CN.GB18030", "Asia/Shanghai"),
        ("tr_TR.UTF-8", "America/St_Johns"),
    ):
        surroundings = {"LC_ALL": locale, "LANG": locale, "TZ": zone, "PYTHONHASHSEED": "7"}
        yield f"LC_ALL={locale} TZ={zone}", partial(in_locale, place, surroundings)
    yield (
        "HOME not writable",
        lambda: same_bytes({"HOME": "/proc/nowhere", "XDG_CACHE_HOME": "/proc"}),
    )
    yield "no network at all", lambda: same_bytes({}, before=no_network())


# -------------------------------------------------------------------- the trials


def killed(out: Path, chance: random.Random) -> str | None:
    """Kill a run at a random moment: half of the time while it is writing."""
    stale = old_files(out)
    first = next(path for path in sorted(stale) if path.suffix == ".ipynb")
    child = os.fork()
    if child == 0:
        os.setsid()
        run_quickly(out)
    moment = chance.random()
    began = time.monotonic()
    if chance.random() < 0.5:
        while first.read_bytes() == stale[first] and not exited(child):
            time.sleep(0.0005)
        time.sleep(moment * 0.03)
    else:
        while time.monotonic() - began < moment * 4 and not exited(child):
            time.sleep(0.002)
    try:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass  # it was faster
    return broken(out, stale)


def exited(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True


def run_quickly(out: Path) -> None:
    """In a forked child: a whole run but for most notebooks, with everything imported already."""
    from wuxi_data import reproduce

    with open(os.devnull, "w") as nowhere, tempfile.TemporaryDirectory() as notebooks:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        shutil.copy(ROOT / "notebooks" / "01_funding.ipynb", notebooks)
        reproduce.reproduce(out=out, notebooks=notebooks)
    os._exit(0)


def finishes(out: Path) -> str | None:
    """Run to the end over whatever is there, and compare with the repository."""
    done = run(["--out", str(out)])
    return failure(done) or different(out)


def full_disk(out: Path) -> str | None:
    with mounted(out, "size=600k"):
        done = run(["--out", str(out)])
        if done.returncode != 1 or "No space left" not in done.stderr:
            return f"exit {done.returncode}: {done.stderr[-300:]}"
        return broken(out, {})


def read_only(out: Path) -> str | None:
    with mounted(out, "ro"):
        done = run(["--out", str(out)])
        if done.returncode == 0 or "Traceback" in done.stderr or "Read-only" not in done.stderr:
            return f"exit {done.returncode}: {done.stderr[-300:]}"
        return None


def two_at_once(out: Path) -> str | None:
    old_files(out)
    both = [subprocess.Popen([*COMMAND, "--out", out], cwd=out.parent, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True) for _ in range(2)]  # fmt: skip
    for each in both:
        _, said = each.communicate()
        if each.returncode:
            return said[-300:]
    return different(out)


def in_locale(place: Path, surroundings: dict[str, str]) -> str | None:
    return same_bytes(surroundings | installed(place, surroundings["LC_ALL"]))


def installed(place: Path, locale: str) -> dict[str, str]:
    """Compile a locale: of one that is missing, a program silently makes C."""
    if locale == "C":
        return {}
    (name, charset), folder = locale.split("."), place / "locales"
    folder.mkdir(exist_ok=True)
    command = ["localedef", "-i", name, "-f", charset, folder / locale]
    if not shutil.which("localedef") or subprocess.run(command, check=False).returncode:
        raise NotHere(f"no {locale} (Debian: apt install locales)")
    return {"LOCPATH": str(folder)}


def same_bytes(surroundings: dict[str, str], before: list[str] | None = None) -> str | None:
    return failure(run(["--check"], surroundings, before))


def no_network() -> list[str]:
    return ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


# -------------------------------------------------------------------- what is right


def old_files(out: Path) -> dict[Path, bytes]:
    """Fill a folder with an older version of every file that a run writes."""
    shutil.rmtree(out, ignore_errors=True)
    for name in ("notebooks", "figures"):
        shutil.copytree(ROOT / name, out / name)
    files = [path for path in out.rglob("*") if path.is_file()]
    for path in files:
        path.write_bytes(path.read_bytes() + _STALE)
    return {path: path.read_bytes() for path in files}


def broken(out: Path, stale: dict[Path, bytes]) -> str | None:
    """Name a file that is neither the old one nor the new one."""
    for path in out.rglob("*"):
        if not path.is_file() or path.suffix == ".part":
            continue
        content = path.read_bytes()
        new = (ROOT / path.relative_to(out)).read_bytes()
        if content not in (new, stale.get(path)):
            return f"{path.relative_to(out)} is neither old nor new"
    return None


def different(out: Path) -> str | None:
    for name in ("notebooks", "figures"):
        for path in (ROOT / name).iterdir():
            if path.is_file() and (out / name / path.name).read_bytes() != path.read_bytes():
                return f"{name}/{path.name} differs from the repository's"
    return None


def run(arguments: list[str], surroundings: dict[str, str] | None = None, before=None):
    return subprocess.run(
        [*(before or []), *COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **(surroundings or {})},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def failure(done) -> str | None:
    return (
        f"exit {done.returncode}: {(done.stdout + done.stderr)[-600:]}" if done.returncode else None
    )


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Stand a small or read-only file system where the run is to write."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "none", folder]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise NotHere("mounting a file system needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


if __name__ == "__main__":
    sys.exit(main())
