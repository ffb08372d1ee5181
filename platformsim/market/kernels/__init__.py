"""Compiled loops over individuals, for the vector units.

numba writes the machine code and keeps it beside these files, so that only the first process on a
machine compiles. It takes half a second to import; so nothing imports this folder before a market
with individuals chooses.

The loops work on blocks of agents that fit into the first-level cache, one simple operation a
loop, agents innermost: each is a loop that the compiler turns into vector instructions for any
number of platforms and tastes. (Platforms as compile-time constants instead would compile anew for
every market, 5 s each.) Arithmetic is float32; draws are the same 32-bit words as in
:mod:`platformsim.market.streams`, addressed in the same way, so that the choices are those of the
numpy reference but for near ties.
"""
