# Dice, or windows of them (µm; 0: none), of which a layer covers a share below `least` or above `most`.
# Without dice the whole layout is the die. The last windows end at the die's edges.
def density_outside(layer, dice, least, most, window, step)
  out = polygon_layer
  dice = extent if dice.is_empty?
  size, stride = [window, step].map { |length| (length / dbu).round }
  stride = size if stride == 0
  dice.data.merged.each.to_a.each do |die|
    within = layer.data & RBA::Region::new(die)
    box = die.bbox
    areas = size == 0 ? [die] : density_windows(box, size, stride)
    areas.each do |area|
      share = (within & RBA::Region::new(area)).area.to_f / area.area
      out.data.insert(area) if share < least - 1e-9 || share > most + 1e-9
    end
  end
  out
end

# Squares from the lower left corner of a box on.
def density_windows(box, size, step)
  starts = lambda do |low, high|
    last = [low, high - size].max
    (low...last).step(step).to_a + [last]
  end
  starts.call(box.bottom, box.top).flat_map do |y|
    starts.call(box.left, box.right).map do |x|
      RBA::Polygon::new(RBA::Box::new(x, y, [x + size, box.right].min, [y + size, box.top].min))
    end
  end
end
