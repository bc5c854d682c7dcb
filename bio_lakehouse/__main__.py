"""`python -m bio_lakehouse` is the command `bio-lakehouse`."""

from bio_lakehouse.cli import main

main(prog_name="bio-lakehouse")
