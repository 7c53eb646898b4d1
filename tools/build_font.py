"""Cut the package's font out of Noto Sans SC: the same bytes from the same source.

Get the source and build both weights::

    npm pack @expo-google-fonts/noto-sans-sc@0.4.3
    tar xzf expo-google-fonts-noto-sans-sc-0.4.3.tgz
    python -m tools.build_font wuxi_data/fonts/WuxiDataSans-Regular.ttf \\
        package/400Regular/NotoSansSC_400Regular.ttf
    python -m tools.build_font wuxi_data/fonts/WuxiDataSans-SemiBold.ttf \\
        package/600SemiBold/NotoSansSC_600SemiBold.ttf
    cp package/LICENSE_FONT wuxi_data/fonts/OFL.txt

The weight is the source's own. The family gets its own name: Noto is a trademark, and a reader who
has the full font installed must not get ours in its place.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY = "Wuxi Data Sans"
BLOCKS = [
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1: × ÷ ± ² ³ ° £ ¥ and Western names
    (0x0100, 0x017F),  # Latin Extended-A
    (0x01CD, 0x01DC),  # pinyin: ǎ ǐ ǒ ǔ ǖ ǘ ǚ ǜ
    (0x2010, 0x2027),  # dashes, quotes, ellipsis
    (0x2030, 0x2033),  # ‰ and primes
    (0x2460, 0x2473),  # ① … ⑳
    (0x3000, 0x301F),  # CJK punctuation
    (0xFF01, 0xFF5E),  # full-width forms
]
SINGLES = "ǹḿ₩€№℃‹›※→←↑↓↔≈≠≥≤−∞√∑⊂⊆∩∪●○■□▲△▶▼▽◆◇★☆◎✓"


def gb2312() -> set[int]:
    """Every hanzi of GB 2312: both levels, for real place names need the second."""
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return {ord(char) for pair in pairs if (char := pair.decode("gb2312", "ignore"))}


def wanted() -> set[int]:
    """Every code point that the font is asked for; the source may lack a few."""
    blocks = {code for first, last in BLOCKS for code in range(first, last + 1)}
    return gb2312() | blocks | {ord(char) for char in SINGLES}


def rename(font: TTFont) -> None:
    """Give every naming record our family; copyright and licence records stay as they are."""
    table = font["name"]
    style = table.getDebugName(17) or table.getDebugName(2)
    plain = style in ("Regular", "Bold")
    names = {
        1: FAMILY if plain else f"{FAMILY} {style}",
        2: style if plain else "Regular",
        3: f"{FAMILY} {style} 1.0",
        4: f"{FAMILY} {style}",
        6: f"{FAMILY.replace(' ', '')}-{style}",
    }
    if not plain:
        names |= {16: FAMILY, 17: style}
    for name_id in {1, 2, 3, 4, 6, 16, 17, 25}:
        table.removeNames(nameID=name_id)
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)


def one_language(font: TTFont) -> None:
    """No language-specific forms: otherwise the machine's locale would choose among digits."""
    for tag in ("GSUB", "GPOS"):
        for record in font[tag].table.ScriptList.ScriptRecord:
            record.Script.LangSysRecord, record.Script.LangSysCount = [], 0


def even_lines(font: TTFont) -> None:
    """Lines of 1.32 em for matplotlib, which otherwise centres each line on its own ink."""
    font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender = 1040, -280


def build(dest: Path, source: Path) -> None:
    """Write the subset of ``source`` to ``dest``."""
    options = Options()
    options.hinting = False
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.drop_tables += ["STAT", "vhea", "vmtx", "BASE"]  # a variable axis, vertical setting
    font = TTFont(source, recalcTimestamp=False)
    one_language(font)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted())
    subsetter.subset(font)
    rename(font)
    even_lines(font)
    font.save(dest)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tools.build_font DEST SOURCE.ttf")
    build(Path(sys.argv[1]), Path(sys.argv[2]))
