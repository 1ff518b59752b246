import Bytes
import Net
import Observations
import TLSClient
import Wire

/// What each step does with its connection.
extension EndpointProbe {
    /// Makes the step's state machine ready for a new connection.
    func prepareStep() {
        preparePrelude()
        switch step {
        case .grab:
            observation.flight.reset()
        case .handshake:
            observation.flight.reset()
            full = FullProbe(scan.tls, serverName: observation.serverName, http: nil)
        case .jarm:
            if jarm == nil {
                jarm = JARMProbe(
                    serverName: observation.serverName ?? observation.address,
                    isCompatible: scan.options.jarmCompatible,
                    retries: 1
                )
            }
        case .sni(let kind):
            variant = SNIVariantProbe(kind)
        case .http:
            if full?.http == nil { full = httpProbe() }
            full?.prepare()
        case .decide, .finish: break
        }
    }

    /// Forgets what the step's connection has shown.
    func forgetStep() {
        switch step {
        case .grab, .handshake: observation.flight.reset()
        case .jarm: jarm?.forgetConnection()
        case .http: (full, fullAction) = (nil, .wait)
        case .sni, .decide, .finish: break
        }
    }

    /// TLS, or whatever the step speaks, begins on the open connection.
    func startStep() {
        switch step {
        case .grab(let look, _):
            let name = observation.serverName.map { Array($0.utf8) } ?? []
            grab.start(
                look,
                serverName: name,
                offersProtocols: observation.startTLS == nil,
                context: scan.context,
                flight: &observation.flight
            )
            sendHello()
        case .jarm:
            guard let hello = jarm?.hello(random: scan.randomBytes(JARMHello.randomCount)) else {
                return close()
            }
            sendStep(hello.span)
        case .sni:
            guard let probe = variant else { return close() }
            grab.start(
                .default,
                serverName: Array(probe.serverName.utf8),
                context: scan.context,
                flight: &probe.flight
            )
            sendHello()
        case .handshake, .http:
            guard let full else { return close() }
            act(full.connected { sendStep($0) })
        case .decide, .finish: close()
        }
    }

    func receivedStep(_ bytes: Span<UInt8>) {
        switch step {
        case .grab:
            act(grab.receive(bytes, context: scan.context, flight: &observation.flight))
        case .jarm:
            if jarm?.received(bytes) != false { close() }
        case .sni:
            guard let probe = variant else { return close() }
            let action = grab.receive(bytes, context: scan.context, flight: &probe.flight)
            act(action)
        case .handshake, .http:
            guard let full else { return close() }
            act(full.received(bytes) { sendStep($0) })
        case .decide, .finish: close()
        }
    }

    /// Sends what the grab wrote into its context.
    private func sendHello() {
        let hello = scan.context.outgoing
        sendStep(hello.span)
    }

    private func act(_ action: Grab.Action) {
        switch action {
        case .wait: break
        case .send: sendHello()
        case .certificate: close()
        case .failed(let failure):
            self.failure = failure
            close()
        }
    }

    /// The step's connection is over: what was seen is recorded, and the next step decided.
    func endedStep(_ end: ConnectionEnd) -> ProbeSequence.Step {
        endPrelude(end)
        if asksForOtherName() { return step }
        switch step {
        case .grab(let look, let attempt): return endedGrab(end, look, attempt)
        case .jarm: return endedJARM(end)
        case .sni: return endedVariant(end)
        case .handshake(let attempt): return endedHandshake(end, attempt)
        case .http: return endedHTTP(end)
        case .decide, .finish: return sequence.next()
        }
    }

