// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let comparisons = ###"""
        1 == 1  ⇒  true
        -1 == 1  ⇒  false
        dyn(1) == 1u  ⇒  true
        dyn(2) == 1u  ⇒  false
        dyn(1) == 1.0  ⇒  true
        dyn(2) == 1.0  ⇒  false
        2u == 2u  ⇒  true
        1u == 2u  ⇒  false
        dyn(1u) == 1  ⇒  true
        dyn(2u) == 1  ⇒  false
        dyn(1u) == 1.0  ⇒  true
        dyn(2u) == 1.0  ⇒  false
        1.0 == 1.0e+0  ⇒  true
        -1.0 == 1.0  ⇒  false
        0.0/0.0 == 0.0/0.0  ⇒  false
        dyn(1) == 0.0/0.0  ⇒  false
        dyn(1u) == 0.0/0.0  ⇒  false
        dyn(1.0) == 1  ⇒  true
        dyn(2.0) == 1  ⇒  false
        dyn(1.0) == 1u  ⇒  true
        dyn(2.0) == 1u  ⇒  false
        '' == ""  ⇒  true
        'a' == 'b'  ⇒  false
        'abc' == r'abc'  ⇒  true
        'abc' == 'ABC'  ⇒  false
        'ίσος' == 'ίσος'  ⇒  true
        'a' == 'à'  ⇒  false
        'Am\u00E9lie' == 'Ame\u0301lie'  ⇒  false
        null == null  ⇒  true
        true == true  ⇒  true
        false == true  ⇒  false
        b'ÿ' == b'\303\277'  ⇒  true
        b'abc' == b'abcd'  ⇒  false
        [] == []  ⇒  true
        [null] == [null]  ⇒  true
        ['1', '2', null] == ['1', '2', '3']  ⇒  false
        [1, 2, 3] == [1, 2, 3]  ⇒  true
        [1.0, 2.0, 3] == [1u, 2, 3u]  ⇒  true
        [1.0, 2.1] == [1u, 2]  ⇒  false
        [1, 2, 3] == [1, 3, 2]  ⇒  false
        ['case'] == ['cAse']  ⇒  false
        ~['one'] == [2, 3]  ⇒  false
        [1, 'dos', 3] == [1, 2, 4]  ⇒  false
        {} == {}  ⇒  true
        {'k': null} == {'k': null}  ⇒  true
        {'k': 1, 'j': 2} == {'k': 1, 'j': null}  ⇒  false
        {'k':'v'} == {"k":"v"}  ⇒  true
        {'k':1.0} == {'k':1e+0}  ⇒  true
        {1: 1.0, 2u: 3u} == {1u: 1, 2: 3.0}  ⇒  true
        {'k':'v'} == {'k':'v1'}  ⇒  false
        {'k':'v','k1':'v1'} == {'k':'v'}  ⇒  false
        {'k1':'v1','k2':'v2'} == {'k2':'v2','k1':'v1'}  ⇒  true
        {'key':'value'} == {'Key':'value'}  ⇒  false
        {'k1': 1, 'k2': 'dos', 'k3': 3} == {'k1': 1, 'k2': 2, 'k3': 4}  ⇒  false
        ~1.0 == 1  ⇒  true
        ~[1] == [1.0]  ⇒  true
        {'k':'v', 1:1} == {'k':'v', 1:'v1'}  ⇒  false
        dyn(false) == null  ⇒  false
        dyn(b'') == null  ⇒  false
        dyn(2.1) == null  ⇒  false
        dyn(duration('0s')) == null  ⇒  false
        dyn(1) == null  ⇒  false
        dyn([]) == null  ⇒  false
        dyn({}) == null  ⇒  false
        dyn('') == null  ⇒  false
        dyn(timestamp(0)) == null  ⇒  false
        [1, 2, null] == [1, null, 3]  ⇒  false
        {1:'hello', 2:'world'} == {1:'goodbye', 2:null}  ⇒  false
        dyn(1) == 1u  ⇒  true
        dyn(1) == 1.0  ⇒  true
        dyn(1u) == 1  ⇒  true
        dyn(1u) == 1.0  ⇒  true
        dyn(1.0) == 1  ⇒  true
        dyn(1.0) == 1u  ⇒  true
        dyn(1) == 2u  ⇒  false
        dyn(1) == 2.0  ⇒  false
        dyn(1u) == 2  ⇒  false
        dyn(1u) == 120  ⇒  false
        dyn(1.0) == 2  ⇒  false
        dyn(1.0) == 2u  ⇒  false
        24 != 42  ⇒  true
        1 != 1  ⇒  false
        dyn(24) != 24.1  ⇒  true
        dyn(1) != 1.0  ⇒  false
        dyn(24) != 42u  ⇒  true
        dyn(1) != 1u  ⇒  false
        1u != 2u  ⇒  true
        99u != 99u  ⇒  false
        dyn(1u) != 2.0  ⇒  true
        dyn(99u) != 99.0  ⇒  false
        9.0e+3 != 9001.0  ⇒  true
        0.0/0.0 != 0.0/0.0  ⇒  true
        dyn(1) != 0.0/0.0  ⇒  true
        dyn(1u) != 0.0/0.0  ⇒  true
        1.0 != 1e+0  ⇒  false
        dyn(9000) != 9001.0  ⇒  true
        dyn(1) != 1e+0  ⇒  false
        dyn(9000u) != 9001.0  ⇒  true
        dyn(1u) != 1e+0  ⇒  false
        0.0/0.0 != 0.0/0.0  ⇒  true
        'abc' != ''  ⇒  true
        'abc' != 'abc'  ⇒  false
        'résumé' != 'resume'  ⇒  true
        'ίδιο' != 'ίδιο'  ⇒  false
        b'\x00\xFF' != b'ÿ'  ⇒  true
        b'\303\277' != b'ÿ'  ⇒  false
        false != true  ⇒  true
        true != true  ⇒  false
        null != null  ⇒  false
        [] != [1]  ⇒  true
        [] != []  ⇒  false
        [true, false, true] != [true, true, false]  ⇒  true
        [false, true] != [false, true]  ⇒  false
        [[]] != [[]]  ⇒  false
        {'k':'v'} != {'k':'v1'}  ⇒  true
        {'k':true} != {'k1':true}  ⇒  true
        {1:1.0} != {1:1.0}  ⇒  false
        {'a':'b','c':'d'} != {'c':'d','a':'b'}  ⇒  false
        ~2u != 2  ⇒  false
        -1 < 0  ⇒  true
        0 < 0  ⇒  false
        0u < 1u  ⇒  true
        2u < 2u  ⇒  false
        1.0 < 1.0000001  ⇒  true
        -0.0 < 0.0  ⇒  false
        'a' < 'b'  ⇒  true
        '' < 'a'  ⇒  true
        'Abc' < 'aBC'  ⇒  true
        'abc' < 'abcd'  ⇒  true
        'a' < '\u00E1'  ⇒  true
        '' < ''  ⇒  false
        'abc' < 'abc'  ⇒  false
        'a' < 'AB'  ⇒  false
        'f' < '\u1EBF'  ⇒  true
        b'a' < b'b'  ⇒  true
        b'abc' < b'abc'  ⇒  false
        b'á' < b'b'  ⇒  false
        false < true  ⇒  true
        true < true  ⇒  false
        true < false  ⇒  false
        ~[0] < [1]  ⇒  !
        ~{0:'a'} < {1:'b'}  ⇒  !
        ~null < null  ⇒  !
        ~'foo' < 1024  ⇒  !
        dyn(1) < 2u  ⇒  true
        dyn(1) < 2.0  ⇒  true
        dyn(1u) < 2  ⇒  true
        dyn(1u) < 2.0  ⇒  true
        dyn(1.0) < 2  ⇒  true
        dyn(1.0) < 2u  ⇒  true
        dyn(1) < 1u  ⇒  false
        dyn(1) < 1.0  ⇒  false
        dyn(1u) < 1  ⇒  false
        dyn(1u) < 1.0  ⇒  false
        dyn(1.0) < 1  ⇒  false
        dyn(1.0) < 1u  ⇒  false
        dyn(1) < 9223372036854775808u  ⇒  true
        dyn(-1) < 0u  ⇒  true
        dyn(9223372036854775807) < 9223372036854775808.0  ⇒  false
        dyn(9223372036854775807) < 9223372036854777857.0  ⇒  true
        dyn(9223372036854775807) < -9223372036854777857.0  ⇒  false
        dyn(-9223372036854775808) < -9223372036854775809.0  ⇒  false
        dyn(1u) < -9223372036854775808  ⇒  false
        dyn(9223372036854775808u) < 1  ⇒  false
        dyn(18446744073709551615u) < -1.0  ⇒  false
        dyn(18446744073709551615u) < 18446744073709590000.0  ⇒  true
        dyn(18446744073709553665.0) < 18446744073709551615u  ⇒  false
        dyn(9223372036854775808.0) < 9223372036854775807  ⇒  false
        dyn(-9223372036854775809.0) < -9223372036854775808  ⇒  false
        42 > -42  ⇒  true
        0 > 0  ⇒  false
        48u > 46u  ⇒  true
        0u > 999u  ⇒  false
        1e+1 > 1e+0  ⇒  true
        .99 > 9.9e-1  ⇒  false
        'abc' > 'aBc'  ⇒  true
        'A' > ''  ⇒  true
        '' > ''  ⇒  false
        'α' > 'omega'  ⇒  true
        true > false  ⇒  true
        false > true  ⇒  false
        true > true  ⇒  false
        ~null > null  ⇒  !
        ~[1] > [0]  ⇒  !
        ~{1:'b'} > {0:'a'}  ⇒  !
        ~'foo' > 1024  ⇒  !
        dyn(2) > 1u  ⇒  true
        dyn(2) > 1.0  ⇒  true
        dyn(2u) > 1  ⇒  true
        dyn(2u) > 1.0  ⇒  true
        dyn(2.0) > 1  ⇒  true
        dyn(2.0) > 1u  ⇒  true
        dyn(1) > 1u  ⇒  false
        dyn(1) > 1.0  ⇒  false
        dyn(1u) > 1  ⇒  false
        dyn(1u) > 1.0  ⇒  false
        dyn(1.0) > 1  ⇒  false
        dyn(1.0) > 1u  ⇒  false
        dyn(1) > 9223372036854775808u  ⇒  false
        dyn(-1) > 0u  ⇒  false
        dyn(9223372036854775807) > 9223372036854775808.0  ⇒  false
        dyn(-9223372036854775808) > -9223372036854775809.0  ⇒  false
        dyn(-9223372036854775808) > -9223372036854777857.0  ⇒  true
        dyn(1u) > -1  ⇒  true
        dyn(9223372036854775808u) > 1  ⇒  true
        dyn(9223372036854775807u) > -1.0  ⇒  true
        dyn(18446744073709551615u) > 18446744073709590000.0  ⇒  false
        dyn(18446744073709553665.0) > 18446744073709551615u  ⇒  true
        dyn(9223372036854775808.0) > 9223372036854775807  ⇒  false
        dyn(-9223372036854775809.0) > -9223372036854775808  ⇒  false
        0 <= 1  ⇒  true
        1 <= 1  ⇒  true
        1 <= -1  ⇒  false
        0u <= 1u  ⇒  true
        1u <= 1u  ⇒  true
        1u <= 0u  ⇒  false
        0.0 <= 0.1e-31  ⇒  true
        0.0 <= 0e-1  ⇒  true
        1.0 <= 0.99  ⇒  false
        '' <= ''  ⇒  true
        '' <= 'a'  ⇒  true
        'a' <= ''  ⇒  false
        'aBc' <= 'abc'  ⇒  true
        'α' <= 'α'  ⇒  true
        'a' <= 'α'  ⇒  true
        'α' <= 'a'  ⇒  false
        false <= true  ⇒  true
        false <= false  ⇒  true
        true <= false  ⇒  false
        ~null <= null  ⇒  !
        ~[0] <= [0]  ⇒  !
        ~{0:'a'} <= {1:'b'}  ⇒  !
        ~'foo' <= 1024  ⇒  !
        dyn(1) <= 2u  ⇒  true
        dyn(1) <= 2.0  ⇒  true
        dyn(1u) <= 2  ⇒  true
        dyn(1u) <= 2.0  ⇒  true
        dyn(1.0) <= 2  ⇒  true
        dyn(1.0) <= 2u  ⇒  true
        dyn(2) <= 1u  ⇒  false
        dyn(2) <= 1.0  ⇒  false
        dyn(2u) <= 1  ⇒  false
        dyn(2u) <= 1.0  ⇒  false
        dyn(2.0) <= 1  ⇒  false
        dyn(2.0) <= 1u  ⇒  false
        dyn(1) <= 9223372036854775808u  ⇒  true
        dyn(-1) <= 0u  ⇒  true
        dyn(9223372036854775807) <= 9223372036854775808.0  ⇒  true
        dyn(-9223372036854775808) <= -9223372036854775809.0  ⇒  true
        dyn(-9223372036854775808) <= -9223372036854777857.0  ⇒  false
        dyn(1u) <= -9223372036854775808  ⇒  false
        dyn(9223372036854775808u) <= 1  ⇒  false
        dyn(18446744073709551615u) <= -1.0  ⇒  false
        dyn(18446744073709551615u) <= 18446744073709590000.0  ⇒  true
        dyn(18446744073709553665.0) <= 18446744073709551615u  ⇒  false
        dyn(9223372036854775808.0) <= 9223372036854775807  ⇒  true
        dyn(-9223372036854775809.0) <= -9223372036854775808  ⇒  true
        0 >= -1  ⇒  true
        999 >= 999  ⇒  true
        999 >= 1000  ⇒  false
        1u >= 0u  ⇒  true
        0u >= 0u  ⇒  true
        1u >= 10u  ⇒  false
        1e+1 >= 1e+0  ⇒  true
        9.80665 >= 9.80665e+0  ⇒  true
        0.9999 >= 1.0  ⇒  false
        '' >= ''  ⇒  true
        'a' >= ''  ⇒  true
        '' >= 'a'  ⇒  false
        'abcd' >= 'abc'  ⇒  true
        'abc' >= 'abd'  ⇒  false
        'τ' >= 'τ'  ⇒  true
        'τ' >= 't'  ⇒  true
        't' >= 'τ'  ⇒  false
        true >= false  ⇒  true
        true >= true  ⇒  true
        false >= true  ⇒  false
        ~null >= null  ⇒  !
        ~['y'] >= ['x']  ⇒  !
        ~{1:'b'} >= {0:'a'}  ⇒  !
        ~'foo' >= 1.0  ⇒  !
        dyn(2) >= 1u  ⇒  true
        dyn(2) >= 1.0  ⇒  true
        dyn(2u) >= 1  ⇒  true
        dyn(2u) >= 1.0  ⇒  true
        dyn(2.0) >= 1  ⇒  true
        dyn(2.0) >= 1u  ⇒  true
        dyn(0) >= 1u  ⇒  false
        dyn(0) >= 1.0  ⇒  false
        dyn(0u) >= 1  ⇒  false
        dyn(0u) >= 1.0  ⇒  false
        dyn(0.0) >= 1  ⇒  false
        dyn(0.0) >= 1u  ⇒  false
        dyn(1) >= 9223372036854775808u  ⇒  false
        dyn(-1) >= 0u  ⇒  false
        dyn(9223372036854775807) >= 9223372036854775808.0  ⇒  true
        dyn(9223372036854775807) >= 9223372036854777857.0  ⇒  false
        dyn(-9223372036854775808) >= -9223372036854775809.0  ⇒  true
        dyn(-9223372036854775808) >= -9223372036854777857.0  ⇒  true
        dyn(1u) >= -1  ⇒  true
        dyn(9223372036854775808u) >= 1  ⇒  true
        dyn(9223372036854775807u) >= -1.0  ⇒  true
        dyn(18446744073709551615u) >= 18446744073709553665.0  ⇒  false
        dyn(18446744073709553665.0) >= 18446744073709551615u  ⇒  true
        dyn(9223372036854775808.0) >= 9223372036854775807  ⇒  true
        dyn(-9223372036854775809.0) >= -9223372036854775808  ⇒  true
        'empty' in []  ⇒  false
        'elem' in ['elem', 'elemA', 'elemB']  ⇒  true
        'not' in ['elem1', 'elem2', 'elem3']  ⇒  false
        'elem' in [1, 'elem', 2]  ⇒  true
        'elem' in [1u, 'str', 2, b'bytes']  ⇒  false
        'empty' in {}  ⇒  false
        'key' in {'key':'1', 'other':'2'}  ⇒  true
        'key' in {'lock':1, 'gate':2}  ⇒  false
        'key' in {3:3.0, 'key':2u}  ⇒  true
        'key' in {1u:'str', 2:b'bytes'}  ⇒  false
        123 <= x  ⇒  true  ⊢  x = 124
        false < x  ⇒  true  ⊢  x = true
        x != 9.8  ⇒  false  ⊢  x = 9.8
        {'a':'b','c':'d'} != x  ⇒  false  ⊢  x = {"c": "d", "a": "b"}
        x == null  ⇒  true  ⊢  x = null
        [1, 2] == x  ⇒  false  ⊢  x = [2, 1]
        'abcd' >= x  ⇒  true  ⊢  x = "abc"
        999u == x  ⇒  false  ⊢  x = 1000u
        ~null < x  ⇒  !  ⊢  x = null
        """###
}
