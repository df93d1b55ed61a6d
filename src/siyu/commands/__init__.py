"""The verbs of `siyu`."""
