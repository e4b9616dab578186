"""bumpgen inside the KLayout application, and the package that brings it there.

What runs in the application imports `pya`, the standard library and bumpgen's own values; never `klayout`.
"""
