"""The first page after signing in, and the page of patterns."""
