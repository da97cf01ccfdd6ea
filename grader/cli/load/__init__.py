"""Real databases, people and processes to put under load; for benchmarks only."""
