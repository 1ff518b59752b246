import Bytes
import Wire

/// Everything that is known around one record.
package struct RecordContext: Equatable, Sendable {
    package var names: NamesContext?
    package var hosting: HostingContext?
    package var revocation: RevocationContext?
    package var time: TimeContext?
    package var pastNames: PastNamesContext?
    package var transparency: TransparencyContext?

    package init() {}

    package var isEmpty: Bool { self == RecordContext() }

    /// The member `context` of `hallmark`; nothing for none.
    func append(to out: inout ByteBuffer) {
        guard !isEmpty else { return }
        out.object("context")
        names?.append(to: &out)
        hosting?.append(to: &out)
        revocation?.append(to: &out)
        time?.append(to: &out)
        pastNames?.append(to: &out)
        transparency?.append(to: &out)
        out.endObject()
    }
}
