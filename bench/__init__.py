"""Benchmarks beside their peers: `make bench`. Each contender runs in a process of its own; what counts is the ratio."""
