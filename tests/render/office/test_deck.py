"""The deck: every number of its finding, native charts, sources and alt text, nothing trusted, same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches
from python_calamine import CalamineWorkbook

from siyu import charts, theme
from siyu.errors import UsageError
from siyu.language import Language
from siyu.record import Both, Moved, Previous
from siyu.render.citations import Citations, web_address
from siyu.render.deck import deck_bytes, masters, metrics
from siyu.render.deck.grids import GridCell, SlideGrid, first_page
from siyu.render.deck.layouts import COVER, LAYOUTS, OWN, WIDE
from siyu.render.deck.lint import SlideProblems
from siyu.render.deck.plots import PLOTS, Frame
from siyu.render.deck.slide import Slide
from siyu.render.deck.sourcing import Sourcing
from siyu.render.deck.tags import EMU
from siyu.render.deck.writing import plain_paragraphs
from siyu.render.number_codes import axis_code
from siyu.render.report import Report, SectionReport
from siyu.render.said import Said, clean
from siyu.render.speech import Speech
from siyu.render.summary import summarised

CODES = ("zh", "en")


def texts(slide):
    return [p.text_frame.text for p in slide.placeholders if p.has_text_frame]


def title_of(slide):
    return next(p.text_frame.text for p in slide.placeholders if p.placeholder_format.type in (1, 3))


def charts_by_finding(presentation):
    found = {}
    for slide in presentation.slides:
        for shape in slide.shapes:
            if getattr(shape, "has_chart", False) and shape.has_chart:
                found[shape.name.removeprefix("Chart ").partition(".")[2]] = shape.chart
    return found


def sheet_numbers(chart):
    with io.BytesIO(chart.part.chart_workbook.xlsx_part.blob) as blob:
        rows = CalamineWorkbook.from_filelike(blob).get_sheet_by_index(0).to_python()
    return [cell for row in rows for cell in row if isinstance(cell, float | int) and not isinstance(cell, bool)]


def cached_numbers(chart):
    caches = chart._chartSpace.iter(qn("c:numCache"))
    return [float(value.text) for cache in caches for value in cache.iter(qn("c:v"))]


def test_the_template_is_wide_and_has_fonts_for_both_scripts(decks, parts, opened):
    deck = opened(decks["zh"])
    assert (deck.slide_width, deck.slide_height) == (12_192_000, 6_858_000)
    for number in (1, 2):
        fonts = re.findall(r'<a:(latin|ea) typeface="([^"]*)"', parts(decks["zh"])[f"ppt/theme/theme{number}.xml"])
        assert fonts == [("latin", "Arial"), ("ea", "Microsoft YaHei")] * 2


@pytest.mark.parametrize("code", CODES)
def test_the_answer_stands_first_and_every_headline_has_its_slide(code, decks, opened, report):
    slides = list(opened(decks[code]).slides)
    speech = Speech(Language(code))
    assert title_of(slides[0]) == str(speech.title(report.findings[0]))
    assert [text for text in texts(slides[0]) if str(speech.figure(report.findings[0].values[0])) in text]
    titles = [title_of(slide) for slide in slides]
    for finding in report.findings:
        if finding.role == "headline":
            assert str(speech.title(finding)) in titles


@pytest.mark.parametrize("code", CODES)
def test_charts_hold_the_numbers_of_their_finding(code, decks, opened, report):
    drawn = charts_by_finding(opened(decks[code]))
    compared = 0
    for finding in report.findings:
        if finding.chart.kind not in PLOTS:
            continue
        chart = drawn[finding.key]
        ends = ("value",) if finding.chart.kind == "waterfall" else ("value", "low", "high")
        expected = {row.at(end) for row in finding.chart.rows for end in ends}
        expected |= {line.value for line in finding.chart.lines}
        assert expected <= set(sheet_numbers(chart)), finding.key
        if finding.chart.kind == "line":
            assert expected <= set(cached_numbers(chart)), finding.key
        compared += len(expected)
    assert len(drawn) >= 6
    assert compared > 40


def test_bands_stand_from_low_to_high_with_a_mark_at_the_value(decks, opened):
    chart = charts_by_finding(opened(decks["en"]))["per_thousand"]
    pieces = {plot.name: list(plot.values) for plot in chart.plots[0].series}
    assert pieces["Offset"] == [0, 0]
    below = [sum(part[at] for name, part in pieces.items() if name.endswith("below zero")) for at in (0, 1)]
    above = [sum(part[at] for name, part in pieces.items() if name.endswith("above zero")) for at in (0, 1)]
    assert below == pytest.approx([-3204.1, -4497])
    assert above == pytest.approx([27021.7, 23911.5])
    assert 0 < pieces["Dot, above zero"][0] < 0.02 * (27021.7 + 3204.1)


def test_reference_marks_that_are_ranges_stand_as_bands(decks, opened):
    chart = charts_by_finding(opened(decks["en"]))["selection"]
    labels = [str(label) for label in chart.plots[0].categories]
    assert labels[0].startswith("The case prints")
    assert "0–70%" in labels[0]


def test_the_parts_of_a_waterfall_add_up_to_its_steps_across_zero(decks, opened):
    chart = charts_by_finding(opened(decks["en"]))["waterfall"]
    series = {plot.name: list(plot.values) for plot in chart.plots[0].series}
    lengths = [sum(abs(part[at]) for name, part in series.items() if name != "Offset") for at in range(4)]
    assert lengths == [200, 150, 72, 22]
    assert series["Fall, above zero"][2] == 50
    assert series["Fall, below zero"][2] == -22
    assert series["Offset"] == [0, 50, 0, 0]


def test_tornado_bars_start_at_the_base_case(decks, parts):
    (xml,) = [text for name, text in parts(decks["en"]).items() if name.startswith("ppt/charts/") and "-1621.4" in text]
    assert '<c:crossesAt val="-458.9"/>' in xml


def test_a_tornado_has_the_colours_its_subtitle_names_and_room_for_its_legend(report):
    chart = next(one.chart for one in report.findings if one.chart.kind == "tornado")
    space = parse_xml(PLOTS["tornado"](Frame(chart, Speech(Language("en")), 12, 600, 300)).xml)
    fills = [one.find(qn("c:spPr")).find(f".//{qn('a:schemeClr')}").get("val") for one in space.iter(qn("c:ser"))]
    assert fills == ["accent2", "accent1"]  # low red, high green, as on the page
    top = space.find(f".//{qn('c:plotArea')}/{qn('c:layout')}/{qn('c:manualLayout')}/{qn('c:y')}")
    assert float(top.get("val")) * 300 > 2 * 12


def test_an_axis_of_shares_ends_with_all(report):
    chart = next(one.chart for one in report.findings if one.chart.kind == "line")
    rows = [row.model_copy(update={"low": 0.1, "value": 0.5, "high": 0.97}) for row in chart.rows]
    shares = chart.model_copy(update={"unit": "ratio", "rows": tuple(rows), "lines": ()})
    assert Frame(shares, Speech(Language("en")), 12, 600, 300).ends() == (0, 1)
    assert Frame(shares.model_copy(update={"unit": "multiple"}), Speech(Language("en")), 12, 600, 300).ends()[1] > 1


@pytest.mark.parametrize("code", CODES)
def test_number_formats_are_not_linked_and_charts_have_their_workbook(code, decks, parts):
    charts = [text for name, text in parts(decks[code]).items() if name.startswith("ppt/charts/chart")]
    assert len(charts) >= 6
    for xml in charts:
        assert 'sourceLinked="1"' not in xml
        assert "<c:externalData" in xml


@pytest.mark.parametrize("code", CODES)
def test_every_slide_has_a_source_and_every_exhibit_words_for_those_who_cannot_see_it(code, decks, opened):
    for slide in opened(decks[code]).slides:
        if slide.slide_layout.name != COVER:
            assert any(text.startswith(("Source: ", "来源：")) for text in texts(slide))
        for frame in slide._element.iter(qn("p:graphicFrame")):
            assert next(frame.iter(qn("p:cNvPr"))).get("descr")


def test_notes_hold_definitions_caveats_and_entries(decks, opened, report):
    slides = [slide for slide in opened(decks["en"]).slides if slide.name == "02_case_study.fan_gmv"]
    notes = slides[0].notes_slide.notes_text_frame.text
    assert "Definition: GMV of a month" in notes
    assert "Nothing here is measured" in notes
    assert "Not a statistical error" in notes
    assert report.sources["claim:S0-08"].name.en in notes


def test_links_lead_to_slides_of_the_deck_and_to_nothing_else(decks, parts, opened):
    jumps = 0
    for name, text in parts(decks["en"]).items():
        if name.startswith("ppt/slides/_rels"):
            assert "TargetMode" not in text
            jumps += text.count('relationships/slide"')
    assert jumps >= 5
    deck = opened(decks["en"])
    names = [slide.name for slide in deck.slides]
    agenda = deck.slides[2]
    (table,) = [shape.table for shape in agenda.shapes if shape.has_table]
    for row in list(table.rows)[1:]:
        jump = next(row.cells[3]._tc.iter(qn("a:hlinkClick")))
        target = agenda.part.related_part(jump.get(qn("r:id"))).slide
        assert names.index(target.name) + 1 == int(row.cells[3].text.partition("–")[0])


def test_a_web_address_of_a_trusted_source_becomes_a_link(content, build, parts):
    sources = [
        record["source"] for record in content["sources"].values() if (record.get("source") or {}).get("id") == "S0"
    ]
    for source in sources:
        source |= {"locator": "https://example.org/a?b=1", "grade": "B"}
    rels = "".join(text for name, text in parts(deck_bytes("en", build(content))).items() if "slides/_rels" in name)
    assert 'Target="https://example.org/a?b=1"' in rels
    for source in sources:
        source["grade"] = "E"
    rels = "".join(text for name, text in parts(deck_bytes("en", build(content))).items() if "slides/_rels" in name)
    assert "TargetMode" not in rels


@pytest.mark.parametrize(
    "locator",
    ["javascript:alert(1)", "http:///x", "https://user@evil.example", "https://a b", "file:///etc", "data:x", "//x.y", None,
     "http://例子.com", "https://x", "https://x.y:99999/", "https://x.y/\u202e", 'https://x.y/"onclick'],
)  # fmt: skip
def test_only_plain_web_addresses_are_addresses(locator):
    assert web_address(locator) == ""


def test_the_same_report_gives_the_same_bytes(report, decks):
    assert deck_bytes("zh", report, full=True) == decks["zh"]
    with zipfile.ZipFile(io.BytesIO(decks["zh"])) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        books = [package.read(name) for name in package.namelist() if name.endswith(".xlsx")]
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as inner:
            assert {entry.date_time for entry in inner.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_planted_change_shows_in_title_chart_and_workbook(content, build, decks, opened):
    finding = content["findings"]["02_case_study"][1]
    finding["values"][0]["value"] = finding["values"][0]["high"] = 9_100_000
    finding["chart"]["rows"][0]["high"] = 9_100_000
    before, after = opened(decks["en"]), opened(deck_bytes("en", build(content)))
    assert any("9.1M" in title_of(slide) for slide in after.slides)
    assert not any("9.1M" in title_of(slide) for slide in before.slides)
    changed, earlier = (charts_by_finding(deck)["fan_gmv"] for deck in (after, before))
    assert 9_100_000 in sheet_numbers(changed)
    assert 9_100_000 not in sheet_numbers(earlier)
    assert cached_numbers(changed) != cached_numbers(earlier)


def test_hostile_text_stays_text(content, build, hostile, parts, opened):
    names = iter(hostile * 3)
    content["subject"]["name"] = {"zh": next(names), "en": next(names)}
    for record in content["sources"].values():
        if record["kind"] == "claim":
            record |= {"as_printed": next(names), "name": {"zh": next(names), "en": next(names)}}
            record["note"] = record["source"]["reason"] = {"zh": next(names), "en": next(names)}
            record["source"] |= {
                "locator": next(names),
                "publisher": next(names),
                "title": {"zh": next(names), "en": next(names)},
            }
    for findings in content["findings"].values():
        for finding in findings:
            if not isinstance(finding["message_id"], str):
                finding["message_id"]["args"] = {
                    key: {"en": next(names), "zh": next(names)} for key in finding["message_id"]["args"]
                }
            for row in finding["chart"]["rows"]:
                row |= {"label": {"en": next(names), "zh": next(names)}} if "label" in row else {"rule": next(names)}
    for conflict in content["conflicts"].values():
        conflict |= {"name": {"zh": next(names), "en": next(names)}, "reason": {"zh": next(names), "en": next(names)}}
    for code in CODES:
        deck = deck_bytes(code, build(content))
        assert len(list(opened(deck).slides)) > 8
        assert 'TargetMode="External"' not in "".join(t for n, t in parts(deck).items() if "slides/_rels" in n)
        with zipfile.ZipFile(io.BytesIO(deck)) as package:
            embedded = [package.read(name) for name in package.namelist() if name.endswith(".xlsx")]
        for book in embedded:
            for name, text in parts(book).items():
                formulas = re.findall(r"<f>([^<]*)</f>", text) if name.startswith("xl/worksheets/") else []
                assert not [formula for formula in formulas if "cmd" in formula or "HYPERLINK" in formula]
                assert "<hyperlink" not in text


def test_names_that_need_it_are_cut_until_a_title_takes_two_lines(content, build, opened):
    tornado = content["findings"]["03_platform_economics"][2]
    tornado["message_id"]["args"]["name"] = {"en": "very long name " * 20, "zh": "很长的名字" * 60}
    for code in CODES:
        titles = [title_of(slide) for slide in opened(deck_bytes(code, build(content))).slides]
        assert any("…" in title for title in titles)


# --- the slide lint: each fault fails the build ---------------------------------------------------------


def faults(report, code="en"):
    with pytest.raises(SlideProblems) as caught:
        deck_bytes(code, report)
    return str(caught.value)


def test_a_title_over_two_lines_fails(content, build):
    content["findings"]["02_case_study"][1]["message_id"] = "Fans bring {fans} a month and " + "so on and on " * 20
    assert "a title of" in faults(build(content))


def test_text_that_does_not_fit_fails(report, monkeypatch):
    monkeypatch.setattr(Sourcing, "line", lambda self, findings, spot: plain_paragraphs("words " * 400))
    assert "points high" in faults(report)


def test_a_missing_source_fails(report, monkeypatch):
    monkeypatch.setattr(Sourcing, "line", lambda self, findings, spot: [])
    assert "no source" in faults(report)


def test_a_missing_alt_text_fails(report, monkeypatch):
    monkeypatch.setattr(Speech, "alt", lambda self, finding: Said())
    assert "no alt text" in faults(report)


def test_untranslated_text_fails_in_chinese_only(content, build):
    content["findings"]["02_case_study"][1]["caveats"] = ["This was never translated by anybody"]
    deck_bytes("en", build(content))
    assert "untranslated text 'This was never" in faults(build(content), "zh")


def test_a_shape_beyond_the_slide_fails(report, monkeypatch):
    table = Slide.table
    monkeypatch.setattr(
        Slide, "table", lambda self, name, xml, height, *more: table(self, name, xml, height + 900, *more)
    )
    assert "outside the slide" in faults(report)


# --- a client's template --------------------------------------------------------------------------------


def template(tmp_path, change):
    presentation = Presentation(str(OWN))
    change(presentation)
    presentation.save(tmp_path / "client.pptx")
    return tmp_path / "client.pptx"


def test_a_clients_master_is_honoured_and_its_slides_are_left_out(report, tmp_path):
    def own(presentation):
        presentation.slides.add_slide(presentation.slide_layouts[0])
        title = presentation.slide_layouts.get_by_name("Siyu Finding").placeholders[1]
        title.left = Inches(1)

    deck = Presentation(io.BytesIO(deck_bytes("en", report, template(tmp_path, own))))
    slide = next(slide for slide in deck.slides if slide.slide_layout.name == "Siyu Finding")
    assert slide.shapes.title.left == Inches(1)
    assert [slide.name for slide in deck.slides][:3] == ["cover", "summary", "agenda"]


def names(presentation):
    return {layout.name: layout for layout in presentation.slide_layouts}


def test_layouts_and_placeholders_under_other_names_are_found_by_type_and_size(report, decks, tmp_path):
    def renamed(presentation):
        for number, layout in enumerate(presentation.slide_layouts):
            layout._element.find(qn("p:cSld")).set("name", f"Master {number}")
            for at, shape in enumerate(layout.placeholders):
                shape._element.find(f".//{qn('p:cNvPr')}").set("name", f"Placeholder {at}")

    ours = Presentation(io.BytesIO(deck_bytes("en", report)))
    theirs = Presentation(io.BytesIO(deck_bytes("en", report, template(tmp_path, renamed))))
    for one, other in zip(ours.slides, theirs.slides, strict=True):
        assert texts(one) == texts(other)
        assert [(s.left, s.top) for s in one.placeholders] == [(s.left, s.top) for s in other.placeholders]


def test_a_template_of_office_holds_our_places_as_text_boxes(report, tmp_path):
    path = tmp_path / "office.pptx"
    Presentation().save(path)  # the eleven layouts of Office, four to three
    deck = Presentation(io.BytesIO(deck_bytes("en", report, path)))
    for slide in deck.slides:
        assert title_of(slide)
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
    assert deck.slides[0].slide_layout.name == "Title Slide"


def test_a_layout_without_one_of_its_places_leaves_room_for_text_boxes(report, tmp_path):
    def spoilt(presentation):
        for layout, place in (("Siyu Summary", "Card 1"), ("Siyu Finding", "Panel")):
            shape = next(shape for shape in names(presentation)[layout].placeholders if shape.name == place)
            shape._element.getparent().remove(shape._element)

    deck = Presentation(io.BytesIO(deck_bytes("en", report, template(tmp_path, spoilt))))
    boxes = {shape.name for slide in deck.slides for shape in slide.shapes if not shape.is_placeholder}
    assert {"Card 1", "List 1", "Panel"} <= boxes


def test_what_no_layout_can_stand_for_is_named_all_at_once(report, tmp_path):
    def spoilt(presentation):
        for layout in presentation.slide_layouts:
            layout._element.find(qn("p:cSld")).set("name", "Bare")
            for shape in list(layout.placeholders):
                shape._element.getparent().remove(shape._element)

    with pytest.raises(UsageError) as caught:
        deck_bytes("en", report, template(tmp_path, spoilt))
    found = [problem.found for problem in caught.value.problems]
    assert found == sorted(f"no layout that can stand for {name!r}" for name in LAYOUTS)
    assert "client.pptx" in str(caught.value)


def test_nothing_of_a_templates_slides_is_left_and_no_part_is_there_twice(report, tmp_path, parts):
    def used(presentation):
        for layout in list(presentation.slide_layouts)[:2]:
            presentation.slides.add_slide(layout)
        old = presentation.slides[0].part
        layout = names(presentation)["Siyu Wide"]
        relation = layout.part.relate_to(old, RELATIONSHIP_TYPE.SLIDE)
        run = layout.placeholders[0]._element.find(f".//{qn('a:rPr')}")
        run.append(parse_xml(f'<a:hlinkClick {nsdecls("a", "r")} r:id="{relation}" action="ppaction://hlinksldjump"/>'))
        show = f'<p:custShow name="Old" id="0"><p:sldLst><p:sld r:id="{presentation.slides._sldIdLst[0].rId}"/></p:sldLst></p:custShow>'
        shows = parse_xml(f"<p:custShowLst {nsdecls('p', 'r')}>{show}</p:custShowLst>")
        lock = parse_xml(
            f'<p:modifyVerifier {nsdecls("p")} algorithmName="SHA-512" hashData="AA==" saltData="AA==" spinValue="1"/>'
        )
        presentation.part._element.extend([shows, lock])

    deck = deck_bytes("en", report, template(tmp_path, used))
    with zipfile.ZipFile(io.BytesIO(deck)) as package:
        held = package.namelist()
    assert len(held) == len(set(held))
    count = len(Presentation(io.BytesIO(deck)).slides)
    assert sum(bool(re.fullmatch(r"ppt/slides/slide\d+\.xml", name)) for name in held) == count
    texts = parts(deck)
    assert "custShow" not in texts["ppt/presentation.xml"]
    assert "modifyVerifier" not in texts["ppt/presentation.xml"]
    for name, text in texts.items():
        if name.startswith("ppt/slideLayouts/_rels"):
            assert "/slides/" not in text


def kind_of_package(path, kind):
    """The presentation with the content type of another kind."""
    made = path.with_name(f"client.{kind}")
    types = {
        "potx": "openxmlformats-officedocument.presentationml.template",
        "pptm": "ms-powerpoint.presentation.macroEnabled",
    }
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "[Content_Types].xml":
                part = part.replace(b"openxmlformats-officedocument.presentationml.presentation", types[kind].encode())
            target.writestr(name, part)
    return made


@pytest.mark.parametrize("kind", ["potx", "pptm"])
def test_templates_and_macro_files_give_a_plain_presentation(kind, report, tmp_path, parts):
    deck = deck_bytes("en", report, kind_of_package(template(tmp_path, lambda presentation: None), kind))
    assert "presentationml.presentation.main+xml" in parts(deck)["[Content_Types].xml"]
    assert len(Presentation(io.BytesIO(deck)).slides) > 8


def test_a_locked_template_is_refused_with_what_to_do(report, tmp_path):
    path = tmp_path / "client.pptx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UsageError, match=r"client\.pptx.*locked with a password.*without a password"):
        deck_bytes("en", report, path)


@pytest.mark.parametrize("code", CODES)
def test_every_colour_is_one_of_the_theme(code, decks, parts):
    for name, text in parts(decks[code]).items():
        if re.match(r"ppt/(charts/chart|slides/slide)\d+\.xml", name):
            assert "srgbClr" not in text, name


# --- a talk ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["case", "client"])
def talk(request, case_report, client_report):
    """A report as bundled subjects have it, and what makes its talk in a language."""
    chosen = {"case": case_report, "client": client_report}[request.param]
    return chosen, {code: Presentation(io.BytesIO(deck_bytes(code, chosen))) for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_within_sixteen_slides_a_talk_has_a_native_chart_of_each_finding_that_has_one(code, talk):
    report, decks = talk
    slides = list(decks[code].slides)
    shown = {slide.name: slide for slide in slides if slide.name in report.by_key}
    assert len(shown) >= 10
    assert 8 <= len(slides) <= 16
    drawn = 0
    for key, slide in shown.items():
        finding, frames = report.by_key[key], [s for s in slide.shapes if s.has_chart or s.has_table]
        assert [s.name.partition(" ")[2] for s in frames] == [key]
        assert frames[0].has_chart == (finding.chart.kind in PLOTS)
        assert frames[0]._element.nvGraphicFramePr.cNvPr.get("descr") == str(Speech(Language(code)).alt(finding))
        if not frames[0].has_chart:
            continue
        chart, drawn = frames[0].chart, drawn + 1
        ends = ("value",) if finding.chart.kind == "waterfall" else ("value", "low", "high")
        expected = [row.at(end) for row in finding.chart.rows for end in ends]
        assert expected == pytest.approx(
            [min(sheet_numbers(chart), key=lambda one: abs(one - end)) for end in expected]
        )
        assert b"srgbClr" not in chart.part.blob
        assert code == "zh" or not re.search(r"[\u4e00-\u9fff]", chart.part.blob.decode())
        assert any(text.startswith(("Source: ", "来源：")) for text in texts(slide))
    assert drawn >= 6


@pytest.mark.parametrize("code", CODES)
def test_each_question_opens_on_a_finding_with_its_answer_and_each_reason_has_its_slide(code, talk):
    report, decks = talk
    slides = list(decks[code].slides)
    names = [slide.name for slide in slides]
    (agenda,) = [shape.table for shape in slides[2].shapes if shape.has_table]
    opened_beside = 0
    for row in list(agenda.rows)[1:]:
        slide = slides[int(row.cells[3].text.partition("–")[0]) - 1]
        beside = [text for text in texts(slide) if row.cells[2].text and row.cells[2].text in text]
        opened_beside += bool(beside)
        assert bool(beside) == (bool(row.cells[2].text) and slide.slide_layout.name != WIDE)
    assert opened_beside >= 3
    assert set(summarised(report).reasons) <= set(names)
    for slide in slides:
        for shape in slide.placeholders:
            sizes = [run.font.size.pt for line in shape.text_frame.paragraphs for run in line.runs if run.font.size]
            assert shape.name != "Panel" or min(sizes, default=12) >= 10


@pytest.mark.parametrize("code", CODES)
def test_a_talk_has_a_cover_a_summary_an_agenda_and_sections_of_powerpoint(code, talks, opened, parts, report):
    deck = opened(talks[code])
    slides = list(deck.slides)
    assert 8 <= len(slides) <= 15
    assert [slide.name for slide in slides][:3] == ["cover", "summary", "agenda"]
    listed = parse_xml(parts(talks[code])["ppt/presentation.xml"].encode())
    ids = [one.get("id") for one in listed.iter() if one.tag.endswith("}sldId") and "2010" in one.tag]
    assert ids == [str(entry.id) for entry in deck.slides._sldIdLst]
    named = [one.get("name") for one in listed.iter() if one.tag.endswith("}section")]
    questions = next(
        shape.table for shape in slides[2].shapes if getattr(shape, "has_table", False) and shape.has_table
    )
    assert named[1:-1] == [row.cells[1].text for row in list(questions.rows)[1:]]


def test_the_appendix_holds_every_finding_that_the_talk_leaves_out(talks, decks, opened, report):
    short, whole = ([slide.name for slide in opened(deck["en"]).slides] for deck in (talks, decks))
    assert whole[: len(short)] == short
    findings = {one.full_key for one in report.findings if one.role != "absent" and one.chart.rows}
    assert findings <= set(whole)
    assert not findings <= set(short)


@pytest.mark.parametrize("code", CODES)
def test_an_appendix_takes_any_finding_a_title_too_long_by_its_first_sentence(code, client_report):
    deck = Presentation(io.BytesIO(deck_bytes(code, client_report, full=True)))
    told = {slide.name: title_of(slide) for slide in deck.slides}
    assert {one.full_key for one in client_report.findings if one.role not in ("absent", "answer")} <= set(told)
    whole = Speech(Language(code)).title(client_report.by_key["05_growth.growth_answer"]).plain()
    if code == "en":
        assert whole.startswith(told["05_growth.growth_answer"] + ". ")


def test_a_figure_without_a_chart_comes_after_those_with_one(report, opened):
    case, *others = report.sections
    bare = case.findings[1].model_copy(update={"key": "bare", "chart": charts.NOTHING})
    changed = replace(case, findings=[case.findings[0], bare, *case.findings[1:]])
    names = [slide.name for slide in opened(deck_bytes("en", replace(report, sections=[changed, *others]))).slides]
    shown = [name for name in names if name.startswith(case.notebook)]
    assert "02_case_study.fan_gmv" in shown
    assert shown[-1] == "02_case_study.bare"


def test_long_tables_are_left_to_the_workbook_with_its_sheet(decks, opened):
    (slide,) = [slide for slide in opened(decks["en"]).slides if slide.name == "02_case_study.checks"]
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert len(table.rows) == 1 + 7
    assert any("23 more rows in the workbook, sheet The case" in text for text in texts(slide))
    assert Speech(Language("en")).message("{count:# finding|# findings}", count=1) == "1 finding"


def test_a_table_that_fits_is_shown_whole_and_in_larger_type(case_report):
    """Tables were broken into pages that were about equally full, of which the first alone is shown."""
    slides = Presentation(io.BytesIO(deck_bytes("en", case_report))).slides
    (verdicts,) = [slide for slide in slides if slide.name == "01_evidence.case_verdicts"]
    (table,) = [shape.table for shape in verdicts.shapes if shape.has_table]
    assert len(table.rows) == 1 + len(case_report.by_key["01_evidence.case_verdicts"].chart.rows)
    spot = masters.opened(None).spots[WIDE]["Content"]
    for rows, size in ((3, "1400"), (60, "1050")):
        cells = [[GridCell("a name"), GridCell("1", number=True)]] * rows
        page = first_page(SlideGrid(["Name", "Number"], cells), spot, "en")
        assert set(re.findall(r'sz="(\d+)"', page.xml)) == {size}
        assert page.rows == 3 if rows == 3 else 12 < page.rows < rows
        assert page.height <= spot.box[3] / EMU


def test_a_line_alone_is_named_along_its_axis_and_lines_beside_others_at_their_ends(report):
    speech = Speech(Language("en"))
    chart = next(one.chart for one in report.findings if one.chart.kind == "line")
    others = [row.model_copy(update={"series": "Seen"}) for row in chart.rows]
    alone, two = chart, chart.model_copy(update={"rows": (*chart.rows, *others)})
    for drawn, title, named in ((alone, ["Expected", "Months"], "0"), (two, ["Months"], "1")):
        space = parse_xml(PLOTS["line"](Frame(drawn, speech, 12, 600, 300)).xml)
        titles = ["".join(one.text or "" for one in found.iter(qn("a:t"))) for found in space.iter(qn("c:title"))]
        assert sorted(titles) == title
        ends = [label.find(qn("c:showSerName")).get("val") for label in space.iter(qn("c:dLbl"))]
        assert ends[0] == named


def test_names_of_lines_that_end_together_stand_a_line_of_text_apart(report):
    chart = next(one.chart for one in report.findings if one.chart.kind == "line")
    rows = [row.model_copy(update={"series": name}) for name in ("Seen", "Expected", "Least") for row in chart.rows]
    frame = Frame(chart.model_copy(update={"rows": tuple(rows)}), Speech(Language("en")), 12, 600, 300)
    space = parse_xml(PLOTS["line"](frame).xml)
    notes = [label for label in space.iter(qn("c:dLbl")) if label.find(qn("c:showSerName")).get("val") == "1"]
    heights = [float(at.get("val")) for label in notes for at in label.iter(qn("c:y"))]
    assert [round(one * -300, 1) for one in heights] == [15.6, 31.2]  # the first stands at its end, of 12 points each
    assert {body.get("wrap") for label in notes for body in label.iter(qn("a:bodyPr"))} == {"none"}


def test_a_row_takes_two_lines_at_most_its_number_behind_a_name_that_takes_both(report):
    chart = next(one.chart for one in report.findings if one.chart.kind == "range")
    long, short = "Bought again within a quarter, compared alike · Members", "Members"
    rows = [chart.rows[0].model_copy(update={"label": Both(en=name, zh=name)}) for name in (long, short)]
    frame = Frame(chart.model_copy(update={"rows": (*rows,), "lines": ()}), Speech(Language("en")), 12, 600, 300)
    space = parse_xml(PLOTS["range"](frame).xml)
    names = [one.text for one in next(space.iter(qn("c:cat"))).iter(qn("c:v"))]
    assert [name.split(frame.said(rows[0]))[0] for name in names] == [f"{long}  ", f"{short}\n"]


def test_a_name_is_cut_after_a_word_where_it_has_words():
    assert clean("Send a random half of new buyers to WeChat", 30) == "Send a random half of new…"
    assert clean("一二三四五六七八", 5) == "一二三四…"
    assert clean("a " + "b" * 40, 20) == "a " + "b" * 17 + "…"
    assert clean("one two", 7) == "one two"


def test_a_document_without_a_date_is_said_to_be_so_in_the_language(report):
    documents = [
        one for finding in report.findings for one in Citations(report, Speech(Language("zh"))).documents_of(finding)
    ]
    undated = replace(documents[0], source=documents[0].source.model_copy(update={"published": "undated"}))
    assert "未注日期" in Citations(report, Speech(Language("zh"))).line(undated)


def test_notes_are_of_one_language_and_say_no_unit_twice(decks, opened):
    for slide in opened(decks["en"]).slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert not re.search(r"[\u4e00-\u9fff]", notes), slide.name
        assert not re.search(r"(CNY|%) [\d–.,KM]+ \1", notes), slide.name


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_a_template_that_is_no_presentation_is_refused(content, report, tmp_path):
    path = tmp_path / "client.pptx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match="no readable presentation"):
        deck_bytes("en", report, path)


def test_our_template_has_the_layouts_of_the_contract_and_the_colours_of_the_theme():
    presentation = Presentation(str(OWN))
    assert {layout.name: {shape.name for shape in layout.placeholders} for layout in presentation.slide_layouts} == {
        name: set(spots) for name, spots in LAYOUTS.items()
    }
    named = {"dk1": theme.INK, "lt1": theme.PAPER, "dk2": theme.MUTE, "lt2": theme.SOFT}
    named |= {"hlink": theme.MAIN, "folHlink": theme.MAIN}
    named |= {f"accent{at}": colour for at, colour in enumerate(theme.SERIES, start=1)}
    parts = [part for part in presentation.part.package.iter_parts() if "/theme/" in part.partname]
    assert len(parts) == 2  # of slides and of notes
    for part in parts:
        colours = parse_xml(part.blob).find(f".//{qn('a:clrScheme')}")
        assert {qn(f"a:{name}"): colour.lstrip("#").upper() for name, colour in named.items()} == {
            one.tag: one[0].get("val") for one in colours
        }


# --- metrics --------------------------------------------------------------------------------------------


def test_chinese_breaks_between_characters_and_never_before_a_full_stop():
    width = metrics.text_width("一二三四五", 10)
    assert metrics.lines("一二三四五。六", width, 10) == ["一二三四", "五。六"]
    assert metrics.lines("one two three", metrics.text_width("one two", 10), 10) == ["one two", "three"]


def test_a_word_longer_than_the_line_is_broken_and_what_is_cut_ends_in_an_ellipsis():
    width = metrics.text_width("aaaaa", 10)
    assert max(len(line) for line in metrics.lines("a" * 33, width, 10)) == 5
    cut = metrics.shortened("one two three four", metrics.text_width("one two", 10), 10, 1)
    assert cut.endswith("…")
    assert metrics.lines(cut, metrics.text_width("one two", 10), 10) == [cut]


def test_labels_of_charts_read_as_the_language_says_the_number(decks, parts):
    codes = set()
    for name, text in parts(decks["zh"]).items():
        if name.startswith("ppt/charts/"):
            codes |= set(re.findall(r'formatCode="([^"]*)"', text))
    assert any("万" in code for code in codes)
    assert "415万–830万元" in "".join(
        text for name, text in parts(decks["zh"]).items() if name.startswith("ppt/charts/")
    )


# --- reports of other shapes ----------------------------------------------------------------------------


def test_a_report_without_a_finding_still_says_what_is_missing(report, opened):
    missing = Both(en="Order exports; drop them into the folder.", zh="缺订单导出，放进文件夹即可。")
    sections = [SectionReport("07_repurchase", "no_input", missing, [("# Do they buy again?", None)])]
    bare = Report(report.subject, "2021-08-31", sections)
    cover, slide = opened(deck_bytes("en", bare)).slides
    assert title_of(cover) == "Luzhou Laojiao"
    cells = [cell.text for shape in slide.shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    assert missing.en in cells
    assert "Do they buy again?" in cells


def test_in_the_pseudo_locale_every_message_is_marked(report, opened):
    slides = list(opened(deck_bytes("xx", report)).slides)
    assert all("⟦" in title_of(slide) for slide in slides)


@pytest.mark.parametrize(
    ("code", "top", "unit", "others"), [("zh", 1.2e8, "亿", "万"), ("zh", 8e6, "万", "亿"), ("en", 3e6, "M", "K")]
)
def test_an_axis_has_one_unit(code, top, unit, others):
    for logarithmic, least in ((False, 0), (True, 3e4)):
        shown = axis_code([least, top / 3, top], "CNY", Language(code), logarithmic=logarithmic)
        assert unit in shown
        assert others not in shown


def test_the_cover_says_what_moved_since_the_report_before(report, opened):
    earlier = Previous(seal="0" * 64, as_of="2021-05-31")
    moved = Moved.model_validate(
        {"section": "02_case_study", "key": "fan_gmv", "name": "fans", "from": 7_000_000, "to": 8_300_000, "unit": "CNY",
         "definition": "monthly_gmv", "beyond_chance": None, "because": ["claim:S0-07"]}
    )  # fmt: skip
    told = [title for made in (report, replace(report, previous=earlier), replace(report, previous=earlier, moved=[moved]))
            for title in ["\n".join(texts(opened(deck_bytes("en", made)).slides[0]))]]  # fmt: skip
    assert "First report" in told[0]
    assert "No headline number moved" in told[1]
    assert "CNY 7M → CNY 8.3M" in told[2].replace("\xa0", " ")
