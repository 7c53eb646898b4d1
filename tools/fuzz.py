"""Throw anything at what reads a user's text: ``python -m tools.fuzz --inputs 50000``.

A finding is an exception that is not the package's own clear error, or an answer that takes
longer than a few seconds. It exits 1 where there is one, and prints the inputs.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
from collections import Counter

import pandas as pd

import wuxi_data as wd
from wuxi_data import charts, numerals, places, prose
from wuxi_data.quantity import evaluate, parse_quantity, verdict

LONGEST = 5  # seconds for one input
PIECES = [
    *"0123456789０９．，,.-—~％%〇零一二两三四五六七八九十百千万亿余多几数半约近超",
    *" \t\n'\"=+@|{}:()/*²½年月日人亩户处成倍《》“”🙂í\u202e\ud7ff\0",
    *("以上", "左右", "不到", "不足", "至少", "大约", "超过", "分之", "百分之", "公里", "分钟"),
    *("万元", "亿元", "人民币", "1e9", "nan", "inf", "-0", "1_000", "0x1f", "1992—2021", "第3批"),
    *("jilin-annual-2020", "jilin-annual-usual", "projects-2020", "huatai_township", "CNY"),
    *(" + ", " - ", " * ", " / ", ":period", ":percent", ":number", ":label", "{{", "}}"),
    *("9" * 30, "1" * 400),
]
OURS = places.Folder.at()
THEMES = (wd.load_funding, wd.load_projects, wd.load_water_works, wd.load_training, wd.load_county)
FORMS = (wd.columns, wd.bars, wd.nested, wd.squares, wd.spans)
CLEAR = (ValueError, ZeroDivisionError)


def text(rng: random.Random, most: int = 9) -> str:
    return "".join(rng.choices(PIECES, k=rng.randint(0, most)))


def parser(rng: random.Random) -> object:
    said = text(rng)
    found = [*numerals.figures(said), *prose.numerals(said)]
    return found, clearly(numerals.read, said), clearly(parse_quantity, said)


def audit(rng: random.Random) -> object:
    said = "\n".join(text(rng, 30) for _ in range(rng.randint(1, 4)))
    report = wd.audit(said)
    return str(report), wd.propose(report, said)


def words(rng: random.Random) -> object:
    both = tuple(
        "".join(rng.choice((text(rng, 3), "{" + text(rng, 4) + "}")) for _ in range(2))
        for _ in places.LANGS
    )
    return places.typed_numbers(both[0]), clearly(places.fill, both, OURS)


def formula(rng: random.Random) -> object:
    names = [*OURS.facts, *map(str, range(3)), "(", ")", text(rng, 2)]
    said = " ".join(rng.choice((rng.choice(names), rng.choice("+-*/()"))) for _ in range(7))
    made = clearly(evaluate, said, OURS.facts)
    if not made:
        return None
    other = rng.choice([*OURS.facts.values()])
    said = made.wording("zh"), made.wording("en")
    return said, clearly(verdict, made, rng.choice(("=", "<", "<=")), other)


def form(rng: random.Random) -> object:
    table = rng.choice(THEMES)()
    rows = table.sample(rng.randint(0, len(table)), random_state=rng.randint(0, 10**6))
    if rng.random() < 0.2:
        rows = pd.concat([rows, rng.choice(THEMES)()[:2]])
    label = rng.choice((None, *rows.columns, "period", text(rng, 2)))
    per = rng.choice((1, 0, -1, 10, 1e9, 0.5))
    options = {"label": label} | ({"per": per} if rng.random() < 0.3 else {})
    made = clearly(rng.choice(FORMS), rows, **options)
    return made and (made.text(), charts.Chart.from_json(made.to_json()) == made)


# Of a hundred inputs so many; a form takes a hundred times as long as a token.
SHARES = {parser: 60, audit: 4, words: 20, formula: 14, form: 2}


def clearly(ask, *given, **options):
    """The answer, or None where the package says clearly why there is none."""
    try:
        return ask(*given, **options)
    except CLEAR as error:
        if not str(error):
            raise RuntimeError("an error without a word") from error
        return None


def too_long(*_):
    raise TimeoutError(f"over {LONGEST} s")


def main(argv: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--inputs", type=int, default=50_000)
    options.add_argument("--seed", type=int, default=0)
    asked = options.parse_args(argv)
    signal.signal(signal.SIGALRM, too_long)
    findings, done, began = Counter(), Counter(), time.monotonic()
    targets = random.Random(asked.seed).choices([*SHARES], [*SHARES.values()], k=asked.inputs)
    for number, target in enumerate(targets):
        signal.alarm(LONGEST)
        try:
            target(random.Random(f"{asked.seed} {number}"))
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            finding = f"{target.__name__}: {type(error).__name__} at {where.name}:{where.lineno}"
            if not findings[finding]:
                print(f"{finding} (seed {asked.seed}, input {number}): {error}"[:500], flush=True)
            findings[finding] += 1
        finally:
            signal.alarm(0)
        done[target.__name__] += 1
    print(f"{dict(done)}, {sum(findings.values())} findings, {time.monotonic() - began:.0f} s")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
