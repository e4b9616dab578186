"""What the commands do, free of the command line's parsing; each returns or prints a report."""
