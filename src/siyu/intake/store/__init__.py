"""What exports were made into: typed parts, canonical tables, keys, erasures."""
