"""Worlds whose truth is known, written as exports."""
