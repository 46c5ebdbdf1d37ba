extension UnsafeMutableRawPointer {
    /// Room for at least `count` bytes more than the `used` ones, which move there; this memory is given up.
    /// - Parameter capacity: of this memory, then of the new one: at least doubled, so that growing stays linear.
    func grown(_ capacity: inout Int, by count: Int, keeping used: Int) -> UnsafeMutableRawPointer {
        capacity = Swift.max(capacity * 2, used + count)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: self, byteCount: used)
        deallocate()
        return larger
    }
}
