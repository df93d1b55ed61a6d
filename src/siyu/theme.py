"""One look for charts, page and slides: colours, type and sizes."""

from functools import lru_cache
from pathlib import Path

FONT = "Noto Sans SC"
FONTS = Path(__file__).parent / "fonts"

# Colour-blind safe (checked for deutan, protan and tritan) and told apart in grey by lightness.
INK, MUTE, LINE, PAPER, SOFT = "#1b1f24", "#5b6570", "#dfe3e7", "#ffffff", "#f5f7f8"
MAIN, RIVAL, WEAK, BAND = "#1f6f78", "#b3261e", "#8a6100", "#d5e3e5"
TONES = {"main": MAIN, "rival": RIVAL, "weak": WEAK, "muted": "#8d97a1"}
SERIES = (MAIN, RIVAL, "#e3a72f", "#5b6570", "#7ea6d8", "#a05a9c")

WIDTHS = {"desktop": 7.6, "phone": 3.9}  # inches; 100 dpi on the page, drawn at DPI for sharp screens
DPI = 160


@lru_cache(maxsize=1)
def apply() -> None:
    """Set the theme of what analysts draw, once per process; seaborn draws with it too.

    CJK face first, so that ¥ and minus come from the same font."""
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib import font_manager

    for weight in ("Regular", "Bold"):
        font_manager.fontManager.addfont(FONTS / f"NotoSansSC-{weight}.ttf")
    mpl.rc("font", family=[FONT, "DejaVu Sans"], size=10)
    mpl.rc("text", color=INK)
    mpl.rc("figure", dpi=DPI / 2)
    mpl.rc("figure.constrained_layout", use=True)
    mpl.rc("savefig", dpi=DPI)
    mpl.rc("axes", prop_cycle=cycler(color=SERIES), unicode_minus=True, grid=False)
    mpl.rc("axes", edgecolor=LINE, labelcolor=MUTE, labelsize=9.5)
    mpl.rc("axes.spines", top=False, right=False, left=False)
    mpl.rc("grid", color=LINE, linewidth=0.7)
    mpl.rc("xtick", color=MUTE, labelsize=9)
    mpl.rc("ytick", color=INK, labelsize=10, left=False)
