"""Exchanges of bumps between nets, as values, and a problem with them made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from bumpgen.errors import InputError
from bumpgen.route.problem import Problem, Terminal

__all__ = ["Allowed", "Swap", "apply", "exchanged", "is_signal", "moved", "pairs_of"]

POWER = ("vdd", "vss", "vcc", "gnd", "vdda", "vssa", "dvdd", "dvss", "avdd", "avss", "power", "ground")
"""What names of power and ground nets begin with or, after a separator, go on with."""

Allowed: TypeAlias = Callable[[str], bool]
"""Says of a net whether its bump may be exchanged."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Two nets that exchange bumps: net `nets[i]` leaves bump `bumps[i]` for the other one."""

    nets: tuple[str, str]
    bumps: tuple[str, str]

    def __str__(self) -> str:
        (one, other), (bump, beyond) = self.nets, self.bumps
        return f"{one} to {beyond} and {other} to {bump}"


def is_signal(net: str) -> bool:
    """Whether a net's name is none of a supply's (VDD…, VSS…, VCC…, GND… and the like)."""
    words = net.lower().replace("/", "_").replace(".", "_").replace("-", "_").split("_")
    return not any(word.startswith(POWER) for word in words)


def pairs_of(problem: Problem, allowed: Allowed) -> dict[str, tuple[str, str]]:
    """Pad and bump of each net that may be exchanged: one pad, one bump, and no other metal of its own."""
    own: dict[str, list[Terminal]] = {}
    for terminal in problem.terminals:
        own.setdefault(terminal.net, []).append(terminal)
    taken = {obstacle.net for obstacle in problem.obstacles}
    found = {}
    for net, rule in problem.nets.items():
        ends = {terminal.role: terminal for terminal in own.get(net, ())}
        whole = len(ends) == len(own.get(net, ())) == 2 and all(terminal.wires for terminal in ends.values())
        if whole and rule.join == "pairs" and not rule.classed and net not in taken and allowed(net):
            found[net] = (ends["pad"].name, ends["bump"].name)
    return found


def apply(problem: Problem, swaps: Iterable[Swap]) -> Problem:
    """The problem with exchanges made one after the other: bumps change nets, partners follow.

    Raises InputError where a net is not at the bump that it is to leave, or has other metal than a pad and a bump.
    """
    before = {net: bump for net, (_, bump) in pairs_of(problem, lambda _: True).items()}
    after = dict(before)
    for swap in swaps:
        for net, bump in zip(swap.nets, swap.bumps, strict=True):
            if after.get(net) != bump:
                raise InputError(f"net {net!r} can't leave bump {bump!r}: it isn't joined to that one alone")
        after[swap.nets[0]], after[swap.nets[1]] = swap.bumps[1], swap.bumps[0]
    return moved(problem, {net: bump for net, bump in after.items() if before[net] != bump})


def moved(problem: Problem, bumps: Mapping[str, str]) -> Problem:
    """The problem with each of these nets at another bump; together they keep the bumps that they have."""
    net_at = {bump: net for net, bump in bumps.items()}
    pads = {t.net: t.name for t in problem.terminals if t.role == "pad" and t.net in bumps}

    def changed(terminal: Terminal) -> Terminal:
        if terminal.name in net_at:
            net = net_at[terminal.name]
            return replace(terminal, net=net, partner=terminal.partner and pads[net])
        if terminal.net in bumps and terminal.role == "pad" and terminal.partner:
            return replace(terminal, partner=bumps[terminal.net])
        return terminal

    return replace(problem, terminals=tuple(map(changed, problem.terminals)))


def exchanged(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Swap, ...]:
    """The fewest exchanges that lead from one assignment of bumps to nets to another of the same bumps.

    A permutation of n nets in c cycles takes n - c exchanges.
    """
    now = dict(before)
    at = {bump: net for net, bump in now.items()}
    found = []
    for net in sorted(before):
        wanted = after[net]
        if now[net] != wanted:
            other = at[wanted]
            found.append(Swap((net, other), (now[net], wanted)))
            now[other], at[now[net]] = now[net], other
            now[net], at[wanted] = wanted, net
    return tuple(found)
