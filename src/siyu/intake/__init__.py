"""A client's own exports, read strictly: every record is accepted, quarantined or ignored, and counted."""
