# The whole layout's box if no shape is a cross of that width and height, upright or lying, its bars `arm` wide.
def missing_cross(layer, width, height, arm)
  w, h, a = [width, height, arm].map { |length| (length / dbu).round }
  corners = [[-a, -h], [-a, -a], [-w, -a], [-w, a], [-a, a], [-a, h], [a, h], [a, a], [w, a], [w, -a], [a, -a], [a, -h]]
  upright = RBA::Polygon::new(corners.map { |x, y| RBA::Point::new(x, y) })
  lying = upright.transformed(RBA::Trans::R90)
  found = layer.data.merged.each.any? do |polygon|
    box = polygon.bbox
    centred = polygon.transformed(RBA::ICplxTrans::new(2.0)).moved(-box.left - box.right, -box.bottom - box.top)
    centred == upright || centred == lying
  end
  found ? polygon_layer : extent
end
