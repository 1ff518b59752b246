// TLSClient
