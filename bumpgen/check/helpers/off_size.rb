# Inner shapes that touch an outer shape which isn't larger by one of the choices (value, tolerance) in width and height.
def off_size(outer, inner, choices)
  off = polygon_layer
  each_touching(outer, inner) do |one, other|
    more = [one.bbox.width - other.bbox.width, one.bbox.height - other.bbox.height].map { |steps| steps * dbu }
    fits = more.all? { |by| choices.any? { |value, tolerance| (by - value).abs <= tolerance + 1e-7 } }
    off.data.insert(other) unless fits
  end
  off
end
