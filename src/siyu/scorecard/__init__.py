"""Published results computed anew."""
