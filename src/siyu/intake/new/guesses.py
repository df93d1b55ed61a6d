"""Which column of an unknown table may be which: by the words of its header, as far as its cells can be read so."""

import re
from collections.abc import Iterator

from siyu.intake.formats.format import normal
from siyu.intake.new.sample import Sample

# key of the canonical table, reader, words of the header in order of preference
ORDERS = (
    ("line_id", "id", (r"子订单|子单|line_?(id|no)|行号",)),
    ("order_id", "id", (r"主?订单(编?号|id)|order_?(id|no|number|sn)", r"^(单号|交易号|流水号|小票号|单据号|发票号)",
                        r"单号|小票|流水号|发票|单据|凭证|invoice|receipt|ticket|bill|(trans(action)?|trade)_?(id|no)")),
    ("refunded_fen", "money", (r"退款?(总?金?额)|refund|returned_?amount",)),
    ("unit_price_fen", "money", (r"单价|商品价格|unit_?price|^price|售价",)),
    ("quantity", "count", (r"数量|件数|qty|quantity|^units$|^pcs$",)),
    ("paid_at", "time", (r"(支付|付款|成交|收款)(完成)?(时间|日期)|paid_?(at|time|date)|pay_?time",)),
    ("created_at", "time", (r"(下单|创建|提交|订单|生成)(时间|日期)|created?_?(at|time|date)|order_?(date|time)",)),
    ("completed_at", "time", (r"(完成|收货|签收|成功)(时间|日期)|completed?_?(at|time|date)",)),
    ("buyer_id", "buyer", (r"(买家|顾客|客户|会员|用户|消费者)(标识|id|编号|卡号|号|码)|open_?id|union_?id",
                           r"^(buyer|customer|member|user|client)(_?(id|key|no|number|code))?$")),
    ("freight_fen", "money", (r"运费|邮费|freight|shipping_?fee",)),
    ("status", "choice", (r"订单状态|交易状态|^状态$|order_?status|^status$|^state$", r"状态|status")),
    ("refund_state", "choice", (r"(退款|售后|退货)(状态|进度)|refund_?(status|state)|after_?sale",)),
)  # fmt: skip
MEMBERS = (
    ("joined_at", "time", (r"入群(时间|日期)|join(ed)?_?(at|time)|加入时间",)),
    ("left_at", "time", (r"退群(时间|日期)|(exit|left|leave)_?(at|time)|退出时间",)),
    ("group_id", "text", (r"群(id|编号|名)|group",)),
    ("buyer_id", "buyer", (r"(成员|买家|客户|用户)(标识|id|编号)|(external_)?user_?id|(member|buyer)_?(id|key)",)),
)
PAID = re.compile(
    r"实[付收]|支付金额|付款金额|[应待][付收]|成交(金)?额|金额|总价|合计|货款|amount|total|paid$|payment|price$|^gmv$",
    re.IGNORECASE,
)
_LESS = re.compile(r"优惠|折扣|抵扣|红包|佣金|服务费|退|运费|邮费|discount|coupon|fee$", re.IGNORECASE)
TIME = re.compile(r"时间|日期|date|time", re.IGNORECASE)
PERSONAL = re.compile(
    r"姓名|名字|昵称|会员名|收[件货]人|手机|电话|地址|街道|身份证|微信号?|邮箱|生日|备注|留言|收银员|导购|店员|操作员|经手"
    r"|name|phone|mobile|tel|address|mail|birth|remark|cashier|note", re.IGNORECASE
)  # fmt: skip
IDENTITY = re.compile(
    r"昵称|会员名|买家|顾客|客户|会员|手机|电话|用户|微信|buyer|customer|member|phone|mobile", re.IGNORECASE
)
NUMBERED = re.compile(r"编?号|码|单|no\b|number|id$|code", re.IGNORECASE)
MORE = re.compile(
    r"名称?$|标题|商品|品名|货品|货号|规格|属性|颜色|编码|编号|门店|店铺|渠道|来源|平台|方式|省|城市|地区|快递|物流|仓|活动|优惠|折扣"
    r"|积分|等级|类目|品牌|序号|部门|客户|买家|会员|sku|item|product|title|shop|store|channel|source|city|brand|category|discount"
    r"|coupon|carrier|method|level", re.IGNORECASE
)  # fmt: skip
WORDS = re.compile(
    "|".join([*(word for _, _, words in (*ORDERS, *MEMBERS) for word in words), PAID.pattern, TIME.pattern]),
    re.IGNORECASE,
)
_NEEDED = {
    "order_id",
    "paid_at",
    "buyer_id",
    "quantity",
    "unit_price_fen",
    "line_id",
}  # a blank column is none of these


def columns(table: Sample, members: bool = False) -> dict[str, int]:
    """Key -> place of the columns that words and cells agree on."""
    found: dict[str, int] = {}
    for key, reader, words in MEMBERS if members else ORDERS:
        place = next(
            (place for word in words for place in _fitting(table, key, word, reader) if place not in found.values()), -1
        )
        if place >= 0:
            found[key] = place
    return found


def _fitting(table: Sample, key: str, word: str, reader: str) -> Iterator[int]:
    for place in sorted(table.speakable):
        name = normal(table.header[place])
        if not re.search(word, name, re.IGNORECASE) or (reader != "buyer" and PERSONAL.search(name)):
            continue
        if reader == "choice" or (table.readable(place, reader) and (table.filled(place) or key not in _NEEDED)):
            yield place


def amounts(table: Sample, taken: set[int]) -> list[int]:
    """Places of columns that may be what was paid: money by their cells, by their headers no discount or fee."""
    found = []
    for place in money(table, taken):
        name = re.sub(r"\(.*\)", "", normal(table.header[place]))
        if PAID.search(name) and not _LESS.search(name):
            found.append(place)
    return found


def money(table: Sample, taken: set[int]) -> list[int]:
    """Places of all columns of amounts."""
    return [
        place for place in sorted(table.speakable - taken)
        if table.readable(place, "money") and table.filled(place) and not _all_ids(table, place)
    ]  # fmt: skip


def _all_ids(table: Sample, place: int) -> bool:
    return all(len(cell) > 11 for cell in table.cells(place) if cell)


def numbered(table: Sample, taken: set[int]) -> list[int]:
    """Places of columns that may hold the number of an order: ids that differ from line to line."""
    return [
        place for place in sorted(table.speakable - taken)
        if table.filled(place) and table.readable(place, "id") and NUMBERED.search(normal(table.header[place]))
    ]  # fmt: skip


def identities(table: Sample, taken: set[int]) -> list[int]:
    """Places of columns that may tell buyers apart."""
    places = sorted(table.speakable - taken - set(amounts(table, taken)))
    return [place for place in places if IDENTITY.search(normal(table.header[place])) and table.filled(place)]


def times(table: Sample, taken: set[int]) -> list[int]:
    """Places of columns that hold times."""
    return [
        place for place in sorted(table.speakable - taken)
        if TIME.search(normal(table.header[place])) and table.filled(place) and table.readable(place, "time")
    ]  # fmt: skip
