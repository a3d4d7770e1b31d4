package org.pmuconnector.it;

import java.net.http.HttpClient;

/** HTTP to a Payara Micro. */
public final class ServerHttp {

    private ServerHttp() {}

    /** A client by HTTP/1.1: the server ends an HTTP/2 connection after 30 seconds though a request is under way. */
    public static HttpClient newClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }
}
