"""`python -m gridwitness_cli` is `gridwitness`."""

from gridwitness_cli.main import main

main()
