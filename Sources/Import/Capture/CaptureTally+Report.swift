/// Says to a run what a capture held: connections are its entries, and places are numbers of frames.
extension CaptureTally {
    func report(to run: ImportRun) {
        run.countFrames(frames)
        run.countLine(flows + partFlows)
        run.pass(flows + partFlows - connections)
        for damage in damages {
            run.lose("the file \(damage.reason.rawValue) at a frame", line: damage.frame)
        }
        if moreDamages > 0 {
            run.lose("the file is damaged at further frames", count: moreDamages, line: frames)
        }
        for (link, unread) in unknownLinks.sorted(by: { $0.key < $1.key }) {
            skip(unread, "frames of link type \(link), which is not known", run)
        }
        skip(malformed, "frames whose headers can't be", run)
        skip(cut, "frames or connections that the capture's snapshot length cut", run)
        skip(holes, "connections with bytes missing where they are read", run)
        skip(disordered, "connections whose begin stands too far behind the rest", run)
        skip(crowded, "connections given up for want of room", run)
        if fragments > 0 {
            run.lose("packets whose fragments are not all there", count: fragments, line: frames)
        }
        remark(midstream, "connections of TLS that had begun before the capture", run)
        remark(cutOff, "handshakes or answers that the capture ends in", run)
        remark(quic, "connections of QUIC whose first packets can't be opened", run)
        remark(lackingRequests, "answers of HTTP whose request was not captured", run)
        if droppedPackets > 0 {
            run.remark("packets that the capturing program lost", count: droppedPackets, line: frames)
        }
    }

    private func skip(_ unread: Unread, _ reason: String, _ run: ImportRun) {
        if unread.count > 0 { run.lose(reason, count: unread.count, line: unread.firstFrame) }
    }

    private func remark(_ unread: Unread, _ text: String, _ run: ImportRun) {
        if unread.count > 0 { run.remark(text, count: unread.count, line: unread.firstFrame) }
    }
}
