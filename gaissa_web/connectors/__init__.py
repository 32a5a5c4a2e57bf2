"""Outside repositories whose models get labels here: what is read of each, and the runs that do it."""
