"""Molten solder on a round pad is a truncated sphere: gravity is negligible at bump sizes.

Pfeifer 1997 (IEEE TCPMT-B 20(4)): measured heights within 11 %, radii within 8 %.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Values",
    "area_ratio",
    "aspect_ratio",
    "ball_for",
    "ball_volume",
    "bulge",
    "bump_height",
    "bump_width",
    "cap_growth",
    "cap_volume",
    "joint_width",
    "metal_fraction",
    "paste_volume",
    "radius_of",
    "section_for",
    "standoff",
    "standoff_slopes",
    "volume_for",
    "zone_centre",
    "zone_radius",
]

Values: TypeAlias = "float | NDArray[np.float64]"
"""A number or an array: functions of several values follow numpy's broadcasting and give a float for numbers."""


def ball_volume(diameter: float) -> float:
    """Volume of a ball, µm³."""
    return math.pi * diameter**3 / 6


def radius_of(area: float) -> float:
    """Radius of the circle of that area, µm: what a pad that is not round is taken for."""
    return math.sqrt(area / math.pi)


def bump_height(radius: float, volume: float) -> float:
    """Height of solder reflowed on a round pad, µm.

    The root of h³ + 3 a² h = 6 V / π, a cubic with one real root, closed by one Newton step.
    """
    if radius == 0:
        return math.cbrt(6 * volume / math.pi)
    q = 3 * volume / math.pi
    u = math.cbrt(q + math.hypot(radius**3, q))
    h = u - radius**2 / u
    return h - (h**3 + 3 * radius**2 * h - 2 * q) / (3 * h**2 + 3 * radius**2)


def bump_width(radius: float, volume: float) -> float:
    """Largest diameter of solder reflowed on a round pad, µm: the sphere's, or the pad's if it is less than half."""
    h = bump_height(radius, volume)
    sphere = (radius**2 + h**2) / (2 * h)
    return 2 * sphere if h >= sphere else 2 * radius


def ball_for(radius: float, height: float) -> float:
    """Diameter of the ball that reflows to a height on a round pad, µm."""
    return math.cbrt(height * (3 * radius**2 + height**2))


def standoff(radius1: Values, radius2: Values, volume: Values) -> Values:
    """Load-free distance of two round faces joined by molten solder, µm; radii µm, volume µm³, numbers or arrays.

    The solder is a spherical zone, V = π h (3 a1² + 3 a2² + h²) / 6. With A = a1² + a2² and q = 3 V / π the real
    root of h³ + 3 A h = 2 q is h = u - A/u, u³ = q + √(A³ + q²); written 2 q / (u² + A + A²/u²) nothing cancels
    at small volumes. One Newton step removes what rounding leaves. With radius2 = 0: `bump_height`.
    """
    squares = np.square(radius1) + np.square(radius2)
    q = 3 * np.asarray(volume, float) / np.pi
    u = np.cbrt(q + np.hypot(squares**1.5, q))
    u = np.where(u > 0, u, 1.0)  # neither face nor solder: the height is 0 whatever u is
    h = 2 * q / (u**2 + squares + (squares / u) ** 2)
    slope = 3 * h**2 + 3 * squares
    return _plain(h - (h**3 + 3 * squares * h - 2 * q) / np.where(slope > 0, slope, 1.0))


def volume_for(radius1: Values, radius2: Values, height: Values) -> Values:
    """Solder that holds two round faces a wanted height apart, load-free, µm³: the spherical zone's volume."""
    squares = np.square(radius1) + np.square(radius2)
    return _plain(np.pi * np.asarray(height, float) * (3 * squares + np.square(height)) / 6)


def standoff_slopes(radius1: Values, radius2: Values, volume: Values) -> tuple[Values, Values, Values]:
    """How the stand-off follows volume (µm/µm³) and the two radii (µm/µm): dh/dV, dh/da1, dh/da2.

    From dV = π (h² + a1² + a2²)/2 dh + π a1 h da1 + π a2 h da2 = 0 along one variable at a time.
    """
    h = np.asarray(standoff(radius1, radius2, volume))
    spread = np.square(radius1) + np.square(radius2) + h**2
    slopes = 2 / (np.pi * spread), -2 * h * radius1 / spread, -2 * h * radius2 / spread
    return _plain(slopes[0]), _plain(slopes[1]), _plain(slopes[2])


