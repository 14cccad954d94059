"""The Khaos simulator."""
