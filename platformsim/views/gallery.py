"""All figures of a result, by name."""

from __future__ import annotations

import base64
import html
from typing import Any

import pandas as pd

from platformsim.views.adoption import adoption
from platformsim.views.differences import differences
from platformsim.views.earnings import earnings
from platformsim.views.gate import gate


class Gallery(dict):
    """Figures by name; shows itself in Jupyter."""

    def _repr_html_(self) -> str:
        parts = []
        for figure in self.values():
            code = base64.b64encode(figure._repr_png_()).decode()
            alt = html.escape(figure.text_alternative)
            parts.append(f'<img alt="{alt}" src="data:image/png;base64,{code}"/>')
        return "<br/>".join(parts)


def run_gallery(tables: dict[str, pd.DataFrame], title: str) -> Gallery:
    """Draw the figures of a set of runs."""
    series, summary, columns = (tables[name] for name in ("series", "summary", "columns"))
    gallery = Gallery()
    if (columns["metric"] == "share").any():
        gallery["adoption"] = adoption(series, columns, title)
    if (columns["metric"] == "profit").any():
        gallery["earnings"] = earnings(summary, columns, f"Who earns what: {title}")
        _add(gallery, "gate", gate(series, columns, f"Builders and the gate: {title}"))
    return gallery


def comparison_gallery(tables: dict[str, pd.DataFrame], title: str) -> Gallery:
    """Draw the figures of a comparison."""
    gallery = run_gallery(tables, title)
    gallery["differences"] = differences(
        tables["summary"], tables["verdicts"], f"Paired differences: {title}"
    )
    return gallery


def _add(gallery: Gallery, name: str, figure: Any) -> None:
    if figure is not None:
        gallery[name] = figure