def zone_centre(radius1: Values, radius2: Values, height: Values) -> Values:
    """Height of the sphere's centre above the first face, µm: (a2² - a1² + h²) / 2h; outside 0…h is no bulge."""
    return _plain((np.square(radius2) - np.square(radius1) + np.square(height)) / (2 * np.asarray(height, float)))


def zone_radius(radius1: Values, radius2: Values, height: Values) -> Values:
    """Radius of the sphere through both rims, µm."""
    return _plain(np.hypot(radius1, zone_centre(radius1, radius2, height)))


def bulge(radius1: Values, radius2: Values, volume: Values, height: Values) -> Values:
    """k of a joint held at a height (µm): its section at s·h has r² = a1² + (a2² - a1²) s + 4 k s (1 - s), µm².

    A spheroidal zone: it keeps both rims and the volume, and at the load-free height k = h²/4 makes it the exact
    spherical zone. Squeezed or stretched from there it stands in for the surface of constant mean curvature;
    negative k is a waist.
    """
    faces = (np.square(radius1) + np.square(radius2)) / 2
    return _plain(1.5 * (volume / (np.pi * np.asarray(height, float)) - faces))


def joint_width(radius1: Values, radius2: Values, volume: Values, height: Values | None = None) -> Values:
    """Largest diameter of a joint, µm, load-free or held at a height: its bulge, or the larger face if it has none."""
    h = standoff(radius1, radius2, volume) if height is None else height
    k = np.asarray(bulge(radius1, radius2, volume, h))
    one, other = np.square(radius1), np.square(radius2)
    bulges = 4 * k > np.abs(other - one)
    positive = np.where(bulges, k, 1.0)
    peak = (one + other) / 2 + positive + (other - one) ** 2 / (16 * positive)
    return _plain(2 * np.sqrt(np.where(bulges, peak, np.maximum(one, other))))


def section_for(radius1: Values, radius2: Values, width: Values) -> Values:
    """Volume per height, µm², at which a held joint is as wide as `width` (µm); 0 where a face alone is wider.

    The inverse of `joint_width`: k + (a2² - a1²)²/16k = width²/4 - (a1² + a2²)/2, V/h = π ((a1² + a2²)/2 + 2k/3).
    """
    one, other = np.square(radius1), np.square(radius2)
    mean, half = (one + other) / 2, np.abs(other - one) / 2
    rise = np.square(width) / 4 - mean
    k = (rise + np.sqrt(np.maximum(rise**2 - half**2, 0.0))) / 2
    return _plain(np.where((rise >= half) & (np.asarray(width) > 0), np.pi * (mean + 2 * k / 3), 0.0))


def cap_volume(radius: Values, thickness: Values) -> Values:
    """Solder plated on a round pillar, µm³."""
    return _plain(np.pi * np.square(radius) * thickness)


def cap_growth(radius: float, thickness: float) -> float:
    """Height of a plated cap after reflow over its height as plated (IHP: 1.4 to 1.7); the pillar's rim holds it."""
    return bump_height(radius, math.pi * radius**2 * thickness) / thickness


def metal_fraction(weight: float, alloy: float, flux: float) -> float:
    """Share of a paste's volume that is solder: metal's share of the weight, densities of alloy and flux (g/cm³)."""
    metal = weight / alloy
    return metal / (metal + (1 - weight) / flux)


def paste_volume(area: Values, foil: Values, fraction: Values, transfer: Values = 1.0) -> Values:
    """Solder printed through an aperture, µm³: area (µm²) × foil (µm) × solder's share × share released (IPC-7525)."""
    return _plain(np.asarray(area, float) * foil * fraction * transfer)


def area_ratio(area: float, perimeter: float, foil: float) -> float:
    """Aperture over its wall: D/4t if round, LW/2(L+W)t if rectangular; printing wants 0.66 (IPC-7525)."""
    return area / (perimeter * foil)


def aspect_ratio(width: float, foil: float) -> float:
    """An aperture's least width over the foil's thickness; printing wants 1.5 (IPC-7525)."""
    return width / foil


def _plain(values: NDArray[np.float64] | np.float64) -> Values:
    """A number as a float, more as the array they are."""
    return float(values) if np.ndim(values) == 0 else np.asarray(values)
