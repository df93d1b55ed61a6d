"""What counts a client's tables: DuckDB in this process, or Spark where they outgrow the machine."""
