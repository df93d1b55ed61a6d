"""What a client's orders say: count tables from an engine, estimators on top. Frames in, numbers out."""
