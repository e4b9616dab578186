# The box of all shapes of a layer if they are fewer than a number.
def too_few(layer, least)
  found, shapes = polygon_layer, layer.data.merged
  found.data.insert(shapes.bbox) if shapes.count < least
  found
end
