"""The bar that says how far a run is, and how long it will take."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from trtexp.errors import plural

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def duration(seconds: float | None) -> str:
    """How long it will take, in words."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} seconds left"
    minutes = round(seconds / 60)
    return f"about {plural(minutes, 'minute')} left" if minutes < 90 else f"about {minutes / 60:.1f} hours left"


def bar(stream: TextIO, total: int, color: bool) -> tuple[Progress, TaskID]:
    """A bar of so many cases, shown until it is stopped."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task
    from rich.text import Text

    class Left(ProgressColumn):
        max_refresh = 0.5

        def render(self, task: Task) -> Text:
            return Text(duration(task.time_remaining))

    console = Console(file=stream, no_color=not color, force_terminal=True, highlight=False)
    progress = Progress(BarColumn(20), MofNCompleteColumn(), Left(), console=console, transient=True)
    progress.start()
    return progress, progress.add_task("cases", total=total)
