"""Carbon intensities of countries: list and import."""
