// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let plumbing = ###"""
        17  ⇒  17
        1 / 0  ⇒  !
        {"k1":"v1","k":"v"}  ⇒  {"k": "v", "k1": "v1"}
        ~[17, 'pancakes']  ⇒  [17, "pancakes"]
        'foo'  ⇒  "foo"  ⊢  x = 17
        """###
}
