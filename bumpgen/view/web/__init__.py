"""Pages that stand alone: one HTML file with everything in it, nothing fetched from anywhere."""
