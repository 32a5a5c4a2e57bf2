"""Simple tables, managed generically: `labels`, `models` and `roi` declare them."""
