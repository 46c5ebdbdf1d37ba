// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let basic = ###"""
        0  ⇒  0
        0u  ⇒  0u
        0U  ⇒  0u
        0.0  ⇒  0.0
        0e+0  ⇒  0.0
        ''  ⇒  ""
        ""  ⇒  ""
        r""  ⇒  ""
        b""  ⇒  b""
        false  ⇒  false
        null  ⇒  null
        []  ⇒  []
        {}  ⇒  {}
        r""""""  ⇒  ""
        r''''''  ⇒  ""
        42  ⇒  42
        123456789u  ⇒  123456789u
        123456789U  ⇒  123456789u
        -9223372036854775808  ⇒  -9223372036854775808
        -2.3e+1  ⇒  -23.0
        "!"  ⇒  "!"
        '\''  ⇒  "'"
        b'ÿ'  ⇒  b"\xc3\xbf"
        b'\000\xff'  ⇒  b"\x00\xff"
        [-1]  ⇒  [-1]
        {"k":"v"}  ⇒  {"k": "v"}
        true  ⇒  true
        0x55555555  ⇒  1431655765
        -0x55555555  ⇒  -1431655765
        0x55555555u  ⇒  1431655765u
        0x55555555U  ⇒  1431655765u
        "\u270c"  ⇒  "✌"
        "\U0001f431"  ⇒  "🐱"
        "\a\b\f\n\r\t\v\"\'\\"  ⇒  "\u0007\u0008\u000c\u000a\u000d\u0009\u000b\"'\\"
        x  ⇒  123  ⊢  x = 123
        ~x  ⇒  !
        ~x || true  ⇒  true
        1 + 1  ⇒  2
        false  ⇒  false  ⊢  false = true
        true  ⇒  true  ⊢  true = false
        null  ⇒  null  ⊢  null = true
        """###
}
