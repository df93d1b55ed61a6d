"""The platform economics, once, as SymPy expressions. Numpy, Excel and the page are generated from these.

Only + - * / ** exp log Min Max occur, so every printer renders them.
"""

from siyu.formulas.breakeven import (
    acquisition_limit,
    fee_star,
    import_limit,
    increment_limit,
    leak_limit,
    people_fee_star,
    price_star,
    referral_model,
    start_contacts,
    tolerable_loss,
    tool_fee_star,
)
from siyu.formulas.compiled import Compiled, compiled, inputs
from siyu.formulas.contribution import Scope, Term, contribution, orders_per_buyer, terms
from siyu.formulas.people import labour_share, people_terms, people_value, staff
from siyu.formulas.symbols import BASE, MEANINGS, Meaning, symbol
from siyu.routes import PRIVATE_ROUTES, ROUTES, WECHAT_ROUTES, Route

__all__ = [
    "BASE",
    "MEANINGS",
    "PRIVATE_ROUTES",
    "ROUTES",
    "WECHAT_ROUTES",
    "Compiled",
    "Meaning",
    "Route",
    "Scope",
    "Term",
    "acquisition_limit",
    "compiled",
    "contribution",
    "fee_star",
    "import_limit",
    "increment_limit",
    "inputs",
    "labour_share",
    "leak_limit",
    "orders_per_buyer",
    "people_fee_star",
    "people_terms",
    "people_value",
    "price_star",
    "referral_model",
    "staff",
    "start_contacts",
    "symbol",
    "terms",
    "tolerable_loss",
    "tool_fee_star",
]
