# Shapes of a layer whose area over the area of their walls is less than a limit (IPC-7525); thickness in µm.
def area_ratio_least(layer, thickness, limit, exclusive)
  unit = source.layout.dbu
  shapes_where(layer) { |p| too_small(p.area * unit / (p.perimeter * thickness), limit, exclusive) }
end

# Shapes whose width over the film's thickness (µm) is less than a limit.
def aspect_ratio_least(layer, thickness, limit, exclusive)
  unit = source.layout.dbu
  shapes_where(layer) { |p| too_small(narrowest(p) * unit / thickness, limit, exclusive) }
end

# Shapes on which films of a height (µm) are higher than a limit times the shape's width.
def height_ratio_most(layer, height, limit, exclusive)
  unit = source.layout.dbu
  shapes_where(layer) { |p| too_small(-height / (narrowest(p) * unit), -limit, exclusive) }
end
