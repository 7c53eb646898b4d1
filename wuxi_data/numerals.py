"""Reading print: where a figure begins and ends in running text, and what it says.

The one home of what 约, 余, 多, 以上, 不到 and 万 mean. One grammar finds the figures of a line
(:func:`figures`) and reads a token (:func:`read`): a token is read if the grammar, met with it
alone, takes it whole. What a proposal says, what a row may say and what the audit accepts as the
whole printed figure can therefore not differ.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from .files import PACKAGE
from .messages import _


class Unread(ValueError):
    """Print that has no one reading."""

    def __init__(self, token: str, expected: str):
        super().__init__(token, expected)
        self.token, self.expected = token, expected

    def __str__(self):
        words = {"token": self.token, "expected": self.expected}
        return _("cannot read {token!r} as a printed figure: expected {expected}", **words)


class Reading(NamedTuple):
    """What a token says: a value, where it has a single one, and the bounds that it admits.

    A bound of None is not there. The bounds are computed as if 约 were absent; `about` says that
    it is not.
    """

    value: int | Fraction | None
    low: int | Fraction | None
    high: int | Fraction | None
    low_open: bool
    high_open: bool
    about: bool
    unit: str
    qualifier: str | None


class Figure(NamedTuple):
    """One printed figure of a line, with every word that belongs to it.

    Attributes
    ----------
    start, end : int
    stops : tuple of int
        Where a token may end: at `end`, and before a noun that only says what is counted, so that
        10个 may stand for 10个乡镇.
    reading : Reading or None
        None where it has no one reading; `trouble` says why.
    trouble : str
    sure : bool
        Whether it is a figure beyond doubt: 三 of 三峡 and 一座 of 一座城市 are not.
    """

    start: int
    end: int
    stops: tuple[int, ...]
    reading: Reading | None
    trouble: str
    sure: bool


CALENDAR = range(1000, 3000)  # 1992年 is a year of the calendar, 29年 a length of time
LONGEST_TOKEN = 60

# -------------------------------------------------------------------- words

BEFORE = {
    **dict.fromkeys(("约", "大约", "近", "将近", "接近", "近似"), "about"),
    **dict.fromkeys(("超过", "超", "逾", "多于", "高于", "大于", "突破"), "over"),
    **dict.fromkeys(("至少", "不少于", "不低于", "不下于", "不小于", "上"), "at_least"),
    **dict.fromkeys(("不到", "不足", "未满", "不满", "少于", "低于", "小于"), "under"),
    **dict.fromkeys(("至多", "最多", "不超过", "不多于", "不高于", "不大于"), "at_most"),
}
_INSIDE = {**dict.fromkeys(("余", "多", "几"), "over"), "来": "about"}
_AFTER = {
    **dict.fromkeys(("以上", "及以上"), "at_least"),
    **dict.fromkeys(("以下", "及以下", "以内", "之内"), "at_most"),
    **dict.fromkeys(("左右", "上下"), "about"),
    "有余": "over",
}
# These stand beside a figure and change it, but nobody has fixed how.
_UNFIXED_BEFORE = "[逼迫趋]近|不止|何止|不只|不下|最[高低少大小]|[上下]限"
_UNFIXED_AFTER = "不等|不止|开外|出头|封顶|起步|起(?=[，。；、）)]|$)|之间|内(?![部外地容陆])"
# 约 of 签约, 近 of 附近, 上 of 晚上: no qualifiers.
_OTHER_WORD = re.compile(
    "(?:[逼迫趋]近|成[百千]上|[签节预条合公契履邀违誓盟制失爽简隐相缔毁守]约|[附最就靠邻临亲新远相走拉贴毗]近"
    "|[高赶反]超|[以晚早马地山身路线网世海岸手楼]上)$"
)
# Measure words that count things without naming them give no unit.
_COUNTERS = (
    *("个", "处", "座", "项", "张", "期", "次", "所", "家", "条", "件", "社", "套", "批"),
    *("份", "本", "册", "辆", "艘", "棵", "间", "栋", "幢", "款", "宗", "部", "篇", "场", "支"),
)
# What makes another word of a unit: 村 of 村级, 人 of 人民币, 年 of 年代.
_LONGER = {
    "村": "[级民卫委务部容史规庄落寨居医校干党支集务两]|小[学组]|文化",
    "社": "[会区保企团火科交]",
    "人": "[民均才口员]|居环|次|社局|大代|工[湖智造]|行[道天桥]|文",
    "户": "[均籍口外型主厕部]",
    "名": "[单称牌额录次列]",
    "年": "[级代轻龄均产货糕鉴报会检]",
    "元": "[旦素件宝宵月勋帅首老]",
    "天": "[然气津门水山坑空文性井]",
    "米": "[粉饭线价面]",
    "亩": "[产均]",
    "处": "[理置分于级长罚在方室]",
    "座": "[谈位右椅机]",
    "所": "[有在得需属谓]|以(?![上下内])",
    "项": "链",
    "家": "[庭长乡家属禽畜具电园校里人门国]",
    "头": "[等衔]",
    "只": "[有要是能]",
    "层": "[次级面]",
    "期": "[间末限望待货刊]",
    "班": "[子级车主组委列]",
    "吨": "[位级]",
    "次": "[日年数要序级产]",
    "件": "[套]",
    "场": "[所地合]",
    "部": "[分门委署长级队]",
    "支": "[部书出持援撑柱]",
    "间": "[接隔断]",
    "本": "[地县市省村乡镇级次月年科土]",
    "份": "[额]",
    "批": "[准复评发示]",
    "条": "[件例约款]",
    "台": "[阶州湾风账]",
    "例": "[如外子会]",
    "县": "[级城委政域长办区乡医人]",
    "区县": "[级]",
    "省": "[级市委政份直会区长略]",
    "乡": "[村政党亲镇下土贤卫企干]",
    "镇": "[政党上痛静长卫企]",
    "乡镇": "[卫政街企级中小党干敬]",
    "社区": "[工居卫服治党干矫医]",
    "项目": "[标录库部点组办资法经]",
    "岁": "[月末]",
    "里": "[程面边外头]",
    "度": "[过日假]",
    "成": "[为立功果员本效绩人年品套片林形都长就交千百]",
    "倍": "[增感加]",
    "眼": "[睛前光下界]",
    "口": "[号头罩岸粮径腔]",
    "位": "[数置于居列次]",
    "企业": "[家职工员]",
    "学校": "[生食操教宿]",
    "小学": "[生教食操]",
    "中学": "[生教食操]",
    "小时": "[候工]",
    "km": "[a-zA-Z0-9]",
    "m": "[a-zA-Z0-9²³]",
    "kW": "[a-zA-Z]",
    "MW": "[a-zA-Z]",
}
# Units that are these units only where a word beside them says so: what may follow, or precede.
_CONFIRMED = {
    "成": ("$|[，。；、！）)”以左上多余的]", "[近约超逾过足达占有]|[增减降提][加少低高长幅]"),
    "位": ("[^，。；、数置于居]{0,6}(?:人|民|者|员|师|家|生|志|工|部|友|童|妇|教授|医)", "(?!)"),
    "口": ("之家|[，。；、]|$|人", "家|户|全家|一家"),
    "度": ("以|[，。；、）)]", "坡度|气温|温度|倾角|[东西北南][经纬]|零下|高温"),
    "里": ("[长路]|的?路程|山路", "[长宽约近距行方]|方圆|周长|全程"),
}
# The noun after a measure word gives the unit; the figure ends with it.
_NOUNS = {
    **dict.fromkeys(("村民小组",), "villager_group"),
    **dict.fromkeys(("合作社", "互助社"), "cooperative"),
    **dict.fromkeys(("乡镇", "乡", "镇"), "township"),
    **dict.fromkeys(("区县", "县区", "县"), "county"),
    **dict.fromkeys(("学校", "中小学", "小学", "中学", "幼儿园"), "school"),
    **dict.fromkeys(("农户", "贫困户", "脱贫户", "低保户"), "household"),
    **{"村": "village", "社区": "community", "省": "province", "企业": "enterprise"},
    **{"项目": "project", "培训班": "class"},
}
_PEOPLE = dict.fromkeys(
    (
        *("人口", "农牧民", "农民", "移民", "居民", "群众", "学生", "师生", "教师", "干部"),
        *(
            "党员",
            "职工",
            "学员",
            "村民",
            "老人",
            "儿童",
            "劳动力",
            "干部群众",
            "农民工",
            "贫困人口",
            "各族群众",
        ),
    ),
    "person",
)
_NOT_PEOPLE = {
    "移民": "[安小村社乡镇新区县项工点住房户局培]",
    "居民": "[小楼点户收医消身社]",
    "农民": "[专合收画]",
    "群众": "[路文体工]",
    "学生": "[营餐宿食公票床]",
    "人口": "[普规密]",
    "干部": "[学培职教]",
    "村民": "[小委代自]",
}
_MODIFIERS = "[^\\W0-9a-zA-Z_〇零一二两三四五六七八九十百千万亿并与及或在被把使让等了着过其中]"
_DIGITS = "零一二三四五六七八九"
_SCALES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_PER_WORDS = {"月": "month", "日": "day", "年": "year"}
PER_BEFORE = {"人均": "person", "户均": "household", "亩均": "mu", "村均": "village"} | {
    "每人": "person", "每户": "household", "每亩": "mu", "每村": "village", "每吨": "t",
}  # fmt: skip
# Measures, of which there may be so much per acre; of people and houses there is not.
_MEASURED = ("CNY", "kg", "jin", "t", "m3", "kWh", "m", "km", "person", "plant", "USD")

# -------------------------------------------------------------------- characters

# One character for one character, so that places stay: NFKC would also read 10² as 102.
_PLAIN = {
    "０１２３４５６７８９．％／～－": "0123456789.%/~-",
    "億萬餘個畝戶兩數幾約過達於後內圓處項張條層種臺隻頭縣鄉鎮區廠學員師農應噸頃時鐘點歲": (
        "亿万余个亩户两数几约过达于后内元处项张条层种台只头县乡镇区厂学员师农应吨顷时钟点岁"
    ),
    "來較將節簽預會業專門間導領團組級幣貧戰週號檔務園實體際場車輛棟單雙條產從該負飲數際": (
        "来较将节签预会业专门间导领团组级币贫战周号档务园实体际场车辆栋单双条产从该负饮数际"
    ),
    "\u00a0\u3000\u2002\u2003\u2007\u2009\u200a\u202f\u2005\u2006\u2008": " " * 11,
}
_FOLD = str.maketrans({one: to for old, new in _PLAIN.items() for one, to in zip(old, new)})  # noqa: B905


def fold(text: str) -> str:
    """Full-width and traditional characters as their plain forms, each in its place."""
    return re.sub("(?<=[０-９])，(?=[０-９])", ",", text).translate(_FOLD)


# Every digit and every Chinese numeral, in words too: 百 of 百姓 is a numeral that somebody must
# have looked at. 30余万 is one numeral. Of folded text.
_HAN, _SCALE, _BLANK = "〇零一二两三四五六七八九十百千万亿半数几", "十百千万亿", "[ ]{0,2}"
_ARABIC = r"[0-9]+(?:,[0-9]{3}(?![0-9]))*(?:\.[0-9]+)?"
NUMERAL = re.compile(
    rf"{_ARABIC}(?:[{_SCALE}]*[余多几]?[{_SCALE}]+)?|[{_HAN}]+(?:[余多][{_SCALE}]+)?"
)


@cache
def unit_labels() -> dict[str, tuple[list[str], list[str]]]:
    """Unit code → (Chinese words, the first for wording; English, one and many)."""
    path = PACKAGE / "data" / "units.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {row["code"]: (row["zh"].split("|"), row["en"].split("|")) for row in rows}


@cache
def _unit_words() -> dict[str, str]:
    words = {word: code for code, (words, _) in unit_labels().items() for word in words}
    return words | {"㎡": "m2", "m²": "m2", "km²": "km2", "m³": "m3"}  # which few fonts have


def _one_of(words, longer: dict[str, str] | None = None) -> str:
    """A pattern of the longest of the words that is not itself a part of a longer one."""

    def whole(word: str) -> str:
        ends = [word[at:] for at in range(len(word)) if longer and word[at:] in longer]
        return re.escape(word) + "".join(f"(?!{longer[end]})" for end in ends[:1])

    return "|".join(whole(word) for word in sorted(words, key=len, reverse=True))


# -------------------------------------------------------------------- the number


class _Amount(NamedTuple):
    """A number without its unit: what it lies between, and the word beside it (余, 多, 几, 来)."""

    end: int
    low: int | Fraction | None
    high: int | Fraction | None  # the same as low, but of a range or a remainder
    value: int | Fraction | None = None
    mark: str = ""  # 余, 多, 几 or 来
    unit: str = ""  # of 百分之八十
    scale: int = 1  # the size of its last scale word
    plain: bool = False  # digits, or a numeral too long to be part of a word
    bare: bool = False  # begins with 百, 千 or 万: no number without a qualifier
    trouble: str = ""


_HAN_DIGITS = "[〇零一二两三四五六七八九十百万亿]|千(?![米克瓦伏])"
_NUMBER = re.compile(
    rf"""(?: (?P<mixed>[0-9]+[亿万][0-9]+(?:[千百]?万|[千百])(?![米克瓦伏分]))
      | (?P<arabic>{_ARABIC}) (?:{_BLANK}(?P<hundreds>[十百]|千(?![米克瓦伏])))?
      | (?P<chinese>(?:{_HAN_DIGITS})+) (?P<point>点[〇零一二三四五六七八九]+[十百千]?)? )
    (?:{_BLANK}(?P<inside>[余多几]))? (?:{_BLANK}(?P<scale>万亿|万|亿))?
    (?:{_BLANK}(?P<outside>[余多几]|来(?!自|源|到|访|此)))?""",
    re.VERBOSE,
)
_PAIR = re.compile(
    "(?P<tens>[一二三四五六七八九]?十)?(?P<a>[一二两三四五六七八九])(?P<b>[二三四五六七八九])"
    rf"(?P<scale>[十百千]?(?:万亿|万|亿)?)(?![{_HAN}0-9])"
)
_VAGUE = re.compile("[数几]((?:[十百千]?[万亿]|[十百千](?!米|克|瓦|分)))[余多]?")
_PARTS = re.compile(rf"({_ARABIC}|[{_HAN}]+)分之")
_SLASH = re.compile("([1-9][0-9]?)/([1-9][0-9]{0,2})(?![0-9/.])")
_HALF = re.compile("(一半|半数)|半(?=个?[年月天]|个?(?:多)?小时|个多?月|个?世纪)")
_YEAR = re.compile("[一二][〇零一二三四五六七八九]{3}(?=年)")


def _amount(text: str, at: int) -> _Amount | None:
    """The number that begins there, with its scale words and 余 or 多."""
    if half := _HALF.match(text, at):
        end = half.end() + (text[half.end() : half.end() + 1] in ("多", "余") and bool(half[1]))
        mark = text[half.end() : end]
        high = 1 if mark else Fraction(1, 2)
        return _Amount(end, Fraction(1, 2), high, Fraction(1, 2), mark, plain=True)
    for pattern, read_it in ((_PARTS, _parts), (_SLASH, _slash), (_VAGUE, _vague), (_PAIR, _pair)):
        found = pattern.match(text, at)
        if found and (amount := read_it(text, found)):
            return amount
    if year := _YEAR.match(text, at):
        value = int("".join(str("〇零一二三四五六七八九".index(each) - 1) for each in year[0])
                    .replace("-1", "0"))  # fmt: skip
        return _Amount(year.end(), value, value, value, plain=True)
    found = _NUMBER.match(text, at)
    return _plain(found) if found else None


def _parts(text: str, found: re.Match) -> _Amount | None:
    """百分之八十, 五分之一."""
    number = _NUMBER.match(text, found.end())
    if number is None:
        return None
    above = _plain(number)
    unit = {"百": "percent", "千": "permille"}.get(found[1], "")
    try:
        below = 1 if unit else 10**4 if found[1] == "万" else _whole(found[1])
    except ValueError as error:
        return above._replace(trouble=str(error))
    if above.value is None or above.mark or not below > 0 or not (unit or above.value < below):
        trouble = _("a fraction such as 三分之二 or 百分之八十")
        return above._replace(trouble=trouble, plain=True)
    value = Fraction(above.value) / below
    return _Amount(above.end, value, value, value, "", unit, plain=True)


def _slash(text: str, found: re.Match) -> _Amount | None:
    above, below = int(found[1]), int(found[2])
    value = Fraction(above, below)
    trouble = "" if above < below else _("a fraction such as 2/3")
    return _Amount(found.end(), value, value, value, plain=True, trouble=trouble)


def _vague(text: str, found: re.Match) -> _Amount:
    """数千万: a few of a size."""
    size = math.prod(_SCALES[word] for word in found[1])
    return _Amount(found.end(), 2 * size, 10 * size, mark="数", plain=True)


def _pair(text: str, found: re.Match) -> _Amount | None:
    """三四百 is 300 to 400, 十五六 is 15 or 16."""
    low, high = (_DIGITS.index(found[name].replace("两", "二")) for name in "ab")
    if high != low + 1 and (low, high) != (3, 5):
        return None
    scale = found["scale"]
    if found["tens"]:
        if scale[:1] in ("十", "百", "千"):
            return None
        tens = 10 * (_DIGITS.index(found["tens"][0]) if found["tens"] != "十" else 1)
        low, high = tens + low, tens + high
    size = math.prod(_SCALES[word] for word in scale)
    return _Amount(found.end(), low * size, high * size, plain=bool(scale))


def _plain(found: re.Match) -> _Amount:
    inside, outside = found["inside"] or "", found["outside"] or ""
    size = math.prod(_SCALES[word] for word in found["scale"] or "")
    digits = found["arabic"] or found["mixed"]
    bare = not digits and found["chinese"][0] in _SCALES and found["chinese"][0] != "十"
    tail = re.search("[百千万亿]*$", (found["chinese"] or "") + (found["scale"] or ""))[0]
    scale = math.prod(_SCALES[word] for word in tail) if not digits else size
    amount = _Amount(
        found.end(),
        None,
        None,
        scale=scale * _SCALES.get(found["hundreds"], 1),
        plain=bool(digits) or len(found["chinese"]) > 2,
        bare=bare,
    )
    try:
        value = _worth(found, size)
        mark = inside or outside
        if inside and outside:
            raise ValueError(_("one 余 or 多"))
        if mark and not value:
            raise ValueError(_("余 and 多 after a number that is not nought"))
        if mark in ("几", "来") and (value / size) % 10 and mark:
            raise ValueError(_("几 after a round number, as in 十几 or 20几"))
        if mark == "几" and outside and found["scale"]:
            raise ValueError(_("几 before 万, as in 几十万"))
    except ValueError as error:
        return amount._replace(trouble=str(error))
    low, high = value, value
    if mark in ("余", "多", "几") and mark:  # more, by less than one of the last printed place
        low, high = value + (size if mark == "几" else 0), value + last_place(value)
    return amount._replace(low=low, high=high, value=value, mark=mark)


def _worth(found: re.Match, size: int) -> int | Fraction:
    if found["mixed"]:
        return _mixed(found["mixed"]) * size
    if found["arabic"]:
        digits = found["arabic"].replace(",", "")
        if len(digits) > LONGEST_TOKEN or not re.fullmatch(r"(0|[1-9][0-9]*)(\.[0-9]+)?", digits):
            raise ValueError(_("a figure such as 400万元, 200余个 or 不到10分钟"))
        number = Fraction(digits) if "." in digits else int(digits)
        return number * _SCALES.get(found["hundreds"], 1) * size
    if len(found["chinese"]) > LONGEST_TOKEN:
        raise ValueError(_("one unambiguous Chinese numeral, such as 三十 or 两千三百"))
    if point := found["point"]:
        tens = point[-1] if point[-1] in "十百千" else ""
        decimals = "".join(
            str(_DIGITS.index(each)) for each in point[1:].rstrip("十百千").replace("〇", "零")
        )
        number = Fraction(f"{_whole(found['chinese'])}.{decimals}")
        return number * _SCALES.get(tens, 1) * size
    scaled = _whole(found["chinese"] + (found["scale"] or ""))
    return scaled


def _mixed(text: str) -> int:
    """2万5千 is 25000."""
    total, last = 0, math.inf
    for digits, words in re.findall("([0-9]+)([亿万千百]+)", text):
        value = int(digits) * math.prod(_SCALES[word] for word in words)
        if value >= last or digits[0] == "0":
            raise ValueError(_("a figure such as 2万5千"))
        total, last = total + value, _SCALES[words[-1]] if words[0] != "千" else 10**7
    return total


def last_place(value: int | Fraction) -> Fraction:
    """The place of the last printed digit that is not nought: 10000 for 44万, 1/10 for 3.5."""
    decimal = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(10) ** decimal.normalize().as_tuple().exponent


def _whole(digits: str) -> int:
    """A Chinese whole number; no library is strict enough: cn2an 0.5 reads 一亿十万 as 一亿."""
    if digits.isdecimal():
        return int(digits)
    plain = "二" if digits == "两" else re.sub("(?<!十)两(?=[百千万亿])", "二", digits)
    if plain[0] in _SCALES:  # 十二 is 一十二, and 百 of 百余 a hundred
        plain = f"一{plain}"
    try:
        return _read_chinese(plain.replace("〇", "零"))
    except (ValueError, RecursionError):
        raise ValueError(_("one unambiguous Chinese numeral, such as 三十 or 两千三百")) from None


def _read_chinese(text: str) -> int:
    """The one reading of 一千零五; ValueError for what has none, or two, such as 一百五."""
    word = next((word for word in _SCALES if word in text), None)
    if word is None:
        if len(text) != 1:
            raise ValueError(text)
        return _DIGITS.index(text)
    head, _, tail = text.rpartition(word)
    size, count = _SCALES[word], _read_chinese(head)
    rest = tail.removeprefix("零")
    if rest != tail and rest.startswith("十"):  # 一万零十二 beside 一万零一十二
        rest = f"一{rest}"
    rest = _read_chinese(rest) if rest else 0
    skipped = 0 < rest * 10 < size  # then a 零 must say so
    if not 0 < count < (size if size >= 10**4 else 10) or skipped != tail.startswith("零"):
        raise ValueError(text)
    return count * size + rest


# -------------------------------------------------------------------- the unit


class _Measure(NamedTuple):
    end: int
    unit: str = ""
    word: str = ""
    stop: int = 0  # before a noun
    mark: str = ""  # 半, 多 or 余 after it
    trouble: str = ""


@cache
def _units() -> re.Pattern:
    return re.compile(f"{_BLANK}({_one_of({*_unit_words(), *_COUNTERS}, _LONGER)})")


@cache
def _any_unit() -> re.Pattern:
    return re.compile(f"{_BLANK}({_one_of({*_unit_words(), *_COUNTERS})})")


@cache
def _per() -> re.Pattern:
    words = {**_PER_WORDS, **{w: c for w, c in _unit_words().items() if c not in ("percent",)}}
    return re.compile(f"/{_BLANK}({_one_of(words)})|每(?!年)({_one_of(words)})(?![0-9])")


_GUARDS = {**_LONGER, **_NOT_PEOPLE}
_MORE_IN = re.compile(f"{_BLANK}个([多余半])(月|小时)(?!工)")
_TAIL = re.compile("半(?=[^年月天日径])|半$|[多余](?![为是数次方个种元家名人在项地样])")
_TAILED = ("year", "day", "hour", "km", "t", "mu", "times", "m", "kg", "jin", "CNY", "age", "month")
_AFTER_COUNTER = re.compile(f"[“]?{_MODIFIERS}{{0,8}}?({_one_of(_NOUNS | _PEOPLE, _GUARDS)})[”]?")
_WORKS_NOUNS = {"工程": "works", "农户": "household", "贫困户": "household"}
_WORKS = re.compile(f"{_MODIFIERS}{{0,8}}?(工程)(?![师队项量款建处技学院])")
_AFTER_NUMBER = re.compile(
    f"{_MODIFIERS}{{0,7}}?({_one_of([*_PEOPLE, '农户', '贫困户'], _GUARDS)})"
)


def _measure(text: str, amount: _Amount) -> _Measure:
    """The unit after a number: a measure word, and the noun that says what is counted."""
    at = amount.end
    if amount.unit:
        return _Measure(at, amount.unit, stop=at)
    if within := _MORE_IN.match(text, at):  # 1个半小时, 3个多月
        unit = "month" if within[2] == "月" else "hour"
        return _Measure(within.end(), unit, within[2], within.end(), within[1])
    found = _units().match(text, at)
    if not found:
        cut = _any_unit().match(text, at)
        if cut:  # 年 of 年级 is no unit, and 3 of 3年级 no figure
            return _Measure(at, "", "", at, trouble=f"{text[cut.end(1) - 1 : cut.end(1) + 1]}")
        return _noun(text, at, _AFTER_NUMBER) if amount.plain else _Measure(at, stop=at)
    word, end = found[1], found.end()
    unit = _unit_words().get(word, "")
    if unit in _TAILED and (tail := _TAIL.match(text, end)):
        return _Measure(tail.end(), unit, word, tail.end(), tail[0])
    if word in ("个", "处", "座", "所", "项", "家", "期", "名", "位"):
        noun = _noun(text, end, _WORKS if word in ("座", "处") else _AFTER_COUNTER)
        if word in ("名", "位") or (word == "期" and noun.unit != "class"):
            noun = _Measure(end, stop=end)
        if noun.unit or not unit:
            return noun._replace(word=word)
    stop = end - len(word) + 1 if word[0] in _COUNTERS and unit in _COUNTED else end
    return _Measure(end, unit, word, stop)


_COUNTED = ("township", "village", "class", "project", "works", "school", "villager_group",
            "cooperative", "bed", "product", "visit", "county", "community", "province",
            "enterprise")  # fmt: skip


def _noun(text: str, at: int, pattern: re.Pattern) -> _Measure:
    found = pattern.match(text, at)
    if not found:
        return _Measure(at, stop=at)
    noun = found[1]
    unit = _NOUNS.get(noun) or _PEOPLE.get(noun) or _WORKS_NOUNS.get(noun, "")
    return _Measure(found.end(), unit, "", at)


# -------------------------------------------------------------------- the figure

_PREFIX = re.compile(f"({_one_of(set(BEFORE) - {'上'})})[了到]?{_BLANK}$")
_DASH = re.compile(f"{_BLANK}(?:—{{1,2}}|–|-|~{{1,2}}|至|到){_BLANK}(?=[0-9{_HAN}])")
_SIGN = re.compile("(?:(?<![0-9a-zA-Z%年月日个人元万亿])[−-]|负)$")
_SUFFIX = re.compile(f"{_BLANK}({_one_of(_AFTER)})")
_UNFIXED = re.compile(f"{_BLANK}(?:{_UNFIXED_AFTER})")


def figures(line: str) -> Iterator[Figure]:
    """The printed figures of a line of folded text, from left to right."""
    done = 0
    for numeral in NUMERAL.finditer(line):
        if numeral.start() >= done:
            figure = _figure(line, numeral.start(), done)
            if figure:
                done = figure.end
                yield figure


def _figure(text: str, at: int, floor: int = 0) -> Figure | None:
    amount = _amount(text, at)
    if amount is None:
        return None
    start, marks, sign, unfixed = _before(text, at, floor)
    measure = _measure(text, amount)
    end, stop, trouble = measure.end, measure.stop, amount.trouble
    unit, sure = measure.unit, not unfixed
    low, high, value = amount.low, amount.high, amount.value
    high_open = amount.mark in ("余", "多", "几", "数") and bool(amount.mark)
    if amount.mark in _INSIDE:
        marks.append(_INSIDE[amount.mark])
    if measure.mark and not trouble:
        value, low, high, high_open, trouble = _tailed(value, measure, amount)
        marks += ["over"] * (measure.mark != "半")
    if measure.trouble:
        expected = _("a whole word after it, not {word}", word=measure.trouble)
        trouble, sure = trouble or expected, False
    end, unit, trouble, sure = _each(text, end, unit, trouble, sure)
    stop = stop if end == measure.end else end
    ranged = _DASH.match(text, end)
    if ranged and (second := _amount(text, ranged.end())):
        low, high, unit, end, trouble = _range(text, amount, measure, second, trouble)
        value, stop, high_open, sure = None, end, False, sure and not trouble
        if "over" in marks:
            trouble = trouble or _("one range")
    if after := _SUFFIX.match(text, end):
        marks.append(_AFTER[after[1]])
        stop = end = after.end()
    if unit != "year" and (unclear := _UNFIXED.match(text, end)):
        end = stop = unclear.end()
        expected = _("a figure without {word}", word=unclear[0].strip())
        trouble, sure = trouble or expected, False
    if sign:
        trouble = trouble or ("" if sign != "-" or unit in _SIGNED else _("a sign only before %"))
        if not trouble and value is not None:
            value, low, high = -value, -high, -low
    if text[start] == "近" and unit in _SPANS and re.match("(?:以|年)?来|间", text[end : end + 2]):
        start, marks = start + 1, marks[:-1]  # the last five years, not about five
    qualifier, trouble = _qualifier(marks, trouble)
    if amount.bare and qualifier == "exact":
        trouble = trouble or _("a number before {word}", word=text[at])
    if not trouble and value is None and not (measure.word or amount.plain or ranged):
        trouble = _("a measure word after it")
    if not trouble and value is not None and unit == "year" and end - at > LONGEST_TOKEN:
        trouble = _("a shorter figure")
    if amount.mark == "数":  # 数千万 says no more than that: nobody has fixed its bounds
        low = high = None
    reading = None if trouble else _reading(value, low, high, high_open, unit, qualifier)
    stops = tuple(sorted({stop, end}))
    sure = sure and not _doubtful(text, at, start, amount, measure, end, unit, qualifier)
    return Figure(start, end, stops, reading, trouble, sure)


_SPANS = ("year", "month", "day")
_SIGNED = ("percent", "permille", "percentage_point", "degree")


def _before(text: str, at: int, floor: int) -> tuple[int, list[str], str, bool]:
    """(where the figure begins, its qualifiers, its sign, whether an unfixed word precedes)."""
    start, marks, sign = at, [], ""
    if minus := _SIGN.search(text[max(floor, at - 1) : at]):
        start, sign = start - 1, minus[0]
    if text[start - 1 : start] == "好" and start > floor and text[at] in "几":
        start -= 1
    above = text[start - 1 : start] == "上" and start > floor and text[at] in "十百千万亿"
    if above and not _OTHER_WORD.search(text[max(0, start - 3) : start]):
        start, marks = start - 1, ["at_least"]
    for _mark in range(2):
        window = text[max(floor, start - 6) : start]
        found = _PREFIX.search(window)
        if not found or _OTHER_WORD.search(window[: found.end(1)]):
            break
        start, marks = start - len(found[0]), [*marks, BEFORE[found[1]]]
    unfixed = bool(re.search(f"(?:{_UNFIXED_BEFORE})$", text[max(floor, start - 3) : start]))
    return start, marks, sign, unfixed


def _tailed(value, measure: _Measure, amount: _Amount) -> tuple:
    """(value, low, high, high is open, trouble) of 4个半小时 and 3年多."""
    calendar = measure.unit == "year" and value in CALENDAR
    half = measure.mark == "半"
    if value is None or amount.mark or calendar or not value or (half and value % 1):
        return value, value, value, False, f"a whole number before {measure.mark}, as in 4个半小时"
    if half:
        value += Fraction(1, 2)
        return value, value, value, False, ""
    return value, value, value + last_place(value), True, ""


def _each(text: str, end: int, unit: str, trouble: str, sure: bool) -> tuple:
    """元/人, 千克每亩: how much of one there is to each of the other."""
    found = _per().match(text, end)
    if not found or (found[0][0] == "每" and unit not in _MEASURED):
        slash = re.compile("/[^0-9，。；、 ]").match(text, end)
        if slash:
            expected = _("a known unit after /, not {word}", word=slash[0][1:])
            return slash.end(), unit, trouble or expected, False
        return end, unit, trouble, sure
    word = found[1] or found[2]
    below = _unit_words().get(word) or _PER_WORDS.get(word, "")
    if not unit or unit == below or text[found.end() : found.end() + 1] in ("/", "·", "每"):
        return found.end(), unit, trouble or _("one unit to another, as in 元/人"), False
    return found.end(), f"{unit}/{below}", trouble, sure


def _range(text: str, first: _Amount, measure: _Measure, second: _Amount, trouble: str) -> tuple:
    """(low, high, unit, end, trouble) of 20至30万元."""
    other = _measure(text, second)
    end, unit, trouble, _sure = _each(text, other.end, other.unit, trouble or second.trouble, True)
    low, high = first.low, second.high
    again = _DASH.match(text, end)
    while again and (beyond := _amount(text, again.end())):
        end, again = beyond.end, _DASH.match(text, beyond.end)
        trouble = _("one range")
    if trouble or low is None or high is None or first.mark or second.mark:
        return None, None, unit, end, trouble or _("a range between two plain numbers")
    if measure.unit and measure.unit != other.unit:
        return None, None, unit, end, "one unit in a range"
    if not measure.word and first.scale == 1 < second.scale and low < high / second.scale:
        low *= second.scale  # 20至30万 are 20万 to 30万
    if not low < high or (low in CALENDAR and high in CALENDAR and unit in ("year", "")):
        return None, None, unit, end, "a range that rises, of no calendar years"
    return low, high, unit, end, ""


def _qualifier(marks: list[str], trouble: str) -> tuple[str, str]:
    found = set(marks)
    if found == {"about", "over"}:  # 约200余个: about wins
        return "about", trouble
    if len(found) > 1:
        return "exact", trouble or _("one qualifier, not several that disagree")
    return (found.pop() if found else "exact"), trouble


def _reading(value, low, high, high_open: bool, unit: str, qualifier: str) -> Reading:
    about = qualifier == "about"
    if value is None:
        said = None if qualifier == "exact" else qualifier
        if low is not None and qualifier in ("over", "at_least"):
            high, high_open = None, False
        return Reading(None, low, high, False, high_open, about, unit, said)
    if high_open:
        return Reading(value, low, high, low == value, True, about, unit, qualifier)
    above, below = qualifier in ("over", "at_least"), qualifier in ("under", "at_most")
    low, high = ((0 if value >= 0 else None) if below else value), (None if above else value)
    return Reading(value, low, high, qualifier == "over", qualifier == "under", about, unit,
                   qualifier)  # fmt: skip


# -------------------------------------------------------------------- doubt

# What, beside a number, makes it an ordinal, a part of a list or something else that is counted
# by no one.
_DOUBT_BEFORE = re.compile(
    "(?:第|(?<![目以之年此先提月天日])前|头|[a-zA-Z№#./+=@]|[0-9][、:：∶-]|号|图|表)$"
)
_RANKED = re.compile("(?:[排位名][名列居]|居|列)第?$")
_DOUBT_AFTER = re.compile("[号届折版型代强级a-zA-Z+=@#_]|[,.:：∶/-][0-9]|[点分](?![0-9])|时(?!间)")
_BUILT = re.compile("(?:[新改扩修援]建|建[成设有]|捐[赠建]|修[建复]|落成|购[置买]|设立|成立)了?$")


def _doubtful(text, at, start, amount, measure, end, unit, qualifier) -> bool:
    """Whether a figure in running text may be something else, or less than it seems."""
    before, after = text[max(0, start - 6) : start], text[end : end + 8]
    if _DOUBT_BEFORE.search(before) and not _ratio(text, start, end):
        return True
    if _DOUBT_AFTER.match(after) and not _ratio(text, start, end):
        return True
    if not measure.word and (re.match("、[0-9]", after) or _RANKED.search(before)):
        return not unit  # 955、95万元 may be 955.95万元 misread
    if measure.word in ("名", "位") and _RANKED.search(before):
        return True
    if qualifier == "about" and text.startswith("近", start) and unit in _SPANS:
        return not re.search("[历用]时|历经|长达|经过", before)  # the last five years
    if measure.word in _CONFIRMED and not amount.mark:
        follows, precedes = _CONFIRMED[measure.word]
        nearby = text[max(0, at - 10) : at]
        if not (re.match(follows, text[end : end + 12]) or re.search(precedes, nearby)):
            return True
    if amount.plain or qualifier != "exact" or measure.mark:
        return False
    if text[at] == "一" and end - at <= len(measure.word) + 1 + (measure.end - measure.stop):
        return not _BUILT.search(before)
    return not measure.word


_RATIO = re.compile(r"[0-9]+\.[0-9]+(?:[:：][0-9]+\.[0-9]+)+")


def _ratio(text: str, start: int, end: int) -> bool:
    """Whether it is one of the shares of 18.5:14.6:66.9."""
    near = text[max(0, start - 20) : end + 20]
    return any(
        each.start() <= start - max(0, start - 20) < each.end() for each in _RATIO.finditer(near)
    )


# -------------------------------------------------------------------- reading a token


def read(token: str) -> Reading:
    """What a printed token says; ValueError where it has no one reading."""
    text = fold(token) if len(token) <= LONGEST_TOKEN else ""
    numeral = NUMERAL.search(text)
    figure = _figure(text, numeral.start()) if numeral else None
    head, per = text[: figure.start] if figure else "", ""
    if head in PER_BEFORE:
        head, per = "", PER_BEFORE[head]
    trouble = _("a figure such as 400万元, 200余个 or 不到10分钟")
    if figure and figure.reading and not head and figure.end == len(text):
        unit = figure.reading.unit
        if not per:
            return figure.reading
        if unit and "/" not in unit:
            return figure.reading._replace(unit=f"{unit}/{per}")
    elif figure and figure.trouble and not head and figure.end == len(text):
        trouble = figure.trouble
    elif figure and (head or text[figure.end :]):
        words, known = head or text[figure.end :], text[figure.start : figure.end]
        if not re.search("[0-9]", words):
            trouble += (
                _("; {words} before {known} is not known", words=words, known=known)
                if head
                else _("; {words} after {known} is not known", words=words, known=known)
            )
    raise Unread(token if len(token) <= LONGEST_TOKEN else f"{token[:LONGEST_TOKEN]}…", trouble)
