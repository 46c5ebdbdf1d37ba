// Derived from the standard's conformance tests; see Vectors.swift.

extension Vectors {
    static let encoders = ###"""
        base64.encode(b'hello')  ⇒  "aGVsbG8="
        base64.decode('aGVsbG8=')  ⇒  b"hello"
        base64.decode('aGVsbG8')  ⇒  b"hello"
        base64.decode(base64.encode(b'Hello World!'))  ⇒  b"Hello World!"
        """###
}
