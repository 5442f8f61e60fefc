"""`python -m cabas` is `cabas`."""

from cabas.apps.cli import main

if __name__ == "__main__":
    main()
