/* libnats with JetStream: its structures of options are filled here, so that Swift hands over plain values. */
#pragma once
#include <string.h>

#include <nats/nats.h>

/* The library's own handler writes to standard error. */
static inline void cNats_ignore(
    natsConnection *connection, natsSubscription *subscription, natsStatus status, void *context
) {
    (void)connection, (void)subscription, (void)status, (void)context;
}

static inline natsStatus cNats_setQuiet(natsOptions *options) {
    return natsOptions_SetErrorHandler(options, cNats_ignore, NULL);
}

static inline natsStatus cNats_context(jsCtx **context, natsConnection *connection, int64_t milliseconds) {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = milliseconds;
    return natsConnection_JetStream(context, connection, &options);
}

/* Makes a stream of one subject, or leaves the one that is there. Times are nanoseconds; 0 is no limit. */
static inline natsStatus cNats_addStream(
    jsCtx *context, const char *name, const char *subject, int64_t maxBytes, int64_t maxAge, int64_t window,
    jsErrCode *code
) {
    const char *subjects[] = {subject};
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = name;
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Retention = js_WorkQueuePolicy;
    config.Storage = js_FileStorage;
    config.Discard = js_DiscardNew;
    config.Duplicates = window;
    if (maxBytes > 0) config.MaxBytes = maxBytes;
    if (maxAge > 0) config.MaxAge = maxAge;
    natsStatus status = js_AddStream(NULL, context, &config, NULL, code);
    /* Somebody else who makes it at this moment has its subjects before it has its name. */
    for (int attempt = 0; attempt < 20 && status != NATS_OK && *code == JSStreamSubjectOverlapErr; attempt++) {
        nats_Sleep(50);
        status = js_AddStream(NULL, context, &config, NULL, code);
    }
    /* Its name is taken, with other limits: that is the operator's choice. */
    return status != NATS_OK && *code == JSStreamNameExistErr ? NATS_OK : status;
}

static inline natsStatus cNats_addConsumer(
    jsCtx *context, const char *stream, const char *name, const char *subject, int64_t ackWait,
    int64_t maxPending, jsErrCode *code
) {
    jsConsumerConfig config;
    jsConsumerConfig_Init(&config);
    config.Durable = name;
    config.FilterSubject = subject;
    config.AckPolicy = js_AckExplicit;
    config.AckWait = ackWait;
    config.MaxAckPending = maxPending;
    return js_AddConsumer(NULL, context, stream, &config, NULL, code);
}

static inline natsStatus cNats_pull(
    natsSubscription **subscription, jsCtx *context, const char *stream, const char *consumer,
    const char *subject, jsErrCode *code
) {
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Stream = stream;
    options.Consumer = consumer;
    return js_PullSubscribe(subscription, context, subject, consumer, NULL, &options, code);
}

static inline natsStatus cNats_publish(
    jsCtx *context, const char *subject, const char *identifier, const void *data, int count,
    int64_t milliseconds, bool *isDuplicate, jsErrCode *code
) {
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.MsgId = identifier;
    options.MaxWait = milliseconds;
    jsPubAck *acknowledgement = NULL;
    natsStatus status = js_Publish(&acknowledgement, context, subject, data, count, &options, code);
    if (status == NATS_OK && acknowledgement != NULL) *isDuplicate = acknowledgement->Duplicate;
    jsPubAck_Destroy(acknowledgement);
    return status;
}

/* A bucket with the last value of each key; `age` in nanoseconds, 0 for ever. */
static inline natsStatus cNats_bucket(kvStore **bucket, jsCtx *context, const char *name, int64_t age) {
    kvConfig config;
    kvConfig_Init(&config);
    config.Bucket = name;
    config.History = 1;
    config.TTL = age;
    config.StorageType = js_FileStorage;
    if (js_KeyValue(bucket, context, name) == NATS_OK) return NATS_OK;
    natsStatus status = js_CreateKeyValue(bucket, context, &config);
    /* Somebody else may have made it meanwhile. */
    return status != NATS_OK && js_KeyValue(bucket, context, name) == NATS_OK ? NATS_OK : status;
}

struct cNats_consumerState {
    uint64_t pending, delivered, redelivered, unacknowledged;
};

static inline natsStatus cNats_consumerInfo(
    struct cNats_consumerState *state, jsCtx *context, const char *stream, const char *name, jsErrCode *code
) {
    jsConsumerInfo *info = NULL;
    natsStatus status = js_GetConsumerInfo(&info, context, stream, name, NULL, code);
    if (status != NATS_OK) return status;
    state->pending = info->NumPending;
    state->delivered = info->Delivered.Consumer;
    state->redelivered = info->NumRedelivered < 0 ? 0 : (uint64_t)info->NumRedelivered;
    state->unacknowledged = info->NumAckPending < 0 ? 0 : (uint64_t)info->NumAckPending;
    jsConsumerInfo_Destroy(info);
    return NATS_OK;
}

struct cNats_delivery {
    /* How often it was given out, this time included. */
    uint64_t count;
    /* Its place in the stream, and when it came there in nanoseconds. */
    uint64_t sequence;
    int64_t time;
};

/* What a message says of itself; zeros when it does not. */
static inline struct cNats_delivery cNats_delivered(natsMsg *message) {
    struct cNats_delivery delivery = {0, 0, 0};
    jsMsgMetaData *data = NULL;
    if (natsMsg_GetMetaData(&data, message) != NATS_OK) return delivery;
    delivery.count = data->NumDelivered;
    delivery.sequence = data->Sequence.Stream;
    delivery.time = data->Timestamp;
    jsMsgMetaData_Destroy(data);
    return delivery;
}

/* A stream with the subjects in it that a filter holds for. */
static inline natsStatus cNats_subjects(
    jsStreamInfo **info, jsCtx *context, const char *stream, const char *filter, jsErrCode *code
) {
    jsOptions options;
    jsOptions_Init(&options);
    options.Stream.Info.SubjectsFilter = filter;
    return js_GetStreamInfo(info, context, stream, &options, code);
}
