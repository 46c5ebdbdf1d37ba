// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let conversions = ###"""
        bytes('')  ⇒  b""
        bytes('abc')  ⇒  b"abc"
        bytes('ÿ')  ⇒  b"\xc3\xbf"
        bytes('\377') == b'\377'  ⇒  false
        double(0)  ⇒  0.0
        double(1000000000000)  ⇒  1000000000000.0
        double(-1000000000000000)  ⇒  -1000000000000000.0
        double(-9007199254740992)  ⇒  -9007199254740992.0
        double(9007199254740992)  ⇒  9007199254740992.0
        double(9223372036854775807)  ⇒  9.223372036854776e+18
        double(0u)  ⇒  0.0
        double(123u)  ⇒  123.0
        double(9007199254740992u)  ⇒  9007199254740992.0
        double(18446744073709551615u)  ⇒  1.8446744073709552e+19
        double('0')  ⇒  0.0
        double('0.0')  ⇒  0.0
        double('-0.0')  ⇒  -0.0
        double('123')  ⇒  123.0
        double('123.456')  ⇒  123.456
        double('-987.654')  ⇒  -987.654
        double('6.02214e23')  ⇒  6.02214e+23
        double('1.38e-23')  ⇒  1.38e-23
        double('-84.32e7')  ⇒  -843200000.0
        double('-5.43e-21')  ⇒  -5.43e-21
        type(dyn([1, 'one']))  ⇒  list
        int(42u)  ⇒  42
        int(0u)  ⇒  0
        int(9223372036854775807u)  ⇒  9223372036854775807
        int(18446744073709551615u)  ⇒  !
        int(-123.456)  ⇒  -123
        int(1.9)  ⇒  1
        int(-7.9)  ⇒  -7
        int(11.5)  ⇒  11
        int(-3.5)  ⇒  -3
        int(double(36028797018963968))  ⇒  36028797018963968
        int(double(36028797018963969))  ⇒  36028797018963968
        int(9223372036854775807.0)  ⇒  !
        int(-9223372036854775808.0)  ⇒  !
        int(1e99)  ⇒  !
        int('987')  ⇒  987
        int(timestamp('2004-09-16T23:59:59Z'))  ⇒  1095379199
        string(123)  ⇒  "123"
        string(-456)  ⇒  "-456"
        string(9876u)  ⇒  "9876"
        string(123.456)  ⇒  "123.456"
        string(-4.5e-3)  ⇒  "-0.0045"
        string(b'abc')  ⇒  "abc"
        string(b'\303\277')  ⇒  "ÿ"
        string(b'\000\xff')  ⇒  !
        type(true)  ⇒  bool
        bool  ⇒  bool
        ~dyn  ⇒  !
        type(0)  ⇒  int
        int  ⇒  int
        type(true) == type(false)  ⇒  true
        type(64u)  ⇒  uint
        uint  ⇒  uint
        type(3.14)  ⇒  double
        double  ⇒  double
        type(null)  ⇒  null_type
        null_type  ⇒  null_type
        type('foo')  ⇒  string
        string  ⇒  string
        type(b'\xff')  ⇒  bytes
        bytes  ⇒  bytes
        type([1, 2, 3])  ⇒  list
        list  ⇒  list
        type([1, 2, 3]) == type(['one', 'two', 'three'])  ⇒  true
        type({4: 16})  ⇒  map
        map  ⇒  map
        type({'one': 1}) == type({1: 'one'})  ⇒  true
        type(7) == type(7u)  ⇒  false
        type(0.0) != type(-0.0)  ⇒  false
        type(0.0) != type(0)  ⇒  true
        type(type(7)) == type(type(7u))  ⇒  true
        type(int)  ⇒  type
        type  ⇒  type
        type(type)  ⇒  type
        uint(1729)  ⇒  1729u
        uint(9223372036854775807)  ⇒  9223372036854775807u
        uint(-1)  ⇒  !
        uint(3.14159265)  ⇒  3u
        uint(1.9)  ⇒  1u
        uint(25.5)  ⇒  25u
        uint(double(36028797018963968u))  ⇒  36028797018963968u
        uint(double(36028797018963969u))  ⇒  36028797018963968u
        int(18446744073709551615.0)  ⇒  !
        uint(6.022e23)  ⇒  !
        uint('300')  ⇒  300u
        bool('1')  ⇒  true
        bool('t')  ⇒  true
        bool('true')  ⇒  true
        bool('TRUE')  ⇒  true
        bool('True')  ⇒  true
        bool('0')  ⇒  false
        bool('f')  ⇒  false
        bool('false')  ⇒  false
        bool('FALSE')  ⇒  false
        bool('False')  ⇒  false
        bool('TrUe')  ⇒  !
        bool('FaLsE')  ⇒  !
        bool(true)  ⇒  true
        int(1)  ⇒  1
        uint(1u)  ⇒  1u
        double(5.5)  ⇒  5.5
        string('hello')  ⇒  "hello"
        bytes(b'abc')  ⇒  b"abc"
        duration(duration('100s')) == duration('100s')  ⇒  true
        timestamp(timestamp(1000000000)) == timestamp(1000000000)  ⇒  true
        """###
}
