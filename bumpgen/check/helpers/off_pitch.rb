# Bars between neighbouring centres that are neither a pitch apart nor on its lattice.
def off_pitch(layer, pitch, tolerance)
  bars, spots = polygon_layer, spots_of(layer)
  neighbours(spots, 1.2 * pitch).each do |i, j|
    next if on_pitch?(spots[i], spots[j], pitch, tolerance)
    bars.data.insert(bar(spots[i], spots[j]))
  end
  bars
end

def on_pitch?(one, other, pitch, tolerance)
  return true if (apart(one, other) - pitch).abs <= tolerance + 1e-7
  steps = [0, 1].map { |axis| (one[axis] - other[axis]) * dbu / 2 }
  counts = steps.map { |step| (step / pitch).round }
  counts != [0, 0] && steps.zip(counts).all? { |step, count| (step - count * pitch).abs <= tolerance + 1e-7 }
end

# Pairs within reach, and of a centre that has none its nearest ones, however far.
def neighbours(spots, reach)
  pairs = []
  each_near(spots, reach) { |i, j| pairs << [i, j] }
  lonely = (0...spots.size).to_a - pairs.flatten
  until lonely.empty? || spots.size < 2
    reach *= 2
    nearest = Hash.new { |found, key| found[key] = [] }
    each_near(spots, reach, lonely) { |i, j| nearest[i] << j }
    nearest.each do |i, others|
      least = others.map { |j| apart(spots[i], spots[j]) }.min
      others.each { |j| pairs << [i, j].sort if apart(spots[i], spots[j]) <= least }
    end
    lonely -= nearest.keys
  end
  pairs.uniq
end
