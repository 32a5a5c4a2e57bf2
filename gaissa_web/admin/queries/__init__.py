"""What the management pages show, a module per subject; nothing here changes anything."""
