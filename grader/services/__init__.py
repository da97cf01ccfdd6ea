"""Use cases over the database: session first, plain values back, no commit inside."""
