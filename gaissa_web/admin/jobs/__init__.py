"""Background jobs: how far one is, and stopping it."""
