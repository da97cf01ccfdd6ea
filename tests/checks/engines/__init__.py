"""Right engines as students write them; read as text and handed in by the tests."""
