# The merged shapes of a layer for which the block says true.
def shapes_where(layer)
  out = polygon_layer
  layer.data.merged.each.to_a.each { |p| out.data.insert(p) if yield(p) }
  out
end

# Whether a value is below a limit; an exclusive limit may not be reached either.
def too_small(value, limit, exclusive)
  exclusive ? value <= limit + 1e-9 : value < limit - 1e-9
end
