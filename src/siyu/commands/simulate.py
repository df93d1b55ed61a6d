"""`siyu simulate`: a made-up client with a known truth, as a subject's folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siyu.commands.options import FOLDER, misused, reporting_problems
from siyu.errors import several, shown_path
from siyu.simulator import FORMATS, KINDS, QUIRKS, TYPES

if TYPE_CHECKING:
    from siyu.simulator.brand import Recipe
    from siyu.simulator.worlds import World

DEMO_SEED = 2025


@click.command()
@click.argument("name", metavar="NAME", type=click.Choice((*KINDS, "demo", *TYPES)))
@click.option("--out", type=FOLDER, required=True, help="Folder of the client.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, other buyers.")
@click.option("--format", "layout", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True,
              help="Whose export the orders are written as.")  # fmt: skip
@click.option("--columns", type=click.Choice(("short", "full")), default="short", show_default=True,
              help="Columns of order exports: those that hold something, or all the platform offers.")  # fmt: skip
@click.option("--buyers", type=click.IntRange(10, 1_000_000), default=2_000, show_default=True,
              help="How many people may buy.")  # fmt: skip
@click.option("--effect", type=click.FloatRange(0.1, 10), default=1.6, show_default=True,
              help="planted, planted_selection, experiment: factor on a buyer's rate after joining.")  # fmt: skip
@click.option("--tilt", type=click.FloatRange(-3, 3), default=1.0, show_default=True,
              help="selection and worlds like it: power of a buyer's rate in the odds of joining.")  # fmt: skip
@click.option("--lift", type=click.FloatRange(0.1, 10), default=1.0, show_default=True,
              help="Factor on the amount of an order in the last quarter.")  # fmt: skip
@click.option("--keys", "key_share", type=click.FloatRange(0, 1), default=1.0, show_default=True,
              help="Share of orders whose buyer can be known; 0: none, as in most Douyin exports.")  # fmt: skip
@click.option("--quirk", "quirks", multiple=True, type=click.Choice((*QUIRKS, "all")),
              help="What real exports do; may be given several times.")  # fmt: skip
@click.option("--settlement", is_flag=True, help="Also write what the platform booked for each order.")
@reporting_problems
def simulate(name: str, out: Path, seed: int, layout: str, columns: str, buyers: int, effect: float, tilt: float,
             lift: float, key_share: float, quirks: Sequence[str], settlement: bool) -> None:  # fmt: skip
    """Write a made-up client into --out: subject.yml, exports/ in real formats, truth.json beside them.

    NAME is the world its buyers live in. `demo` is the bundled client and takes no other options; type_1 to type_4, the
    clients of the four types of the playbook with their intake forms, take --lift. In coin,
    selection and calendar joining a group changes nothing, and yet about 70% of its members buy again; in
    planted it does; in null members are chosen fairly. As in selection, whoever buys often joins in
    planted_selection, where joining changes something, and where it does not: in late (from the third purchase),
    season (two sales a year), delayed (days after the purchase), win_back (after a long gap), promotion (before a
    sale) and moving (while the wish to buy is high). In experiment half of the buyers are invited by lot. With
    SIYU_DATA set to the folder above --out, `siyu report` finds the client.
    """
    from siyu.simulator.brand import Recipe
    from siyu.simulator.forms import shop
    from siyu.simulator.kinds import seventy

    earlier = _earlier(out)
    chosen = frozenset(QUIRKS if "all" in quirks else quirks)
    if kind := next((kind for kind in KINDS if kind == name), None):
        world = seventy(kind, buyers=buyers, effect=effect, tilt=tilt, lift=lift)
        plans = [Recipe(world, seed, layout, columns, chosen, key_share)]
    else:
        plans = demo_plans() if name == "demo" else [shop(TYPES.index(name) + 1, lift)]
    content = client(name, plans, settlement=settlement)
    for old in earlier:
        old.unlink(missing_ok=True)
    for path, data in content.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    where = shown_path(out / "exports")
    exports = sum(path.startswith("exports/") for path in content)
    click.echo(f"{several(exports, 'synthetic export')}; to try them: siyu new NAME --from {where}", err=True)


def demo_plans() -> list[Recipe]:
    """The bundled client: a Douyin shop with buyer keys and a planted effect, and a small WeChat shop without."""
    from siyu.simulator.brand import Recipe
    from siyu.simulator.kinds import World

    quirks = frozenset(QUIRKS) - {"gb18030"}
    shop = World("planted", buyers=1_200, effect=1.8, basket_fen=7_900)
    small = replace(shop, kind="null", buyers=160)
    return [
        Recipe(shop, DEMO_SEED, "douyin_shop", "short", quirks, 0.97),
        Recipe(small, DEMO_SEED + 1, "wechat_shop", "short", frozenset({"refunds", "gifts", "unpaid"}), 0.0),
    ]


def client(name: str, plans: Sequence[Recipe], *, settlement: bool = False) -> dict[str, bytes]:
    """Path -> content of a client's folder. People and dashboards are those of the first plan."""
    from siyu.simulator.audiences.growth_files import growth_files, growth_truth, rooms
    from siyu.simulator.audiences.message_files import message_files, message_truth
    from siyu.simulator.brand import made
    from siyu.simulator.campaigns import campaign_files, campaign_truth
    from siyu.simulator.charges import settlement_file
    from siyu.simulator.dashboards import dashboard_files
    from siyu.simulator.forms import CAMPAIGNS, form_file
    from siyu.simulator.ledgers import ledger_files
    from siyu.simulator.order_files import invitations, order_files, people_files

    content, accounts, truths = {}, [], []
    of_type = TYPES.index(name) + 1 if name in TYPES else 0
    for number, plan in enumerate(plans):
        brand = made(plan)
        for path, data, account in order_files(brand):
            content[f"exports/{path}"] = data
            accounts.append(account)
        world = {name: value if isinstance(value, int | float | str) else str(value)
                 for name, value in asdict(plan.world).items()}  # fmt: skip
        truths.append({"format": plan.format, "seed": plan.seed, "quirks": sorted(plan.quirks), "keys": plan.key_share,
                       "world": world, **brand.truth()})  # fmt: skip
        if not number:
            booked = [settlement_file(brand)] if settlement else []
            seen = rooms(brand) if name == "demo" else {}
            bought = [*campaign_files(brand)] if not of_type or of_type in CAMPAIGNS else []
            more = (*people_files(brand), *dashboard_files(brand, seen), *bought, *booked)
            content |= {f"exports/{path}": data for path, data in more}
            truths[0] |= {"campaigns": campaign_truth(brand)} if bought else {}
            if of_type:
                until, groups = f"{plan.world.as_of.year + 1}-03-31", len(brand.lives.joins) > 0
                content["form.yml"] = form_file(of_type, until, groups=groups)
            if name == "demo":
                kept = (*message_files(brand), *ledger_files(brand), invitations(brand))
                content |= {f"exports/{path}": data for path, data in kept}
                content["form.yml"] = form_file(4, f"{plan.world.as_of.year + 1}-03-31")
                truths[0]["messages"] = message_truth(brand)
                truths[0]["invited_by_lot"] = {"window_days": 90, "as_invited": 0.0}
                content |= {f"exports/{path}": data for path, data in growth_files(brand)}
                truths[0]["growth"] = growth_truth(brand)
    content["subject.yml"] = _subject(name, plans[0].world).encode()
    truth = {"schema": 1, "synthetic": True, "files": accounts, "shops": truths, "written": sorted(content)}
    content["truth.json"] = (json.dumps(truth, ensure_ascii=False, indent=1) + "\n").encode()
    return content


def _subject(name: str, world: World) -> str:
    return (
        f"# made by `siyu simulate {name}`: nobody's orders\n"
        f"name: {{zh: 合成演示店铺（{name}）, en: Synthetic shop ({name})}}\n"
        "kind: client\ncase: luzhou_laojiao\ncurrency: CNY\n"
        f"as_of: {world.as_of}\nobserved: {{from: {world.start}, until: {world.as_of}}}\n"
        "suppress_below: 0\ncategory: fmcg\n"
    )


def _earlier(out: Path) -> list[Path]:
    """What an earlier call wrote into `out`. Raises UsageError when it holds anything but a simulated client."""
    if not out.is_dir() or not any(out.iterdir()):
        return []
    try:
        truth = json.loads((out / "truth.json").read_text("utf-8"))
        return [out / "exports" / Path(name).name for name in truth["written"] if name.startswith("exports/")]
    except (OSError, ValueError, KeyError, TypeError):
        expected = "a new or empty folder, or a simulated client"
        raise misused("--out", shown_path(out), expected, "Name another folder.") from None
