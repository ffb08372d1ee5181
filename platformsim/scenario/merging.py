"""How one scenario table is laid over another."""

from __future__ import annotations

from typing import Any


def merged(base: Any, over: Any) -> Any:
    """Lay a table over another: tables key by key, lists of named rows row by row."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {
            key: merged(base[key], over[key])
            if key in base and key in over
            else over.get(key, base.get(key))
            for key in (*base, *(key for key in over if key not in base))
        }
    if _named(base) and _named(over):
        # Rows that share a name are kept apart, for the checks to find.
        if len({row["name"] for row in over}) < len(over):
            return over
        rows = {row["name"]: row for row in base}
        for row in over:
            rows[row["name"]] = merged(rows.get(row["name"], {}), row)
        return list(rows.values())
    return over


def _named(rows: Any) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows
    )
