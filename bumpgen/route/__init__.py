"""The router: terminals, obstacles and rules in, wires of lines and arcs out, or the reason why not."""
