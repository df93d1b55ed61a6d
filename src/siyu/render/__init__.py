"""Renderings of findings: page, deck, workbook. None imports another."""
