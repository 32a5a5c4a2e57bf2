"""Synchronising with other repositories: start, progress, history."""
