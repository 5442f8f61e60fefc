"""`python -m cabas.apps.cli` is `cabas`."""

from cabas.apps.cli import main

main()
