"""Benchmarks beside their peers: `make bench`. Each contender has a process of its own; what counts is the ratio."""
