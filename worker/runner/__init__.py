"""Everything that enters the jail; imports stdlib, NumPy, contract."""
