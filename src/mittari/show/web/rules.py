"""The panel that puts a number beside that of another product's rules, with the contacts counted otherwise."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mittari.errors import UserError, told
from mittari.measure.rulesets import RuleSet, rule_set, sets_with
from mittari.show import format as formats
from mittari.show.web.site import Site

if TYPE_CHECKING:
    from mittari.show.web.detail import Subject

SHOWN = 10


@dataclass(frozen=True)
class Side:
    """Both numbers as text, what makes the difference, and the contacts that do."""

    here: str
    there: str
    because: str
    source: str
    contacts: list[tuple[str, str, str, str]]
    count: int
    nothing: str | None = None

    @property
    def tells_why(self) -> bool:
        """Whether some contact shown is left out on one side."""
        return any(left_out for *_, left_out in self.contacts)


def chosen_rules(about: "Subject") -> RuleSet | None:
    """The set that the address names; a UserError where it says nothing of this KPI."""
    if about.rules is None:
        return None
    chosen = rule_set(about.rules)
    if chosen not in sets_with(about.definition.id):
        raise UserError(
            told(
                "the rules of {product} say nothing of their own about {kpi}",
                product=chosen.product,
                kpi=about.definition.id,
            )
        )
    return chosen


def rules_html(site: Site, about: "Subject") -> str:
    """Empty for a KPI that no other product counts otherwise; the comparison once a product is chosen."""
    options = sets_with(about.definition.id)
    if not options or about.output != about.definition.headline:
        return ""
    chosen = chosen_rules(about)
    sides = [] if chosen is None else _sides(site, about, chosen)
    return site.render("kpi_rules.html", about=about, options=options, chosen=chosen, sides=sides, shown=SHOWN)


def _sides(site: Site, about: "Subject", chosen: RuleSet) -> list[Side]:
    where = dict(about.view.where)
    key = ("rules", about.name, chosen.name, about.view.period.text, tuple(where.items()))
    return site.read(key, lambda: _compared(site, about, chosen, where))


def _compared(site: Site, about: "Subject", chosen: RuleSet, where: dict[str, str]) -> list[Side]:
    found = site.source.by_rules(chosen.name, about.definition.id, period=about.view.period.text, where=where)
    return [_side(site, each) for each in found]


def _nothing(compared: Any) -> str | None:
    """Why there is nothing to compare; None where either number has a value."""
    if compared.here.value is None and compared.there.value is None:
        return compared.here.note or "There is nothing to count in this period and slice."
    return None


def _side(site: Site, compared: Any) -> Side:
    def said(value: float | None) -> str:
        if value is not None and unit == "fraction":
            return "hit" if value else "no hit"
        return str(formats.quantity(value, unit, site.style))

    unit, rule = compared.here.unit, compared.rule
    contacts = site.source.counted_otherwise(compared)
    here, there = (str(formats.quantity(each.value, unit, site.style)) for each in (compared.here, compared.there))
    return Side(
        here=here,
        there=there if compared.there.output == compared.here.output else f"{there} ({compared.there.output})",
        because=rule.because,
        source=rule.source,
        contacts=[(one.key, said(one.here), said(one.there), one.left_out or "") for one in contacts[:SHOWN]],
        count=len(contacts),
        nothing=_nothing(compared),
    )
