/// Why a connection is over.
public enum ConnectionEnd: Equatable, Sendable {
    /// Its owner closed it.
    case closed

    /// The server closed it in order (FIN).
    case peerClosed

    /// A deadline passed; `total` tells whether it was the owner's last one.
    case timedOut(total: Bool)

    /// More bytes came than the budget allows.
    case budgetExceeded

    /// The network or the server ended it, or there was no way to it.
    case failed(UVError)

    /// Nothing was sent, or no more could be: this machine ran out of descriptors, ports or memory, or it has
    /// no way to the network. The attempt may be made again.
    case failedHere(UVError)
}
