"""The platform economics, once, as SymPy expressions. Numpy, Excel and the page are generated from these.

Only + - * / ** exp log Min Max occur, so every printer renders them. What notebooks ask for stands here by name.
"""

from siyu.formulas.breakeven import fee_star, import_limit, increment_limit, leak_limit, tolerable_loss
from siyu.formulas.contribution import contribution, terms
from siyu.formulas.people import labour_share

__all__ = [
    "contribution", "fee_star", "import_limit", "increment_limit", "labour_share", "leak_limit", "terms",
    "tolerable_loss",
]  # fmt: skip
