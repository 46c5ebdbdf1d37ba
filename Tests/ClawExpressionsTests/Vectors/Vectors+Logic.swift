// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let logic = ###"""
        true ? 1 : 2  ⇒  1
        false ? 'foo' : 'bar'  ⇒  "bar"
        2 / 0 > 4 ? 'baz' : 'quux'  ⇒  !
        ~true ? 'cows' : 17  ⇒  "cows"
        ~'cows' ? false : 17  ⇒  !
        true && true  ⇒  true
        false && false  ⇒  false
        false && true  ⇒  false
        true && false  ⇒  false
        ~false && 32  ⇒  false
        ~'horses' && false  ⇒  false
        false && (2 / 0 > 3 ? false : true)  ⇒  false
        (2 / 0 > 3 ? false : true) && false  ⇒  false
        true && 1/0 != 0  ⇒  !
        1/0 != 0 && true  ⇒  !
        ~'less filling' && 'tastes great'  ⇒  !
        true || true  ⇒  true
        false || false  ⇒  false
        false || true  ⇒  true
        true || false  ⇒  true
        ~true || 32  ⇒  true
        ~'horses' || true  ⇒  true
        true || (2 / 0 > 3 ? false : true)  ⇒  true
        (2 / 0 > 3 ? false : true) || true  ⇒  true
        false || 1/0 != 0  ⇒  !
        1/0 != 0 || false  ⇒  !
        ~'less filling' || 'tastes great'  ⇒  !
        !true  ⇒  false
        !false  ⇒  true
        ~!0  ⇒  !
        """###
}
