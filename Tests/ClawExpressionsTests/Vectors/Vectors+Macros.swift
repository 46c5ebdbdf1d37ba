// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let macros = ###"""
        [1, 2, 3].exists(e, e > 0)  ⇒  true
        [1, 2, 3].exists(e, e == 2)  ⇒  true
        [1, 2, 3].exists(e, e > 3)  ⇒  false
        [1, 'foo', 3].exists(e, e != '1')  ⇒  true
        [1, 'foo', 3].exists(e, e == '10')  ⇒  false
        [1, 2, 3].exists(e, e / 0 == 17)  ⇒  !
        [].exists(e, e == 2)  ⇒  false
        {'key1':1, 'key2':2}.exists(k, k == 'key2')  ⇒  true
        !{'key1':1, 'key2':2}.exists(k, k == 'key3')  ⇒  true
        {'key':1, 1:21}.exists(k, k != 2)  ⇒  true
        !{'key':1, 1:42}.exists(k, k == 2)  ⇒  true
        [1, 2, 3].all(e, e > 0)  ⇒  true
        [1, 2, 3].all(e, e == 2)  ⇒  false
        [1, 2, 3].all(e, e == 17)  ⇒  false
        [1, 'foo', 3].all(e, e == 1)  ⇒  false
        [1, 'foo', 3].all(e, e % 2 == 1)  ⇒  !
        [1, 2, 3].all(e, 6 / (2 - e) == 6)  ⇒  false
        [1, 2, 3].all(e, e / 0 != 17)  ⇒  !
        [].all(e, e > 0)  ⇒  true
        {'key1':1, 'key2':2}.all(k, k == 'key2')  ⇒  false
        [].exists_one(a, a == 7)  ⇒  false
        [7].exists_one(a, a == 7)  ⇒  true
        [8].exists_one(a, a == 7)  ⇒  false
        [1, 2, 3].exists_one(x, x > 20)  ⇒  false
        [6, 7, 8].exists_one(foo, foo % 5 == 2)  ⇒  true
        [0, 1, 2, 3, 4].exists_one(n, n % 2 == 1)  ⇒  false
        ['foal', 'foo', 'four'].exists_one(n, n.startsWith('fo'))  ⇒  false
        [3, 2, 1, 0].exists_one(n, 12 / n > 1)  ⇒  !
        {6: 'six', 7: 'seven', 8: 'eight'}.exists_one(foo, foo % 5 == 2)  ⇒  true
        [].map(n, n / 2)  ⇒  []
        [3].map(n, n * n)  ⇒  [9]
        [2, 4, 6].map(n, n / 2)  ⇒  [1, 2, 3]
        [2, 1, 0].map(n, 4 / n)  ⇒  !
        {'John': 'smart'}.map(key, key) == ['John']  ⇒  true
        [].filter(n, n % 2 == 0)  ⇒  []
        [2].filter(n, n == 2)  ⇒  [2]
        [1].filter(n, n > 3)  ⇒  []
        [1, 2, 3].filter(e, e > 3)  ⇒  []
        [0, 1, 2, 3, 4].filter(x, x % 2 == 1)  ⇒  [1, 3]
        [1, 2, 3].filter(n, n > 0)  ⇒  [1, 2, 3]
        [3, 2, 1, 0].filter(n, 12 / n > 4)  ⇒  !
        {'John': 'smart', 'Paul': 'cute', 'George': 'quiet', 'Ringo': 'funny'}.filter(key, key == 'Ringo') == ['Ringo']  ⇒  true
        ['signer'].filter(signer, ['artifact'].all(artifact, true))  ⇒  ["signer"]
        ['signer'].all(signer, ['artifact'].all(artifact, true))  ⇒  true
        """###
}
