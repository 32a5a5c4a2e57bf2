"""Benchmarks of the running site; `make bench` runs them and prints a table."""
