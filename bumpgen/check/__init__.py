"""Judging layouts, whoever drew them."""
