"""Initialisers: ``sample`` draws a parameter, ``moments`` says what it should be."""
