"""The claims of the two founding methods held against a design or an assembly: tables, predicates, verdicts."""
