"""Which of the two products are switched on."""
