"""Who a buyer's cell means: a key of one person, or nobody. The words that mean nobody are `data/nobody.csv`."""

import csv
import hashlib
import html
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from siyu import messages, reads
from siyu.paths import data_dir

Identity = tuple[str | None, str]

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5, 0x2212: 0x2D}
# signs without width that programs leave in cells; the last say how the picture before them is drawn
_UNSEEN = dict.fromkeys([0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
                         *range(0x2060, 0x2065), *range(0x2066, 0x206A), *range(0xFE00, 0xFE10)])  # fmt: skip
_CIPHER = re.compile(r"^(##|\$\$|#[A-Za-z0-9+/=]{8})")
# what `containers` put for cells whose value is not known: below the first one of a merged range, never computed
MERGED, LOST = "#MERGED!", "#EMPTY!"
_ERROR = re.compile(r"#[A-Z/0!?_]+[!?]?(\sN/A)?|#+|Err:\d+")  # what a spreadsheet shows for a failed formula
_STARS = re.compile(r"[*＊•●∗✱✲◆■□﹡⁎]|…|\.{3}|([○◯〇★☆·—])\1")
_GAP = re.compile(
    r"\+?\d{2,7}\s?([xX#._\-—?~])\1{2,}\s?\d{0,4}|[xX]{2,}|[\u4e00-\u9fff]{1,2}([○◯〇]|[xX]{2,3})"
)  # 138xxxx1234, 张○
_TITLED = re.compile(r"[\u4e00-\u9fff]{1,2}(某{1,2}|先生|女士|小姐|同学|老师)")  # 王某, 李女士
# 0, 000000, -1, 11111111111, 99999999, 0x0, 123456789, days before any
_NOTHING = re.compile(
    r"-?[0\s_.:/-]*|-\d+(\.0+)?|(\d)\2{7,}|0?1234567890*1?|1[3-9]\d0{8}|0x0+"
    r"|(1900.0?1.0?0|1970.0?1.0?1|1899.12.30)(\s.*)?"
)
# alone in a cell, whatever marks and Chinese words stand around its digits
_PHONE = re.compile(r"(?:\+?(?:00)?86)?0?(1[3-9]\d{9})")
_SAID = re.compile(r"[^\w+]+|[^\x00-\x7f]+|_|^(?:tel|phone|mobile)", re.IGNORECASE)
_MAIL = re.compile(r"([^@\s]+)@[\w.-]+\.[A-Za-z]{2,}", re.ASCII)
_SIGNS = messages.tables(__file__, "signs.yml")
_HEADERS = re.compile("|".join(_SIGNS["headers"]))
SIMPLE = str.maketrans("".join(_SIGNS["traditional"]), "".join(_SIGNS["simplified"]))
# what spreadsheets and programs write for a number too long for them; a nickname may read 4e135
_ROUNDED = re.compile(r"\d+(\.\d+)?[eE]\+\d+|\d\.\d+[eE]\d{2}|\d{16,}\.\d*|\d{1,3}(,\d{3}){5,}")
EMPTY_HASHES = frozenset(
    hashlib.new(name, word.encode(), usedforsecurity=False).hexdigest()
    for word in ("", "null", "NULL", "None", "nan", "0", "undefined", "-")
    for name in ("md5", "sha1", "sha256")
)


def narrow(text: str) -> str:
    """Text with full-width letters, digits and marks as plain ones and signs without width removed.

    Nothing else changes: `128²` and `①` are no numbers, whatever compatibility forms Unicode gives them."""
    return text.translate(_UNSEEN).translate(_WIDE)


def is_big5(top: bytes) -> str:
    """The codec of Big5 in which the top of a file has words of headers; "" where these are none, or some in GB18030,
    too: nearly all bytes fit that as well. With the signs of Hong Kong where these fit more of it."""
    if _HEADERS.search(top.decode("gb18030", "ignore")):
        return ""
    odd = {codec: top.decode(codec, "replace").count("\ufffd") for codec in ("cp950", "big5hkscs")}
    codec = min(odd, key=lambda one: odd[one])
    return codec if len(set(_HEADERS.findall(top.decode(codec, "ignore")))) > 1 else ""


def squeezed(text: str) -> str:
    """Letters, digits and pictures of a text alone, simplified, without case: what words of `nobody.csv` are compared
    by."""
    kept = (sign for sign in text if unicodedata.category(sign)[0] in "LNM" or ord(sign) > 0x1F000)
    return "".join(kept).casefold().translate(SIMPLE)


def nobody_file() -> Path:
    """The words that mean nobody: they decide which records have a buyer."""
    return data_dir() / "nobody.csv"


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], re.Pattern[str]]:
    """Words that mean nobody, and the pattern of a noun with the attributes that make it nobody, or of a number."""
    sorts: dict[str, list[str]] = {"word": [], "prefix": [], "noun": [], "suffix": [], "numbered": []}
    with reads.reader():  # noted with the exports
        text = nobody_file().read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        sorts[row["sort"]].append(row["word"].casefold())
    before, noun, after, counted = (
        f"(?:{'|'.join(map(re.escape, sorts[sort]))})" for sort in ("prefix", "noun", "suffix", "numbered")
    )
    return frozenset(sorts["word"]), re.compile(rf"{before}*{noun}{after}*|{before}*{counted}{noun}?\d+")


def is_nobody(text: str) -> bool:
    """Whether a cell (see `narrow`) names no person: a word, a mask, a placeholder, an error of a spreadsheet."""
    if _CIPHER.search(text) or _ERROR.fullmatch(text) or _STARS.search(text):
        return True
    if _GAP.fullmatch(text) or _TITLED.fullmatch(text) or _NOTHING.fullmatch(text):
        return True
    word = squeezed(text)
    words, noun = _words()
    twice = word[: len(word) // 2]  # nullnull
    doubled = len(twice) > 3 and twice in words and word == twice * 2
    return not word or word in words or doubled or bool(noun.fullmatch(word)) or word in EMPTY_HASHES


def plain(key: str) -> str:
    """A key in small letters without zeros before it, for those whose spelling says nothing."""
    return key.lower().lstrip("0") or key


def identity(text: str) -> Identity:
    """The key in a cell and the code of its fault; (None, "") for nobody.

    Mobile numbers have one form, whatever stands around and between their digits; other keys lose only what cannot be
    seen, and a letter with its accent is one sign (NFC). An id that a spreadsheet has rounded is a fault."""
    plain = unicodedata.normalize("NFC", html.unescape(narrow(text))).strip(" \t\u00a0'`\u2018,;")
    if plain in (MERGED, LOST):
        return None, "cell_error"
    if is_nobody(plain):
        return None, ""
    if _ROUNDED.fullmatch(plain):
        return None, "damaged_id"
    if phone := _PHONE.fullmatch(_SAID.sub("", plain)):
        return phone[1], ""
    if mail := _MAIL.fullmatch(plain):
        return (None, "") if is_nobody(mail[1]) else (plain.lower(), "")
    plain = re.sub(r"^(\d{1,15})\.0+$", r"\1", plain)  # a number that went through a spreadsheet
    return (plain, "") if len(plain) <= 256 else (None, "not_id")
