"""Made-up clients whose truth is known, written as platforms write their exports."""

from typing import Literal, get_args

Kind = Literal[
    "null", "coin", "selection", "calendar", "planted",
    "planted_selection", "late", "season", "delayed", "win_back", "promotion", "moving", "experiment",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
TYPES = ("type_1", "type_2", "type_3", "type_4")  # of clients, see the playbook
FORMATS = ("douyin_shop", "wechat_shop", "youzan", "taobao", "generic_orders")
QUIRKS = {
    "gb18030": "saved again by a spreadsheet in GB18030",
    "tabs": 'ids behind a tab, or as ="…" where the platform does that',
    "total": "a last line with the total",
    "headers": "the header once more in the middle",
    "duplicates": "some lines twice",
    "broken": "cut lines, an impossible date, an amount that is none",
    "snapshots": "two exports that overlap, the older one with older states",
    "refunds": "a tenth of the orders comes back within thirty days",
    "gifts": "presents as lines of 0 yuan",
    "unpaid": "orders that were never paid",
}
