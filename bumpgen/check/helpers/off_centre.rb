# Shapes of the second layer whose centre is farther than the limit from that of a first layer's shape they touch.
def off_centre(first, second, limit)
  off = polygon_layer
  each_touching(first, second) do |one, other|
    off.data.insert(other) if apart(spot_of(one), spot_of(other)) > limit + 1e-7
  end
  off
end
