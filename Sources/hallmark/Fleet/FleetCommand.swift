import ArgumentParser
import Fleet
import Foundation

/// `hallmark fleet`: one sweep by many machines.
struct FleetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Have many machines scan, over a queue of NATS JetStream.",
        discussion: """
            'submit' signs a sweep, cuts it into shards and puts them into a queue. Any number of 'work' scan shards and send \
            records back. One 'collect' stores each record once. Docs/fleet.md says what is guaranteed, and by what.

              openssl genpkey -algorithm ed25519 -out job.key && openssl pkey -in job.key -pubout -out job.pub
              hallmark fleet submit --server nats://broker:4222 --key job.key -- 198.51.100.0/24 -p 443 --rate 1000
              hallmark fleet work --server nats://broker:4222 --trusted-key job.pub
              hallmark fleet collect --server nats://broker:4222 --into records
              hallmark fleet status --server nats://broker:4222
            """,
        subcommands: [
            Submit.self, Work.self, Collect.self, Status.self, Cancel.self, BrokerConfig.self,
        ]
    )
}

/// How the broker is reached, and who we are to it; every secret stands in a file.
struct BrokerArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The broker: nats://HOST:PORT or tls://HOST:PORT; repeatable, for one cluster.",
            valueName: "url"
        )
    )
    var server: [String] = ["nats://127.0.0.1:4222"]

    @Option(
        help: ArgumentHelp(
            "Check the broker's certificate with the authorities in this PEM file.",
            valueName: "file"
        ),
        completion: .file()
    )
    var brokerCa: String?

    @Option(
        help: ArgumentHelp("Show the broker this certificate (PEM).", valueName: "file"),
        completion: .file()
    )
    var brokerCert: String?

    @Option(
        help: ArgumentHelp("The key of --broker-cert, if it stands in another file.", valueName: "file"),
        completion: .file()
    )
    var brokerKey: String?

    @Option(
        help: ArgumentHelp("A user's credentials: JWT and seed, as nsc writes them.", valueName: "file"),
        completion: .file()
    )
    var creds: String?

    @Option(help: ArgumentHelp("The seed of a user's NKey.", valueName: "file"), completion: .file())
    var nkey: String?

    @Option(
        help: ArgumentHelp("A user's name and password: one line, NAME:PASSWORD.", valueName: "file"),
        completion: .file()
    )
    var login: String?

    func validate() throws {
        for text in server {
            guard let parts = URLComponents(string: text), ["nats", "tls"].contains(parts.scheme),
                parts.host?.isEmpty == false
            else {
                throw ValidationError("--server takes nats://HOST:PORT or tls://HOST:PORT, not '\(text)'.")
            }
            // What stands among arguments, everybody on the machine can read.
            guard parts.user == nil, parts.password == nil else {
                throw ValidationError(
                    "--server takes no password: --login, --nkey or --creds name a file with it."
                )
            }
        }
        guard [creds, nkey, login].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("--creds, --nkey and --login each say who we are: give one.")
        }
        guard brokerKey == nil || brokerCert != nil else {
            throw ValidationError("--broker-key goes with --broker-cert.")
        }
    }

    /// - Parameter role: as whom we connect.
    func options(_ role: BrokerRole) -> BrokerOptions {
        var options = BrokerOptions(servers: server, role: role)
        options.authorities = brokerCa
        options.certificate = brokerCert
        options.key = brokerKey
        options.credentials = creds
        options.seed = nkey
        options.login = login
        return options
    }

    /// Connects, for a command that is of no use without a broker.
    func connect(_ role: BrokerRole) throws -> Broker { try Broker(options(role)) }
}
