// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let macros2 = ###"""
        [1, 2, 3].exists(i, v, i > -1 && v > 0)  ⇒  true
        [1, 2, 3].exists(i, v, i == 1 && v == 2)  ⇒  true
        [1, 2, 3].exists(i, v, i > 2 && v > 3)  ⇒  false
        [1, 'foo', 3].exists(i, v, i == 1 && v != '1')  ⇒  true
        [1, 'foo', 3].exists(i, v, i == 3 || v == '10')  ⇒  false
        [1, 2, 3].exists(i, v, v / i == 17)  ⇒  !
        [].exists(i, v, i == 0 || v == 2)  ⇒  false
        {'key1':1, 'key2':2}.exists(k, v, k == 'key2' && v == 2)  ⇒  true
        !{'key1':1, 'key2':2}.exists(k, v, k == 'key3' || v == 3)  ⇒  true
        {'key':1, 1:21}.exists(k, v, k != 2 && v != 22)  ⇒  true
        !{'key':1, 1:42}.exists(k, v, k == 2 && v == 43)  ⇒  true
        [1, 2, 3].all(i, v, i > -1 && v > 0)  ⇒  true
        [1, 2, 3].all(i, v, i == 1 && v == 2)  ⇒  false
        [1, 2, 3].all(i, v, i == 3 || v == 4)  ⇒  false
        [1, 'foo', 3].all(i, v, i == 0 || v == 1)  ⇒  false
        [0, 'foo', 3].all(i, v, v % 2 == i)  ⇒  false
        [0, 'foo', 5].all(i, v, v % 3 == i)  ⇒  !
        [1, 2, 3].all(i, v, 6 / (2 - v) == i)  ⇒  false
        [1, 2, 3].all(i, v, v / i != 17)  ⇒  !
        [].all(i, v, i > -1 || v > 0)  ⇒  true
        {'key1':1, 'key2':2}.all(k, v, k == 'key2' && v == 2)  ⇒  false
        [].existsOne(i, v, i == 3 || v == 7)  ⇒  false
        [7].existsOne(i, v, i == 0 && v == 7)  ⇒  true
        [8].existsOne(i, v, i == 0 && v == 7)  ⇒  false
        [1, 2, 3].existsOne(i, v, i > 2 || v > 3)  ⇒  false
        [5, 7, 8].existsOne(i, v, v % 5 == i)  ⇒  true
        [0, 1, 2, 3, 4].existsOne(i, v, v % 2 == i)  ⇒  false
        ['foal', 'foo', 'four'].existsOne(i, v, i > -1 && v.startsWith('fo'))  ⇒  false
        [3, 2, 1, 0].existsOne(i, v, v / i > 1)  ⇒  !
        {6: 'six', 7: 'seven', 8: 'eight'}.existsOne(k, v, k % 5 == 2 && v == 'seven')  ⇒  true
        [].transformList(i, v, i / v)  ⇒  []
        [].transformList(i, v, i > v, i / v)  ⇒  []
        [3].transformList(i, v, v * v + i)  ⇒  [9]
        [3].transformList(i, v, i == 0 && v == 3, v * v + i)  ⇒  [9]
        [2, 4, 6].transformList(i, v, v / 2 + i)  ⇒  [1, 3, 5]
        [2, 4, 6].transformList(i, v, i != 1 && v != 4, v / 2 + i)  ⇒  [1, 5]
        [2, 1, 0].transformList(i, v, v / i)  ⇒  !
        [2, 1, 0].transformList(i, v, v / i > 0, v)  ⇒  !
        {}.transformMap(k, v, k + v)  ⇒  {}
        {}.transformMap(k, v, k == 'foo' && v == 'bar', k + v)  ⇒  {}
        {'foo': 'bar'}.transformMap(k, v, k + v)  ⇒  {"foo": "foobar"}
        {'foo': 'bar'}.transformMap(k, v, k == 'foo' && v == 'bar', k + v)  ⇒  {"foo": "foobar"}
        {'foo': 'bar', 'baz': 'bux', 'hello': 'world'}.transformMap(k, v, k + v)  ⇒  {"foo": "foobar", "baz": "bazbux", "hello": "helloworld"}
        {'foo': 'bar', 'baz': 'bux', 'hello': 'world'}.transformMap(k, v, k != 'baz' && v != 'bux', k + v)  ⇒  {"foo": "foobar", "hello": "helloworld"}
        {'foo': 2, 'bar': 1, 'baz': 0}.transformMap(k, v, 4 / v)  ⇒  !
        {'foo': 2, 'bar': 1, 'baz': 0}.transformMap(k, v, k == 'baz' && 4 / v == 0, v)  ⇒  !
        """###
}
