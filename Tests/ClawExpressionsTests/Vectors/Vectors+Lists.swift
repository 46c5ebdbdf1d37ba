// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let lists = ###"""
        [0, 1, 2] + [3, 4, 5] == [0, 1, 2, 3, 4, 5]  ⇒  true
        [0, 1, 2] + [3, 4, 5] == [3, 4, 5, 0, 1, 2]  ⇒  false
        [2] + [2]  ⇒  [2, 2]
        [] + []  ⇒  []
        [] + [3, 4]  ⇒  [3, 4]
        [1, 2] + []  ⇒  [1, 2]
        [7, 8, 9][0]  ⇒  7
        [7, 8, 9][dyn(0.0)]  ⇒  7
        [7, 8, 9][dyn(0.1)]  ⇒  !
        [7, 8, 9][dyn(0u)]  ⇒  7
        ['foo'][0]  ⇒  "foo"
        [0, 1, 1, 2, 3, 5, 8, 13][4]  ⇒  3
        ['George', 'John', 'Paul', 'Ringo'][3]  ⇒  "Ringo"
        [1, 2, 3][3]  ⇒  !
        dyn([1, 2, 3][3]) || false  ⇒  !
        dyn([1, 2, 3][3]) || true  ⇒  true
        dyn([1, 2, 3][3]) && false  ⇒  false
        dyn([1, 2, 3][3]) && true  ⇒  !
        [1, 2, 3][dyn('')]  ⇒  !
        dyn([1, 2, 3][dyn('')]) || false  ⇒  !
        dyn([1, 2, 3][dyn('')]) || true  ⇒  true
        dyn([1, 2, 3][dyn('')]) && false  ⇒  false
        dyn([1, 2, 3][dyn('')]) && true  ⇒  !
        7 in []  ⇒  false
        4u in [4u]  ⇒  true
        'alpha' in ['alpha', 'beta', 'gamma']  ⇒  true
        3 in [5, 4, 3, 2, 1]  ⇒  true
        20u in [4u, 6u, 8u, 12u, 20u]  ⇒  true
        dyn(3.0) in [5, 4, 3, 2, 1]  ⇒  true
        dyn(3u) in [5, 4, 3, 2, 1]  ⇒  true
        dyn(3) in [5.0, 4.0, 3.0, 2.0, 1.0]  ⇒  true
        dyn(3u) in [5.0, 4.0, 3.0, 2.0, 1.0]  ⇒  true
        dyn(3) in [5u, 4u, 3u, 2u, 1u]  ⇒  true
        dyn(3.0) in [5u, 4u, 3u, 2u, 1u]  ⇒  true
        'hawaiian' in ['meat', 'veggie', 'margarita', 'cheese']  ⇒  false
        size([])  ⇒  0
        size([1, 2, 3])  ⇒  3
        size({})  ⇒  0
        size({1: 'one', 2: 'two', 3: 'three'})  ⇒  3
        """###
}
