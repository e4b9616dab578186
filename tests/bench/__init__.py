"""Measurements: start-up, writing, memory, beside gdstk, klayout.db and (with --peers) the rest."""
