"""What an audience does: people on the fan ladder, the weeks of an account, groups that are messaged."""
