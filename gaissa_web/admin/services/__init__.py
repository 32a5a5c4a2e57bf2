"""What QA managers change, a module per subject: each change one transaction, with its audit event."""
