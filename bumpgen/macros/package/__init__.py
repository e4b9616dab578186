"""The package that brings bumpgen into KLayout: technologies, decks, 2.5D views and the macro that starts it."""
