"""What a panel of the dashboards is, and how it is laid out for Grafana."""

from typing import Any

# (title, unit, [(PromQL, legend)...], what it shows)
Panel = tuple[str, str, list[tuple[str, str]], str]
Json = dict[str, Any]

SOURCE: Json = {"type": "prometheus", "uid": "${datasource}"}
# The machines that are chosen.
ONE, MANY = 'instance="$instance"', 'instance=~"$instance"'
# Grafana's grid has 24 columns.
COLUMNS, WIDTH, HEIGHT, STAT_WIDTH, STAT_HEIGHT, ROW_HEIGHT = 24, 8, 8, 4, 4, 1


def of(name: str, legend: str = "", selector: str = ONE) -> tuple[str, str]:
    """A metric as it is."""
    return f"{name}{{{selector}}}", legend


def rate_of(name: str, legend: str, selector: str = ONE) -> tuple[str, str]:
    """A counter as a rate."""
    return f"rate({name}{{{selector}}}[$__rate_interval])", legend


def panel(number: int, place: Json, kind: str, content: Panel) -> Json:
    title, unit, queries, description = content
    stat = {"options": {"reduceOptions": {"calcs": ["lastNotNull"]}, "textMode": "auto", "colorMode": "none"}}
    lines = {"options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}}
    share = {"min": 0} if unit == "percentunit" else {}
    if title == "State" and kind == "stat":
        stat["options"]["textMode"] = "name"
    return {
        "id": number,
        "type": kind,
        "title": title,
        "description": description,
        "gridPos": place,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": {"unit": unit, **share}, "overrides": []},
        **(stat if kind == "stat" else lines),
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
            for index, (expression, legend) in enumerate(queries)
        ],
    }


def panels(stats: list[Panel], rows: dict[str, list[Panel]]) -> list[Json]:
    found = [
        panel(index + 1, {"x": index * STAT_WIDTH, "y": 0, "w": STAT_WIDTH, "h": STAT_HEIGHT}, "stat", content)
        for index, content in enumerate(stats)
    ]
    top = STAT_HEIGHT
    for title, contents in rows.items():
        place = {"x": 0, "y": top, "w": COLUMNS, "h": ROW_HEIGHT}
        found.append({"id": len(found) + 1, "type": "row", "title": title, "gridPos": place, "panels": []})
        top += ROW_HEIGHT
        for index, content in enumerate(contents):
            column, line = index % (COLUMNS // WIDTH), index // (COLUMNS // WIDTH)
            place = {"x": column * WIDTH, "y": top + line * HEIGHT, "w": WIDTH, "h": HEIGHT}
            found.append(panel(len(found) + 1, place, "timeseries", content))
        top += HEIGHT * -(-len(contents) // (COLUMNS // WIDTH))
    return found


def dashboard(uid: str, title: str, stats: list[Panel], rows: dict[str, list[Panel]], *, many: bool = False) -> Json:
    instances = "label_values(zeropoint_server_samples_total, instance)"
    choice = {"multi": True, "includeAll": True, "current": {"text": "All", "value": "$__all"}} if many else {}
    return {
        "uid": uid,
        "title": title,
        "tags": ["zeropoint"],
        "schemaVersion": 39,
        "editable": True,
        "timezone": "browser",
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
                {
                    "name": "instance",
                    "label": "Machine",
                    "type": "query",
                    "datasource": SOURCE,
                    "query": {"query": instances, "refId": "instance"},
                    "definition": instances,
                    "refresh": 2,
                    "sort": 1,
                    **choice,
                },
            ]
        },
        "panels": panels(stats, rows),
    }
