"""`python -m bumpgen.cli`."""

from bumpgen.cli import main

main()
