"""How a report is delivered beyond its usual files: in a client's template, printed as PDF, with an appendix."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siyu.errors import Problem, ProblemsError
from siyu.runs.files.storage import sha256_of


@dataclass(frozen=True)
class Delivery:
    """template: a .pptx whose master the deck takes. pdf: whether the pages are printed too. appendix: whether the
    deck holds what its talk leaves out."""

    template: Path | None = None
    pdf: bool = False
    appendix: bool = False

    @property
    def inputs(self) -> list[dict[str, str]]:
        """[{path, sha256}] of the template, under its name alone: it lies outside the project."""
        if self.template is None:
            return []
        return [{"path": f"template/{self.template.name}", "sha256": sha256_of(self.template)}]

    @property
    def key(self) -> list[Any]:
        """What of it decides the bytes of a report."""
        return [[entry["sha256"] for entry in self.inputs], self.pdf, self.appendix]

    @property
    def options(self) -> list[str]:
        """The words that ask for it on the command line."""
        words = ["--template", str(self.template)] if self.template else []
        return words + (["--pdf"] if self.pdf else []) + (["--appendix"] if self.appendix else [])


def delivery_problems(delivery: Delivery) -> list[Problem]:
    """What a template lacks, and a browser that is not there; found before anything starts."""
    problems: list[Problem] = []
    if delivery.template is not None:
        from siyu.render.deck.masters import opened  # half a second of imports, where a template is given

        try:
            opened(delivery.template)
        except ProblemsError as error:
            problems += error.problems
    if delivery.pdf:
        from siyu.render.page.printing import PROGRAMS, browser

        if browser() is None:
            step = "Install Chromium, or leave out --pdf: the page prints from any browser."
            problems.append(Problem("command line", 0, "--pdf", "no Chromium", " or ".join(PROGRAMS), step))
    return problems
