"""Private-domain (siyu) marketing workbook: sourced figures, findings and reports."""

__version__ = "0.2.0"
