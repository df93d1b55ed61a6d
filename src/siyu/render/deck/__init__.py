"""The report as a PowerPoint deck: answer first, native charts, sources on every slide."""

import io
from datetime import datetime
from pathlib import Path

from siyu.language import Language
from siyu.render.deck.lint import checked
from siyu.render.deck.masters import opened
from siyu.render.deck.slide import Deck
from siyu.render.deck.story import Story
from siyu.render.packing import normalised
from siyu.render.report import Report
from siyu.render.speech import Speech


def deck_bytes(code: str, report: Report, template: Path | None = None, *, full: bool = False) -> bytes:
    """The deck of a report in `zh` or `en` as .pptx. The same report and template give the same bytes.

    template: a client's .pptx or .potx, whose layouts and colours the deck takes. full: with an appendix.
    Raises UsageError when no layout of the template can stand for one of ours, SlideProblems when a slide cannot be
    shown as it is.
    """
    masters = opened(template)
    speech = Speech(Language(code))
    name = str(speech.label(report.subject.name, 60))
    as_of = f"{speech.message('as of')} {report.as_of}"
    deck = Deck(masters, code, f"{name}  ·  {as_of}")
    Story(report, speech, deck).tell(full=full)
    deck.finish()
    checked(deck, speech)
    presentation = masters.presentation
    about = presentation.core_properties
    about.title, about.author, about.last_modified_by, about.language = f"{name}", "Siyu", "Siyu", code
    about.created = about.modified = datetime.fromisoformat(report.as_of)
    about.revision = 1
    buffer = io.BytesIO()
    presentation.save(buffer)
    return normalised(buffer.getvalue())
