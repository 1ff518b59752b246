/// A rule as pages show it: whoever reads rules fills it in.
package struct ConsoleRule: Sendable {
    /// A part of the explanation: a heading with its lines.
    package struct Part: Sendable {
        package let name: String
        package let lines: [String]

        package init(_ name: String, _ lines: [String]) { (self.name, self.lines) = (name, lines) }
    }

    /// The rule's UUID, or the path of its file where it has none.
    package let id: String
    package let title: String
    package let family: String
    package let level: String
    /// The names of the software that it speaks for.
    package let software: [String]
    /// What a match means, in a sentence, and what the rule's author says.
    package let meaning: String
    package let text: String
    /// What it asks for, and all else that there is to say.
    package let parts: [Part]
    package let references: [String]

    package init(
        id: String,
        title: String,
        family: String,
        level: String,
        software: [String],
        meaning: String,
        text: String,
        parts: [Part],
        references: [String]
    ) {
        (self.id, self.title, self.family, self.level) = (id, title, family, level)
        (self.software, self.meaning, self.text) = (software, meaning, text)
        (self.parts, self.references) = (parts.filter { !$0.lines.isEmpty }, references)
    }

    /// The rules that are in use.
    package struct Library: Sendable {
        package let rules: [ConsoleRule]
        /// What of the rules can't be read, each in a line.
        package let unread: [String]

        package init(rules: [ConsoleRule], unread: [String]) { (self.rules, self.unread) = (rules, unread) }
    }
}
