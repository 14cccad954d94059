"""`python -m khaos_assets.cli`, for processes that start one another."""

from khaos_assets.cli import main

if __name__ == "__main__":
    main()
