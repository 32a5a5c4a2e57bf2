"""Calculation tools: which files are recognised, and what is read from them."""
