"""The rules of GAISSA Tools, as pure functions and values.

Here belongs every decision that could be explained on paper: rating, units, reading files,
advice. Nothing here knows Flask, a database, a template or the network, and nothing does I/O.
"""
