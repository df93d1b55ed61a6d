"""`python -m siyu` is `siyu`."""

from siyu.commands.main import main

main(prog_name="siyu")
