# Height (µm) of solder of a volume (µm³) reflowed on a pad of an area (µm²): a truncated sphere.
def bump_height(area, volume)
  a2 = area / Math::PI
  q = 3 * volume / Math::PI
  u = Math.cbrt(q + Math.hypot(Math.sqrt(a2)**3, q))
  h = u - a2 / u
  h - (h**3 + 3 * a2 * h - 2 * q) / (3 * h**2 + 3 * a2)
end

# The largest diameter of that solder, µm.
def bump_width(area, volume)
  a2, h = area / Math::PI, bump_height(area, volume)
  sphere = (a2 + h**2) / (2 * h)
  h >= sphere ? 2 * sphere : 2 * Math.sqrt(a2)
end

# Pads on which solder of a volume reflows to less than a height.
def reflowed_height_least(pads, volume, limit, exclusive)
  unit = source.layout.dbu
  shapes_where(pads) { |p| too_small(bump_height(p.area * unit**2, volume), limit, exclusive) }
end

# Openings narrower than the bump reflowed on the pad in them, and a room beside it.
def reflowed_inside(openings, pads, volume, room)
  unit = source.layout.dbu
  out = polygon_layer
  pads.data.merged.each.group_by { |p| p.area }.each do |area, equal|
    bump = bump_width(area * unit**2, volume)
    narrow = openings.data.merged.each.select { |p| too_small(narrowest(p) * unit - bump, room, false) }
    out.data.insert(RBA::Region::new(narrow).interacting(RBA::Region::new(equal))) unless narrow.empty?
  end
  out
end

# Caps whose reflowed height on their post (µm) is none of the choices, each a value and its tolerance.
def height_total_choices(caps, post, cap, choices)
  unit = source.layout.dbu
  shapes_where(caps) do |p|
    area = p.area * unit**2
    total = post + bump_height(area, area * cap)
    choices.none? { |value, tolerance| (total - value).abs <= tolerance }
  end
end
