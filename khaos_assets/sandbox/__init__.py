"""Simulators of the systems on loopback, the worlds they show, and the score of a run against the planted truth.

Here: one folder per simulated system, the harness that serves them, worlds, scoring. Nothing here shares code with
`systems/` or `snapshots/`: a simulator that shares code with its client proves nothing.
"""