    private func endedGrab(
        _ end: ConnectionEnd,
        _ look: ClientHello.Look,
        _ attempt: Int
    ) -> ProbeSequence.Step {
        if isConnected, end != .closed, prelude?.isOver != false {
            let action = grab.closed(end.close, context: scan.context, flight: &observation.flight)
            if case .failed(let failure) = action { self.failure = failure }
        }
        let isSuccess = !observation.flight.chain.isEmpty
        let error = isSuccess ? nil : preludeError ?? end.error(isConnected: isConnected) ?? failure?.error
        record(.certificate, error, hello: look.rawValue, attempt: attempt, end: end, observation.flight)
        observation.error = error
        guard !isSuccess else {
            observation.proof = .presented
            observation.notTLS = nil
            offersProtocols = look != .noProtocols
            observation.sentServerName = look.sendsServerName ? observation.serverName : nil
            return sequence.succeeded()
        }
        if failure == .notTLS {
            let junk = observation.flight.junk
            observation.notTLS = NotTLSAnswer(
                name: String(describing: ForeignProtocol.name(junk.span)),
                bytes: junk
            )
        }
        let fallbackFailure = failure ?? (isConnected ? end.grabFailure : nil)
        let next = sequence.ended(ending(end), fallbackFailure, observation.flight)
        // A hello that did worse takes nothing away from what the server has shown, or said, to one before.
        let weight = weight(fallbackFailure)
        if let earlier, earlier.weight > 0, earlier.weight >= weight {
            (observation.flight, observation.error) = (earlier.flight, earlier.error)
        } else {
            earlier = (observation.flight, observation.error, weight)
        }
        return next
    }

    /// How much a try without a certificate tells: a ServerHello most, a reason that is the server's own more
    /// than one that our lesser hellos bring about.
    private func weight(_ failure: GrabFailure?) -> Int {
        guard observation.flight.suite == nil else { return 3 }
        switch failure {
        case .alert(70), .alert(80), .alert(0): return 1
        case .alert, .violation, .notTLS: return 2
        default: return 0
        }
    }

    func ending(_ end: ConnectionEnd) -> ProbeSequence.Ending {
        guard isConnected else {
            switch end {
            case .timedOut(total: false): return .passing
            case .failed(let error) where error == .reset || error == .timedOut: return .passing
            default: return .hopeless
            }
        }
        // Before TLS was asked for, another hello changes nothing.
        if let prelude, !prelude.isOver { return prelude.failure?.isTemporary == true ? .passing : .hopeless }
        if preludeError != nil { return .hopeless }
        switch end {
        case .timedOut(total: true), .budgetExceeded: return .hopeless
        default: return failure == .notTLS ? .hopeless : .refused
        }
    }

    private func endedJARM(_ end: ConnectionEnd) -> ProbeSequence.Step {
        guard jarm?.ended(end, isConnected: isConnected) == false, end != .timedOut(total: true) else {
            let result = jarm?.result
            jarm = nil
            observation.jarm = result
            let isComplete = result?.isComplete == true
            record(.jarm, isComplete ? nil : end.error(isConnected: isConnected), attempt: 1, end: end)
            return sequence.next()
        }
        return step
    }

    private func endedVariant(_ end: ConnectionEnd) -> ProbeSequence.Step {
        guard let probe = variant else { return sequence.next() }
        variant = nil
        if isConnected, end != .closed {
            _ = grab.closed(end.close, context: scan.context, flight: &probe.flight)
        }
        let hasChain = !probe.flight.chain.isEmpty
        let error = hasChain ? nil : end.error(isConnected: isConnected) ?? failure?.error
        record(.sni, error, attempt: 1, end: end, probe.flight)
        observation.sniVariants.append(probe.result(error?.code))
        return sequence.next()
    }

    /// Writes down how a step ended.
    func record(
        _ kind: ProbeKind,
        _ error: ObservationError?,
        hello: String? = nil,
        attempt: Int,
        end: ConnectionEnd,
        _ flight: ServerFlight? = nil
    ) {
        var record = ProbeRecord(kind, error == nil ? .success : .failure, code: error?.code)
        record.hello = hello
        record.attempt = attempt
        record.milliseconds = Int(clamping: scan.loop.now - stepBeganAt)
        record.reason = reason(kind, attempt: attempt)
        if case .limit(let limit) = failure { record.limit = limit.ofProbe }
        if end == .budgetExceeded || flight?.chain.isLastCut == true { record.limit = .bytes }
        if error != nil { record.alert = flight?.alerts.last(where: \.isFinal)?.code }
        if case .timedOut(total: true) = end { record.limit = .time }
        observation.probes.append(record)
    }
}

extension GrabFailure.Limit {
    fileprivate var ofProbe: ProbeRecord.Limit {
        switch self {
        case .bytes: .bytes
        case .records: .records
        case .messages: .messages
        }
    }
}

extension ConnectionEnd {
    /// What a grab would call this end, when it had no say in it.
    fileprivate var grabFailure: GrabFailure? {
        switch self {
        case .peerClosed: .closed
        case .failed: .reset
        case .timedOut: .timeout
        case .closed, .budgetExceeded, .failedHere: nil
        }
    }
}
