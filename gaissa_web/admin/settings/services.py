"""Switching the two tools on and off."""

from gaissa_web.storage.audit import Action, Actor, record
from gaissa_web.storage.db import db, one_at_a_time
from gaissa_web.storage.switches import Product, ProductSwitch, switched_off


def switch(actor: Actor, on: frozenset[Product]) -> None:
    """Switch on the tools in `on`, and off the others."""
    with one_at_a_time():
        before = {product.full_name: product not in switched_off() for product in Product}
        for product in Product:
            db.session.merge(ProductSwitch(product=product, on=product in on))
        after = {product.full_name: product in on for product in Product}
        if before != after:
            record(actor, Action.EDIT, "settings", "tools that are switched on", before, after)
