"""Users: who may manage the site, signing in and out, passwords."""
