"""What lies on disk: records, locks, workspaces, publication."""
