// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let strings = ###"""
        size('')  ⇒  0
        size('A')  ⇒  1
        size('ÿ')  ⇒  1
        size('four')  ⇒  4
        size('πέντε')  ⇒  5
        size(b'')  ⇒  0
        size(b'abc')  ⇒  3
        'foobar'.startsWith('foo')  ⇒  true
        'foobar'.startsWith('bar')  ⇒  false
        ''.startsWith('foo')  ⇒  false
        'foobar'.startsWith('')  ⇒  true
        ''.startsWith('')  ⇒  true
        'завтра'.startsWith('за')  ⇒  true
        '🐱😀😛'.startsWith('🐱')  ⇒  true
        'foobar'.endsWith('bar')  ⇒  true
        'foobar'.endsWith('foo')  ⇒  false
        ''.endsWith('foo')  ⇒  false
        'foobar'.endsWith('')  ⇒  true
        ''.endsWith('')  ⇒  true
        'forté'.endsWith('té')  ⇒  true
        '🐱😀😛'.endsWith('😛')  ⇒  true
        'hubba'.matches('ubb')  ⇒  true
        ''.matches('foo|bar')  ⇒  false
        'cows'.matches('')  ⇒  true
        ''.matches('')  ⇒  true
        'abcd'.matches('bc')  ⇒  true
        'grey'.matches('gr(a|e)y')  ⇒  true
        'banana'.matches('ba(na)*')  ⇒  true
        'mañana'.matches('a+ñ+a+')  ⇒  true
        '🐱😀😀'.matches('(a|😀){2}')  ⇒  true
        'he' + 'llo'  ⇒  "hello"
        'hello' + ' ' == 'hello'  ⇒  false
        '' + 'abc'  ⇒  "abc"
        'abc' + ''  ⇒  "abc"
        '' + ''  ⇒  ""
        '¢' + 'ÿ' + 'Ȁ'  ⇒  "¢ÿȀ"
        'r' + 'ô' + 'le'  ⇒  "rôle"
        'a' + 'ÿ' + '🐱'  ⇒  "aÿ🐱"
        '' + 'Ω' + ''  ⇒  "Ω"
        'hello'.contains('he')  ⇒  true
        'hello'.contains('')  ⇒  true
        'hello'.contains('ol')  ⇒  false
        'abababc'.contains('ababc')  ⇒  true
        'Straße'.contains('aß')  ⇒  true
        '🐱😀😁'.contains('😀')  ⇒  true
        ''.contains('something')  ⇒  false
        ''.contains('')  ⇒  true
        b'abc' + b'def'  ⇒  b"abcdef"
        b'' + b'\xffoo'  ⇒  b"\xffoo"
        b'zxy' + b''  ⇒  b"zxy"
        b'' + b''  ⇒  b""
        """###
}
