"""The management pages, a module per subject: parse the request, call, render."""
