"""A page as PDF, printed by the Chromium that is on this machine."""

import os
import re
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_APP = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_SECONDS = 600  # a busy machine takes minutes
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}([^)]*\))")


class PrintingError(RuntimeError):
    """Chromium is not there, or printed nothing."""


def browser() -> str | None:
    """The path of a Chromium, or None."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    return found or (str(_APP) if _APP.exists() else None)


def pdf_bytes(page: Path, as_of: str) -> bytes:
    """The page as PDF, dated `as_of` (ISO) rather than now, so that the same page gives the same file.

    Raises PrintingError with Chromium's last words.
    """
    if (program := browser()) is None:
        raise PrintingError(f"none of {', '.join(PROGRAMS)} is on PATH")
    with tempfile.TemporaryDirectory(prefix="siyu-print-") as folder:
        target = Path(folder) / "page.pdf"
        command = [program, "--headless", "--disable-gpu", "--disable-background-networking", "--no-pdf-header-footer"]
        command += ["--no-first-run", f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium refuses root otherwise; it opens our own file, offline
        try:
            command.append(page.resolve().as_uri())
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise PrintingError(f"Chromium printed nothing in {_SECONDS} s") from None
        if not target.exists():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise PrintingError(f"Chromium printed nothing (exit {done.returncode}): {last[:200]}")
        day = date.fromisoformat(as_of).strftime("%Y%m%d000000").encode()
        return _DATE.sub(rb"\g<1>" + day + rb"\g<2>", target.read_bytes())
