"""Whether dies and carriers put together mate: joints, nets, heights, wires; what claims a design meets."""
