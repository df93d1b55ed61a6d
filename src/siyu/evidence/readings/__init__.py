"""What the ledger says when it is read: ages, disputes, channels, sizes of platforms, what can be relied on."""
