"""The process reader: a process's steps carried out one by one on a cut through the drawn layout."""
