# Shapes whose box isn't as wide and as high as one of the choices (value, tolerance).
def of_other_size(layer, choices)
  other = polygon_layer
  layer.data.merged.each.to_a.each do |shape|
    sides = [shape.bbox.width * dbu, shape.bbox.height * dbu]
    fits = choices.any? { |value, tolerance| sides.all? { |side| (side - value).abs <= tolerance + 1e-7 } }
    other.data.insert(shape) unless fits
  end
  other
end
