# Shapes whose size over that of a shape they touch is beyond `limit`: their longer side over its shorter one
# if `most`, else their shorter side over its longer one.
def size_ratio_beyond(one, other, limit, most, exclusive)
  out = polygon_layer
  partners = other.data.merged
  one.data.merged.each.to_a.each do |polygon|
    sides = [polygon.bbox.width, polygon.bbox.height].minmax
    beyond = partners.interacting(RBA::Region::new(polygon)).each.any? do |touched|
      ends = [touched.bbox.width, touched.bbox.height].minmax
      ratio = most ? sides[1].to_f / ends[0] : sides[0].to_f / ends[1]
      over = most ? ratio - limit : limit - ratio
      exclusive ? over > -1e-9 : over > 1e-9
    end
    out.data.insert(polygon) if beyond
  end
  out
end
