"""The few shapes that our charts are made of, as SVG: a panel of its own behind them, light or dark as the reader's page is."""

from dataclasses import dataclass, field
from html import escape

WIDTH = 760
MARGIN = 24

STYLE = """
.panel { fill: #ffffff; stroke: #d5d9e0 }
text { font: 13px system-ui, sans-serif; fill: #1f2430 }
.title { font-size: 15px; font-weight: 600 }
.quiet { fill: #5b6472 }
.grid { stroke: #e3e6eb }
.floor { stroke: #b3261e; stroke-dasharray: 5 4 }
.floor-text { fill: #b3261e }
.a { fill: #1f6feb; stroke: #1f6feb }
.b { fill: #b7791f; stroke: #b7791f }
.c { fill: #8a94a6; stroke: #8a94a6 }
.line { fill: none; stroke-width: 2 }
.bar { stroke: none }
@media (prefers-color-scheme: dark) {
  .panel { fill: #14181f; stroke: #333b47 }
  text { fill: #e6e9ef }
  .quiet { fill: #a3adbb }
  .grid { stroke: #2a313c }
  .floor { stroke: #ff8a80 }
  .floor-text { fill: #ff8a80 }
  .a { fill: #6ea8fe; stroke: #6ea8fe }
  .b { fill: #e0b15c; stroke: #e0b15c }
  .c { fill: #7a8596; stroke: #7a8596 }
}
"""


@dataclass
class Drawing:
    """Grows downwards; `y` is where the next thing goes."""

    title: str
    description: str
    y: float = 0
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        name = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(words)}</text>')

    def rectangle(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{height:.1f}" rx="2" class="bar {kind}"/>')

    def rule(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>')

    def line(self, points: list[tuple[float, float]], kind: str) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" class="line {kind}" style="fill: none"/>')
        self.parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class="{kind}"/>' for x, y in points]

    def heading(self, words: str, under: str = "") -> None:
        self.y += 30
        self.text(MARGIN, self.y, words, "title")
        if under:
            self.y += 19
            self.text(MARGIN, self.y, under, "quiet")
        self.y += 14

    def finish(self) -> str:
        height = self.y + MARGIN
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
            'role="img">',
            f"<title>{escape(self.title)}</title>", f"<desc>{escape(self.description)}</desc>", f"<style>{STYLE}</style>",
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="8" class="panel"/>', *self.parts, "</svg>", ""])


@dataclass(frozen=True)
class Bar:
    name: str
    # 0 to 1, of the width there is.
    share: float
    words: str
    kind: str = "a"
    # Where a rule stands across this bar, 0 to 1.
    floor: float | None = None
    # Begins a group: some room above it.
    is_first: bool = False


def bars(drawing: Drawing, bars: list[Bar], name_width: float = 200, value_width: float = 150) -> None:
    width = WIDTH - 2 * MARGIN - name_width - value_width
    left = MARGIN + name_width
    for bar in bars:
        if bar.is_first:
            drawing.y += 8
        drawing.text(left - 10, drawing.y + 14, bar.name, anchor="end")
        drawing.rectangle(left, drawing.y + 2, bar.share * width, 16, bar.kind)
        if bar.floor is not None:
            drawing.rule(left + bar.floor * width, drawing.y - 2, left + bar.floor * width, drawing.y + 22, "floor")
        end = max(bar.share, bar.floor or 0) * width
        drawing.text(left + end + 8, drawing.y + 14, bar.words, "quiet")
        drawing.y += 22


def legend(drawing: Drawing, names: list[tuple[str, str]]) -> None:
    """Names with the kinds that they are drawn in."""
    x = MARGIN + 4.0
    for name, kind in names:
        drawing.parts.append(f'<circle cx="{x:.1f}" cy="{drawing.y + 2:.1f}" r="4" class="{kind}"/>')
        drawing.text(x + 10, drawing.y + 6, name, "quiet")
        x += 26 + 8 * len(name)
    drawing.y += 18


@dataclass(frozen=True)
class Series:
    name: str
    values: list[float]
    kind: str


def lines(
    drawing: Drawing, columns: list[str], series: list[Series], top: float, ticks: list[float], floor: tuple[float, str],
    height: float = 150
) -> None:
    """Values from 0 to `top` over evenly spaced columns; `floor`: where the rule stands, and what it says."""
    left, right = MARGIN + 44, WIDTH - MARGIN - 90
    if len(series) > 1:
        legend(drawing, [(one.name, one.kind) for one in series])
    drawing.y += 6
    bottom = drawing.y + height

    def place(column: int, value: float) -> tuple[float, float]:
        return left + (right - left) * column / (len(columns) - 1), bottom - height * min(value, top) / top

    for tick in ticks:
        y = place(0, tick)[1]
        drawing.rule(left, y, right, y, "grid")
        drawing.text(left - 8, y + 4, f"{tick:g}", "quiet", "end")
    y = place(0, floor[0])[1]
    drawing.rule(left, y, right, y, "floor")
    drawing.text(right + 8, y + 4, floor[1], "floor-text")
    for one in series:
        drawing.line([place(column, value) for column, value in enumerate(one.values)], one.kind)
    for column, name in enumerate(columns):
        drawing.text(place(column, 0)[0], bottom + 19, name, "quiet", "middle")
    drawing.y = bottom + 26
