// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let math = ###"""
        math.greatest(-5)  ⇒  -5
        math.greatest(5)  ⇒  5
        math.greatest(1, 1)  ⇒  1
        math.greatest(1, 1.0) == 1  ⇒  true
        math.greatest(1, 1u) == 1  ⇒  true
        math.greatest(3, -3)  ⇒  3
        math.greatest(-7, 5)  ⇒  5
        math.greatest(9223372036854775807, 1)  ⇒  9223372036854775807
        math.greatest(1, 9223372036854775807)  ⇒  9223372036854775807
        math.greatest(-9223372036854775808, 1)  ⇒  1
        math.greatest(1, -9223372036854775808)  ⇒  1
        math.greatest(1, 1, 1) == 1  ⇒  true
        math.greatest(1, 1.0, 1.0) == 1  ⇒  true
        math.greatest(1, 1u, 1u) == 1  ⇒  true
        math.greatest(10, 1, 3) == 10  ⇒  true
        math.greatest(1, 3, 10) == 10  ⇒  true
        math.greatest(-1, -2, -3) == -1  ⇒  true
        math.greatest(9223372036854775807, 1, 5) == 9223372036854775807  ⇒  true
        math.greatest(-9223372036854775807, -1, -5) == -1  ⇒  true
        math.greatest(5.4, 10, 3u, -5.0, 9223372036854775807) == 9223372036854775807  ⇒  true
        math.greatest([5.4, 10, 3u, -5.0, 3.5]) == 10  ⇒  true
        math.greatest([dyn(5.4), dyn(10), dyn(3u), dyn(-5.0), dyn(3.5)]) == 10  ⇒  true
        math.greatest(-5.0)  ⇒  -5.0
        math.greatest(5.0)  ⇒  5.0
        math.greatest(1.0, 1.0)  ⇒  1.0
        math.greatest(1.0, 1) == 1.0  ⇒  true
        math.greatest(1.0, 1u) == 1.0  ⇒  true
        math.greatest(5.0, -7.0)  ⇒  5.0
        math.greatest(-3.0, 3.0)  ⇒  3.0
        math.greatest(1.797693e308, 1)  ⇒  1.797693e+308
        math.greatest(1, 1.797693e308)  ⇒  1.797693e+308
        math.greatest(-1.797693e308, 1.5)  ⇒  1.5
        math.greatest(1.5, -1.797693e308)  ⇒  1.5
        math.greatest(1.0, 1.0, 1.0) == 1.0  ⇒  true
        math.greatest(1.0, 1, 1) == 1.0  ⇒  true
        math.greatest(1.0, 1u, 1u) == 1.0  ⇒  true
        math.greatest(10.5, 1.5, 3.5) == 10.5  ⇒  true
        math.greatest(1.5, 3.5, 10.5) == 10.5  ⇒  true
        math.greatest(-1.5, -2.5, -3.5) == -1.5  ⇒  true
        math.greatest(1.797693e308, 1, 5) == 1.797693e308  ⇒  true
        math.greatest(-1.797693e308, -1, -5) == -1  ⇒  true
        math.greatest(5.4, 10, 3u, -5.0, 1.797693e308) == 1.797693e308  ⇒  true
        math.greatest([5.4, 10.5, 3u, -5.0, 3.5]) == 10.5  ⇒  true
        math.greatest([dyn(5.4), dyn(10.5), dyn(3u), dyn(-5.0), dyn(3.5)]) == 10.5  ⇒  true
        math.greatest(5u)  ⇒  5u
        math.greatest(1u, 1u)  ⇒  1u
        math.greatest(1u, 1.0) == 1  ⇒  true
        math.greatest(1u, 1) == 1u  ⇒  true
        math.greatest(5u, -7)  ⇒  5u
        math.greatest(-3, 3u)  ⇒  3u
        math.greatest(18446744073709551615u, 1u)  ⇒  18446744073709551615u
        math.greatest(1u, 18446744073709551615u)  ⇒  18446744073709551615u
        math.greatest(1u, 1u, 1u) == 1u  ⇒  true
        math.greatest(1u, 1.0, 1.0) == 1u  ⇒  true
        math.greatest(1u, 1, 1) == 1u  ⇒  true
        math.greatest(10u, 1u, 3u) == 10u  ⇒  true
        math.greatest(1u, 3u, 10u) == 10u  ⇒  true
        math.greatest(18446744073709551615u, 1u, 5u) == 18446744073709551615u  ⇒  true
        math.greatest(5.4, 10, 3u, -5.0, 18446744073709551615u) == 18446744073709551615u  ⇒  true
        math.greatest([5.4, 10u, 3u, -5.0, 3.5]) == 10u  ⇒  true
        math.greatest([dyn(5.4), dyn(10u), dyn(3u), dyn(-5.0), dyn(3.5)]) == 10u  ⇒  true
        math.least(-5)  ⇒  -5
        math.least(5)  ⇒  5
        math.least(1, 1)  ⇒  1
        math.least(1, 1.0) == 1  ⇒  true
        math.least(1, 1u) == 1  ⇒  true
        math.least(-3, 3)  ⇒  -3
        math.least(5, -7)  ⇒  -7
        math.least(9223372036854775807, 1)  ⇒  1
        math.least(1, 9223372036854775807)  ⇒  1
        math.least(-9223372036854775808, 1)  ⇒  -9223372036854775808
        math.least(1, -9223372036854775808)  ⇒  -9223372036854775808
        math.least(1, 1, 1) == 1  ⇒  true
        math.least(1, 1.0, 1.0) == 1  ⇒  true
        math.least(1, 1u, 1u) == 1  ⇒  true
        math.least(0, 1, 3) == 0  ⇒  true
        math.least(1, 3, 0) == 0  ⇒  true
        math.least(-1, -2, -3) == -3  ⇒  true
        math.least(9223372036854775807, 1, 5) == 1  ⇒  true
        math.least(-9223372036854775808, -1, -5) == -9223372036854775808  ⇒  true
        math.least(5.4, 10, 3u, -5.0, 9223372036854775807) == -5.0  ⇒  true
        math.least([5.4, 10, 3u, -5.0, 3.5]) == -5.0  ⇒  true
        math.least([dyn(5.4), dyn(10), dyn(3u), dyn(-5.0), dyn(3.5)]) == -5.0  ⇒  true
        math.least(-5.5)  ⇒  -5.5
        math.least(5.5)  ⇒  5.5
        math.least(1.5, 1.5)  ⇒  1.5
        math.least(1.0, 1) == 1  ⇒  true
        math.least(1, 1u) == 1  ⇒  true
        math.least(-3.5, 3.5)  ⇒  -3.5
        math.least(5.5, -7.5)  ⇒  -7.5
        math.least(1.797693e308, 1.5)  ⇒  1.5
        math.least(1.5, 1.797693e308)  ⇒  1.5
        math.least(-1.797693e308, 1.5)  ⇒  -1.797693e+308
        math.least(1.5, -1.797693e308)  ⇒  -1.797693e+308
        math.least(1.5, 1.5, 1.5) == 1.5  ⇒  true
        math.least(1.0, 1, 1) == 1.0  ⇒  true
        math.least(1.0, 1u, 1u) == 1  ⇒  true
        math.least(0.5, 1.5, 3.5) == 0.5  ⇒  true
        math.least(1.5, 3.5, 0.5) == 0.5  ⇒  true
        math.least(-1.5, -2.5, -3.5) == -3.5  ⇒  true
        math.least(1.797693e308, 1, 5) == 1  ⇒  true
        math.least(-1.797693e308, -1, -5) == -1.797693e308  ⇒  true
        math.least(5.4, 10, 3u, -5.0, 1.797693e308) == -5.0  ⇒  true
        math.least([5.4, 10.5, 3u, -5.0, 3.5]) == -5.0  ⇒  true
        math.least([dyn(5.4), dyn(10.5), dyn(3u), dyn(-5.0), dyn(3.5)]) == -5.0  ⇒  true
        math.least(5u)  ⇒  5u
        math.least(1u, 1u)  ⇒  1u
        math.least(1u, 1.0) == 1u  ⇒  true
        math.least(1u, 1) == 1u  ⇒  true
        math.least(1u, 3u)  ⇒  1u
        math.least(5u, 2u)  ⇒  2u
        math.least(18446744073709551615u, 1u)  ⇒  1u
        math.least(1u, 18446744073709551615u)  ⇒  1u
        math.least(1u, 1u, 1u) == 1u  ⇒  true
        math.least(1u, 1.0, 1.0) == 1u  ⇒  true
        math.least(1u, 1, 1) == 1u  ⇒  true
        math.least(1u, 10u, 3u) == 1u  ⇒  true
        math.least(10u, 3u, 1u) == 1u  ⇒  true
        math.least(18446744073709551615u, 1u, 5u) == 1u  ⇒  true
        math.least(5.4, 10, 3u, 1u, 18446744073709551615u) == 1u  ⇒  true
        math.least([5.4, 10u, 3u, 1u, 3.5]) == 1u  ⇒  true
        math.least([dyn(5.4), dyn(10u), dyn(3u), dyn(1u), dyn(3.5)]) == 1u  ⇒  true
        math.ceil(-1.2)  ⇒  -1.0
        math.ceil(1.2)  ⇒  2.0
        math.ceil(dyn(1))  ⇒  !
        math.floor(-1.2)  ⇒  -2.0
        math.floor(1.2)  ⇒  1.0
        math.floor(dyn(1))  ⇒  !
        math.round(-1.6)  ⇒  -2.0
        math.round(-1.4)  ⇒  -1.0
        math.round(-1.5)  ⇒  -2.0
        math.round(1.2)  ⇒  1.0
        math.round(1.5)  ⇒  2.0
        math.isNaN(math.round(0.0/0.0))  ⇒  true
        math.round(dyn(1))  ⇒  !
        math.trunc(-1.2)  ⇒  -1.0
        math.trunc(1.2)  ⇒  1.0
        math.isNaN(math.trunc(0.0/0.0))  ⇒  true
        math.trunc(dyn(1))  ⇒  !
        math.abs(1u)  ⇒  1u
        math.abs(1)  ⇒  1
        math.abs(-11)  ⇒  11
        math.abs(1.5)  ⇒  1.5
        math.abs(-11.5)  ⇒  11.5
        math.abs(-9223372036854775808)  ⇒  !
        math.sign(100u)  ⇒  1u
        math.sign(0u)  ⇒  0u
        math.sign(100)  ⇒  1
        math.sign(-11)  ⇒  -1
        math.sign(0)  ⇒  0
        math.sign(100.5)  ⇒  1.0
        math.sign(-32.0)  ⇒  -1.0
        math.sign(0.0)  ⇒  0.0
        math.sign(dyn(true))  ⇒  !
        math.isNaN(0.0/0.0)  ⇒  true
        !math.isNaN(1.0/0.0)  ⇒  true
        math.isNaN(dyn(true))  ⇒  !
        math.isInf(1.0/0.0)  ⇒  true
        !math.isInf(0.0/0.0)  ⇒  true
        math.isInf(dyn(true))  ⇒  !
        math.isFinite(1.0/1.5)  ⇒  true
        !math.isFinite(0.0/0.0)  ⇒  true
        !math.isFinite(-1.0/0.0)  ⇒  true
        math.isFinite(dyn(true))  ⇒  !
        math.bitAnd(1, 2)  ⇒  0
        math.bitAnd(1, 3)  ⇒  1
        math.bitAnd(1, -1)  ⇒  1
        math.bitAnd(1u, 2u)  ⇒  0u
        math.bitAnd(1u, 3u)  ⇒  1u
        math.bitAnd(2u, dyn(''))  ⇒  !
        math.bitOr(1, 2)  ⇒  3
        math.bitOr(4, -2)  ⇒  -2
        math.bitOr(1u, 4u)  ⇒  5u
        math.bitOr(dyn(1.2), 1)  ⇒  !
        math.bitXor(1, 3)  ⇒  2
        math.bitXor(4, -2)  ⇒  -6
        math.bitXor(1u, 3u)  ⇒  2u
        math.bitXor(dyn([]), dyn([1]))  ⇒  !
        math.bitNot(1)  ⇒  -2
        math.bitNot(-1)  ⇒  0
        math.bitNot(0)  ⇒  -1
        math.bitNot(1u)  ⇒  18446744073709551614u
        math.bitNot(0u)  ⇒  18446744073709551615u
        math.bitNot(dyn(''))  ⇒  !
        math.bitShiftLeft(1, 2)  ⇒  4
        math.bitShiftLeft(1, 200)  ⇒  0
        math.bitShiftLeft(-1, 200)  ⇒  0
        math.bitShiftLeft(1u, 2)  ⇒  4u
        math.bitShiftLeft(1u, 200)  ⇒  0u
        math.bitShiftLeft(1u, -1)  ⇒  !
        math.bitShiftLeft(dyn(4.3), 1)  ⇒  !
        math.bitShiftRight(1024, 2)  ⇒  256
        math.bitShiftRight(1024, 64)  ⇒  0
        math.bitShiftRight(-1024, 3)  ⇒  2305843009213693824
        math.bitShiftRight(-1024, 64)  ⇒  0
        math.bitShiftRight(1024u, 2)  ⇒  256u
        math.bitShiftRight(1024u, 200)  ⇒  0u
        math.bitShiftRight(1u, -1)  ⇒  !
        math.bitShiftRight(dyn(b'123'), 1)  ⇒  !
        """###
}
