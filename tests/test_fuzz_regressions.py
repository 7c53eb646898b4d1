"""What the fuzzers found, so that it is found only once; and that they would find it again."""

import shutil
from pathlib import Path

import pytest

import wuxi_data as wd
from tools import fuzz

OURS = Path(wd.__file__).parent / "data"


@pytest.mark.parametrize("qualifier", ["CNY", "nearly", "", "exact "])
@pytest.mark.parametrize("token", ["2100万元", "2万元"])
def test_a_total_of_unknown_qualifier_that_its_parts_exceed_is_a_fault(tmp_path, qualifier, token):
    """It was a ValueError: the sum of the parts was compared with a figure that is none."""
    for name in ("sources", "funding"):
        shutil.copy(OURS / f"{name}.csv", tmp_path)
    table = tmp_path / "funding.csv"
    old, new = "21000000,CNY,exact,2100万元", f"20000,CNY,{qualifier},{token}"
    text = table.read_text("utf-8")
    assert old in text
    table.write_text(text.replace(old, new), "utf-8")
    assert ("funding.csv", "qualifier") in {(f.file, f.column) for f in wd.check(tmp_path)}
    with pytest.raises(wd.TableError):
        wd.load_funding(tmp_path)


class Fixed:
    """Choices that are always the first."""

    def integer(self, low, high):
        return low


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (lambda given: 1 / 0, "ZeroDivisionError"),
        (lambda given: wd.parse_quantity("no figure"), "ValueError at numerals"),
        (lambda given: "".join(iter(lambda: "x", "y")), "Hang"),
    ],
    ids=["an exception", "one of ours", "a hang"],
)
def test_the_fuzzer_reports_what_it_should(monkeypatch, run, found):
    monkeypatch.setattr(fuzz, "SECONDS", 0.2)
    watch = fuzz.Watch((lambda choose: choose.integer(0, 1), run))
    watch(Fixed())
    (finding,) = watch.findings
    assert finding.startswith(found), f"expected {found}, got {finding}"
    assert watch.count == 1


@pytest.mark.parametrize("target", fuzz.RUN)
def test_a_short_run_of_each_target_finds_nothing(target):
    from hypothesis import HealthCheck, given, settings, strategies

    watch = fuzz.Watch(target)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategies.data())
    def throw(data):
        watch(fuzz.Drawn(data))

    throw()
    assert watch.count >= 8
    assert watch.findings == {}


def test_a_printed_figure_of_thirty_digits_is_worded_with_all_of_them():
    """It was ≈10, which no token is."""
    token = "９．" + "９" * 30
    wording = wd.parse_quantity(token).wording()
    assert wording == "9." + "9" * 30
    assert wd.parse_quantity(wording) == wd.parse_quantity(token)
