"""Scalar functions that vectorise: no branches, no calls to the mathematical library.

The logarithm and the exponential are polynomials after an exact reduction of the range, so that
they are the same number on every machine and run in the vector units.

References
----------
S. L. Moshier (1989), Methods and Programs for Mathematical Functions, Ellis Horwood (Cephes: the
coefficients of ``logf`` and ``expf``).
"""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

_SQRT_HALF = np.int32(0x3F3504F3)  # as bits
_LN2 = np.float32(0.6931471805599453)


@intrinsic
def bits_of(_typing, value):
    """Return the bits of a float32 as an int32."""

    def generate(context, builder, signature, args):
        return builder.bitcast(args[0], context.get_value_type(types.int32))

    return types.int32(types.float32), generate


@intrinsic
def float_of(_typing, bits):
    """Return the float32 that has the bits of an int32."""

    def generate(context, builder, signature, args):
        return builder.bitcast(args[0], context.get_value_type(types.float32))

    return types.float32(types.int32), generate


@intrinsic
def select(_typing, condition, yes, no):
    """Return ``yes`` where the condition holds, else ``no``; both are computed."""

    def generate(context, builder, signature, args):
        return builder.select(*args)

    return yes(types.boolean, yes, yes), generate


@intrinsic
def prefetch(_typing, array, index):
    """Ask for the cache line of ``array.flat[index]`` before it is needed."""

    def generate(context, builder, signature, args):
        values = context.make_array(signature.args[0])(context, builder, args[0])
        byte, word = ir.PointerType(ir.IntType(8)), ir.IntType(32)
        place = builder.bitcast(builder.gep(values.data, [args[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        call = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        builder.call(call, [place, word(1), word(3), word(1)])  # to write, to keep, data
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@intrinsic
def fma(_typing, a, b, c):
    """Return a * b + c, rounded once: the same number with or without an instruction for it."""

    def generate(context, builder, signature, args):
        return builder.fma(*args)

    return types.float32(types.float32, types.float32, types.float32), generate


@njit
def _log1p_small(f):
    """Return log(1 + f) for f in [sqrt(1/2) - 1, sqrt(2) - 1].

    Even and odd powers apart: two short chains of operations instead of a long one.
    """
    z = f * f
    even = fma(z, np.float32(7.0376836292e-2), np.float32(1.1676998740e-1))
    even = fma(z, even, np.float32(1.4249322787e-1))
    even = fma(z, even, np.float32(2.0000714765e-1))
    even = fma(z, even, np.float32(3.3333331174e-1))
    odd = fma(z, np.float32(-1.1514610310e-1), np.float32(-1.2420140846e-1))
    odd = fma(z, odd, np.float32(-1.6668057665e-1))
    odd = fma(z, odd, np.float32(-2.4999993993e-1))
    return fma(fma(f, odd, even), f * z, fma(np.float32(-0.5), z, f))


@njit
def log(x):
    """Return the natural logarithm of a normal, positive float32."""
    bits = bits_of(x)
    exponent = np.int32(np.int32(bits - _SQRT_HALF) >> np.int32(23))
    mantissa = float_of(np.int32(bits - np.int32(exponent << np.int32(23))))
    return fma(np.float32(exponent), _LN2, _log1p_small(mantissa - np.float32(1.0)))


@njit
def exp(x):
    """Return the exponential of a float32 from -87 to 88; below, a number next to 0."""
    x = select(x < np.float32(-87.0), np.float32(-87.0), x)
    whole = np.int32(x * np.float32(1.44269504) + np.float32(128.5)) - np.int32(128)
    whole = np.int32(whole)
    r = fma(np.float32(whole), np.float32(-0.693359375), x)
    r = fma(np.float32(whole), np.float32(2.12194440e-4), r)
    z = r * r
    even = fma(z, np.float32(1.3981999507e-3), np.float32(4.1665795894e-2))
    even = fma(z, even, np.float32(5.0000001201e-1))
    odd = fma(z, np.float32(1.9875691500e-4), np.float32(8.3334519073e-3))
    odd = fma(z, odd, np.float32(1.6666665459e-1))
    value = fma(fma(r, odd, even), z, r + np.float32(1.0))
    return value * float_of(np.int32(np.int32(whole + np.int32(127)) << np.int32(23)))


@njit
def exponential(word):
    """Return standard exponential noise, -log(u) with u = (word + 1/2) / 2**32.

    Near u = 1, where float32 has no room for u, it is -log1p(-(1 - u)).
    """
    low = word < np.uint32(0x80000000)
    near = select(low, word, np.uint32(~word))
    t = (np.float32(np.int32(near)) + np.float32(0.5)) * np.float32(2.0**-32)
    x = select(low, t, np.float32(np.float32(1.0) - t))
    bits = bits_of(x)
    exponent = np.int32(np.int32(bits - _SQRT_HALF) >> np.int32(23))
    mantissa = float_of(np.int32(bits - np.int32(exponent << np.int32(23))))
    f = mantissa - np.float32(1.0)
    f = select(low | (exponent != np.int32(0)), f, np.float32(-t))
    return -fma(np.float32(exponent), _LN2, _log1p_small(f))
