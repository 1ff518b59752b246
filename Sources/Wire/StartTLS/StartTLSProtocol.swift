/// A protocol in which TLS is asked for on a plaintext connection.
package enum StartTLSProtocol: String, CaseIterable, Sendable {
    case smtp
    case submission
    case lmtp
    case imap
    case pop3
    case ftp
    case ldap
    case xmpp
    case xmppServer = "xmpp-server"
    case nntp
    case sieve
    case irc
    case postgres
    case mysql
    case tds
    case rdp

    /// What `auto` means for a port: the protocol that IANA's registry or common use puts there.
    ///
    /// Ports whose protocol begins with TLS (443, 465, 993 and so on) have none.
    package static func usual(on port: UInt16) -> StartTLSProtocol? {
        switch port {
        case 25, 2525: .smtp
        case 587: .submission
        case 24: .lmtp
        case 143: .imap
        case 110: .pop3
        case 21: .ftp
        case 389, 3268: .ldap
        case 5222: .xmpp
        case 5269: .xmppServer
        case 119: .nntp
        case 4190: .sieve
        case 194, 6665...6669, 7000: .irc
        case 5432: .postgres
        case 3306: .mysql
        case 1433: .tds
        case 3389: .rdp
        default: nil
        }
    }
}
