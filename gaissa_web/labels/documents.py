"""What a label can be taken away as: PDF, pictures, data, badge, model-card block, texts to copy."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import yaml
from flask import render_template

from gaissa_web.adapters import documents, pictures, qr
from gaissa_web.core.drawing import LabelDrawing, draw_label
from gaissa_web.core.label import Label, advice_order, lifts
from gaissa_web.core.rating import Phase
from gaissa_web.core.text import fit, width
from gaissa_web.web.addresses import public_address
from gaissa_web.web.filters import iso

PICTURE_WIDTH = 1200
BADGE_NAME = "energy label"


@dataclass(frozen=True, slots=True)
class Share:
    """The ways to pass a label on: absolute addresses and texts to copy."""

    link: str
    pdf: str
    png: str
    svg: str
    json: str
    badge: str
    badge_markdown: str
    embed_html: str
    model_card_yaml: str
    bibtex: str


def drawing(label: Label) -> LabelDrawing:
    """Lay the label out, ready for its template."""
    address = public_address("labels.detail", label_id=label.id)
    return draw_label(label, address, qr.encode(address))


def svg(label: Label) -> str:
    """Return the label as a picture that scales."""
    return render_template("documents/label.svg", drawing=drawing(label))


def pdf(label: Label) -> bytes:
    """Print the label with its breakdown on one page; its data is attached."""
    html = render_template(
        "documents/label_pdf.html",
        label=label,
        drawing=drawing(label),
        lifts=lifts(label.rating),
        advice=advice_order(label.rating),
        address=public_address("labels.detail", label_id=label.id),
    )
    attachment = (f"label-{label.id}.json", as_json(label).encode())
    return documents.print_pdf(html, attachment, label.registered_at)


def png(label: Label) -> bytes:
    """Return the picture for link previews, 1200 x 630 pixels."""
    headline = fit(label.model.name, 640, (58, 52, 46, 40, 34, 30, 26), height=125)
    html = render_template("documents/card.html", drawing=drawing(label), headline=headline)
    return pictures.first_page_png(documents.print_pdf(html), PICTURE_WIDTH)


def badge(label: Label) -> str:
    """Return the badge for a README."""
    value = label.grade.letter if label.grade else "not rated"
    split = round(width(BADGE_NAME, 11)) + 10
    return render_template(
        "documents/badge.svg",
        badge={
            "title": f"{BADGE_NAME}: {value}",
            "name": BADGE_NAME,
            "value": value,
            "split": split,
            "width": split + round(width(value, 11)) + 12,
            "colour": label.grade.colour if label.grade else "#5a6a62",
            "ink": label.grade.ink if label.grade else "#ffffff",
        },
    )


def as_json(label: Label) -> str:
    """Return all that the label states, with its units."""
    content = {
        "id": label.id,
        "phase": label.phase,
        "model": asdict(label.model),
        "grade": label.grade.letter if label.grade else None,
        "coverage": label.rating.coverage,
        "scheme": label.scheme_version,
        "registered_at": iso(label.registered_at),
        "earlier_ratings": [
            {
                "scheme": earlier.scheme_version,
                "grade": earlier.grade.letter if earlier.grade else None,
                "until": iso(earlier.until),
            }
            for earlier in label.earlier
        ],
        "origin": {"kind": label.origin, "detail": label.origin_detail, "url": label.origin_url},
        "metrics": {
            rated.metric.slug: {
                "name": rated.metric.name,
                "value": rated.value,
                "unit": rated.metric.unit,
                "grade": rated.grade.letter if rated.grade else None,
                "weight": rated.metric.weight,
                "counted": rated.counted,
                "direction": rated.metric.thresholds.direction,
                "thresholds": rated.metric.thresholds.boundaries,
            }
            for rated in label.rating.metrics
        },
        "information": {fact.slug: fact.value for fact in label.information},
        "links": _links(label),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def model_card(label: Label) -> str:
    """Return the metadata block for a Hugging Face model card.

    `co2_eq_emissions` is what the hub defines for training, in grams; the label's own facts
    stand in a block of their own.
    """
    facts = {fact.slug: fact.value for fact in label.information}
    values = {rated.metric.slug: rated.value for rated in label.rating.metrics if rated.value is not None}
    block: dict[str, Any] = {}
    if label.phase is Phase.TRAINING and "co2_eq_emissions" in values:
        hub_names = {
            "source": "emissions_source",
            "training_type": "training_type",
            "geographical_location": "location",
            "hardware_used": "hardware",
        }
        known = {name: facts[slug] for name, slug in hub_names.items() if slug in facts}
        block["co2_eq_emissions"] = {"emissions": values["co2_eq_emissions"], **known}
    block["energy_label"] = {
        "grade": label.grade.letter if label.grade else None,
        "phase": str(label.phase),
        "scheme": label.scheme_version,
        "url": public_address("labels.detail", label_id=label.id),
        "metrics": values,
    }
    return yaml.dump(block, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)


def share(label: Label) -> Share:
    """Return the ways to pass the label on."""
    links = _links(label)
    grade = f"energy label: {label.grade.letter if label.grade else 'not rated'}"
    embed = public_address("labels.embed", label_id=label.id)
    return Share(
        link=links["self"],
        pdf=links["pdf"],
        png=links["png"],
        svg=links["svg"],
        json=links["json"],
        badge=links["badge"],
        badge_markdown=f"[![{grade}]({links['badge']})]({links['self']})",
        embed_html=f'<iframe src="{embed}" width="400" height="800" title="GAISSALabel {grade}"></iframe>',
        model_card_yaml=model_card(label),
        bibtex=_bibtex(label, links["self"]),
    )


def _links(label: Label) -> dict[str, str]:
    names = {"self": "detail", "pdf": "pdf", "png": "png", "svg": "svg", "json": "data"}
    names |= {"badge": "badge", "model_card": "model_card"}
    links = {
        name: public_address(f"labels.{endpoint}", label_id=label.id) for name, endpoint in names.items()
    }
    return {**links, "model": public_address("labels.model", model_id=label.model.id)}


def _bibtex(label: Label, address: str) -> str:
    def braced(text: str) -> str:
        escaped = "".join(f"\\{c}" if c in "&%$#_" else c for c in text if c not in "{}\\~^")
        return f"{{{escaped}}}"

    fields = {
        "title": braced(f"GAISSALabel energy label of {label.model.name} ({label.phase})"),
        **({"author": braced(f"{{{label.model.author}}}")} if label.model.author else {}),
        "year": braced(str(label.registered_at.year)),
        "howpublished": f"{{\\url{{{address}}}}}",
    }
    lines = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return f"@misc{{gaissalabel{label.id},\n{lines}\n}}\n"
