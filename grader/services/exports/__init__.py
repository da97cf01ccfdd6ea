"""The gradebook as the tables that other systems read."""
