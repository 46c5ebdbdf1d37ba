import ClawBase

/// Which passwords are taken (NIST SP 800-63B, section 3.1.1): long ones. Nothing is asked about kinds of characters,
/// and none runs out.
enum PasswordRules {
    static let shortest = 12
    /// In UTF-8. Enough for any sentence; hashing takes the same time for all.
    static let longest = 256

    /// - Throws: ``Finding`` (`E_PASSWORD`), which never repeats the password.
    static func check(_ password: Secret<String>, of user: String, field: String) throws(Finding) {
        let text = password.reveal()
        let characters = text.unicodeScalars
        func refuse(_ why: String) -> Finding { Finding(.badPassword, why, field: field) }
        guard characters.count >= shortest else { throw refuse("The password has less than \(shortest) characters.") }
        guard text.utf8.count <= longest else { throw refuse("The password has more than \(longest) bytes.") }
        guard Set(characters).count > 4 else { throw refuse("The password is made of very few characters; mix more.") }
        // As long as the name makes up much of it, who knows the name knows much of the password.
        guard !text.lowercased().contains(user) || text.utf8.count >= user.utf8.count + shortest else {
            throw refuse("The password is hardly more than the user's name; choose another.")
        }
    }

    /// One for somebody who is to change it at once: 130 bits, easily read to somebody.
    static func temporary() -> Secret<String> {
        var generator = SystemRandomNumberGenerator()
        // Without those that look alike.
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        let groups = (0..<7).map { _ in
            String((0..<4).map { _ in letters.randomElement(using: &generator) ?? "x" })
        }
        return Secret(groups.joined(separator: "-"))
    }
}
