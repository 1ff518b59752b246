import ArgumentParser

@main
struct Hallmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find the marks of adversary tools in TLS endpoints.",
        subcommands: [
            CompareCommand.self, CorpusCommand.self, MatchCommand.self, PivotCommand.self,
            SignaturesCommand.self,
        ]
    )
}
