import ArgumentParser
import Fleet
import Foundation
import Targets
import Terminal

extension FleetCommand {
    /// `hallmark fleet broker-config`: what a broker for a fleet reads.
    struct BrokerConfig: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "broker-config",
            abstract: "Write a configuration for nats-server, with four users and a key for each.",
            discussion: """
                Writes broker.conf into a folder, and for each role the seed of its NKey: submit.nk, work.nk, collect.nk, watch.nk. \
                Each role may do what it needs and no more. Give a machine the seed of its role alone.

                Examples:
                  hallmark fleet broker-config broker --listen 192.0.2.10:4222 --cert broker.pem --key broker.key
                  nats-server -c broker/broker.conf
                  hallmark fleet work --server tls://broker.example.com:4222 --broker-ca ca.pem --nkey work.nk --trusted-key job.pub
                """
        )

        @Argument(help: "The folder for it; it must not be there.", completion: .directory)
        var folder: String

        @Option(help: ArgumentHelp("Where the broker listens.", valueName: "address:port"))
        var listen = "127.0.0.1:4222"

        @Option(
            help: ArgumentHelp("Where the broker keeps its streams.", valueName: "folder"),
            completion: .directory
        )
        var store = "/var/lib/hallmark-broker"

        @Option(help: ArgumentHelp("The broker's certificate (PEM); with it, TLS alone.", valueName: "file"))
        var cert: String?

        @Option(help: ArgumentHelp("The key of --cert (PEM).", valueName: "file"))
        var key: String?

        func validate() throws {
            guard (cert == nil) == (key == nil) else {
                throw ValidationError("--cert and --key go together.")
            }
        }

        func run() throws {
            func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }
            var configuration = try BrokerConfiguration()
            configuration.listen = listen
            configuration.store = absolute(store)
            configuration.certificate = cert.map(absolute)
            configuration.key = key.map(absolute)
            guard mkdir(folder, 0o700) == 0 else {
                throw TargetIssue(source: folder, why: String(cString: strerror(errno)))
            }
            for role in BrokerRole.allCases {
                guard let seed = configuration.keys[role]?.seedText else { continue }
                let isMade = FileManager.default.createFile(
                    atPath: "\(folder)/\(role.rawValue).nk",
                    contents: Data((seed + "\n").utf8),
                    attributes: [.posixPermissions: 0o600]
                )
                guard isMade else { throw TargetIssue(source: folder, why: "a key could not be written") }
            }
            try FileDraft.write(Array(configuration.text.utf8), to: folder + "/broker.conf")
            for file in [cert, key].compactMap({ $0 }) where access(file, F_OK) != 0 {
                Terminal.say(
                    "hallmark: \(absolute(file)) is not here: nats-server will look for it there",
                    .warning
                )
            }
            Terminal.say(
                "hallmark: \(folder)/broker.conf is for nats-server, the .nk files are for those who connect"
            )
        }
    }
}
